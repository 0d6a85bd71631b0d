<?php
$address = rawurlencode(getenv('REMOTE_ADDR'));
$uapi = escapeshellarg($argv[1]) . ' --output=json Session create_webmail_session_for_self ';
$data = json_decode(shell_exec($uapi . escapeshellarg("remote_address=$address")))->result->data;
$host = $data->hostname ?? getenv('HTTP_HOST');
$action = htmlspecialchars("https://$host:2096$data->token/login", ENT_QUOTES);
$session = htmlspecialchars($data->session, ENT_QUOTES);
echo "Status: 200 OK\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n";
echo "<!DOCTYPE html><title>Webmail</title><form method=\"post\" action=\"$action\">",
    "<input type=\"hidden\" name=\"session\" value=\"$session\"><button>Open</button></form>",
    "<script>document.forms[0].submit()</script>\n";
