"""The stand-in cPanel itself: it behaves as cpanel-facts.md says, and is as strict as its README promises."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import open_folder
from tests.cpanel import SWITCHES, Answer, Cpanel, Root, Visitor, lay_out, private_accounts
from tests.cpanel.accounts import myself
from tests.cpanel.cpsrvd import ADDRESS_CHANGED
from tests.cpanel.webmail import BAD_FORM, BAD_REFERER, BAD_TOKEN, EXPIRED, NOT_POSTED, USED

SEVERAL = private_accounts()
several_accounts = pytest.mark.usefixtures("_several")
CALL = ["--output=json", "Session", "create_webmail_session_for_self"]
#: The beginning of a live script that connects to LiveAPI, as cpsrvd demands.
CONNECT = """\
import json, os, socket, sys, time
panel = socket.socket(socket.AF_UNIX)
panel.connect(os.environ["CPANEL_CONNECT_SOCKET"])
def ask(payload):
    panel.sendall(b"%d\\n%s" % (len(payload), payload))
    answer = b""
    while b"</cpanelresult>" not in answer:
        more = panel.recv(4096)
        if not more:
            break
        answer += more
    return answer.decode()
def feature(name):
    call = {"module": "Features", "reqtype": "exec", "func": "has_feature", "apiversion": "uapi"}
    call["args"] = {"name": name}
    return ask(b"<cpanelaction>\\n" + json.dumps(call).encode() + b"\\n</cpanelaction>")
"""
HEAD = 'print("Status: 200 OK\\nContent-Type: text/plain\\n")\n'


@pytest.fixture
def _several() -> None:
    if not SEVERAL:
        pytest.skip("needs root and mount namespaces")


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    shared.switch("uapi", "slow", 0)
    yield shared
    shared.reset()


@pytest.fixture
def root(folder: Path) -> Root:
    """A ROOT of its own, without servers, whose uapi takes no longer than it must."""
    root = lay_out(folder / "root")
    root.switch("uapi", "slow", 0)
    return root


def live(cp: Cpanel, text: str, connect: bool = True) -> Path:
    """Put a live script where the plugin's entry is."""
    entry = cp.entry()
    if entry.parent.exists():
        shutil.rmtree(entry.parent)
    entry.parent.mkdir()
    entry.parent.chmod(0o755)
    entry.write_text(f"#!{cp.root.python} -IS\n{CONNECT if connect else ''}{text}")
    entry.chmod(0o755)
    return entry


def click(cp: Cpanel, text: str, connect: bool = True, who: str = "alice", method: str = "GET") -> Answer:
    live(cp, text, connect)
    visitor = Visitor(cp)
    visitor.sign_in(who)
    return visitor.click(method)


def environ_of(answer: Answer) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer.text)
    return found


def uapi(root: Root, *words: str, who: str = "alice", environ: dict[str, str] | None = None) -> bytes:
    """What the command prints, run as an account."""
    account = root.accounts[who]
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": account.uid, "group": account.uid, "extra_groups": []}
    argv = [str(root.cpanel / "bin/uapi"), *words]
    ran = subprocess.run(
        argv,
        env=environ or {},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=30,
        check=False,
        cwd="/",
        **identity,
    )
    return bytes(ran.stdout)


def result(output: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output)["result"]
    return found


def new_session(cp: Cpanel, address: str = "127.0.0.1", who: str = "alice") -> tuple[str, dict[str, str]]:
    """The address to post a fresh session to, and the form's fields."""
    data = result(uapi(cp.root, *CALL, f"remote_address={address.replace(':', '%3A')}", who=who))["data"]
    return f"{cp.webmail_url}{data['token']}/login", {"session": data["session"]}


# cpsrvd


def test_a_right_password_leads_to_the_tools_page(cp: Cpanel) -> None:
    page = Visitor(cp).sign_in("alice")
    assert (page.status, "Search tools" in page.text) == (200, True)


def test_a_wrong_password_is_refused(cp: Cpanel) -> None:
    answer = Visitor(cp).post(f"{cp.url}/login/", {"user": cp.login("alice").user, "pass": "guess"})
    assert (answer.status, "invalid" in answer.text) == (401, True)


def test_a_page_without_the_cookie_asks_for_a_login(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert Visitor(cp).get(f"{visitor.base}/frontend/jupiter/index.html").status == 401


@pytest.mark.parametrize("token", ["", "/cpsess0000000000"])
def test_a_missing_or_wrong_token_is_refused(cp: Cpanel, token: str) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    answer = visitor.get(f"{cp.url}{token}/frontend/jupiter/index.html")
    assert (answer.status, "Invalid security token" in answer.text) == (403, True)


def test_a_cookie_from_another_address_is_refused(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    visitor.source = "127.0.0.2"
    assert ADDRESS_CHANGED in visitor.click().text


def test_after_logging_out_the_token_is_dead(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    visitor.get(f"{visitor.base}/logout/")
    assert visitor.get(f"{visitor.base}/frontend/jupiter/index.html").status == 401


def test_the_tools_page_has_a_search_that_works_without_script(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    page = visitor.get(f"{visitor.base}/frontend/jupiter/index.html?q=mysql").text
    assert ("Databases" in page, "File Manager" in page) == (True, False)


def test_other_files_of_the_theme_are_served_as_they_are(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    icon = visitor.get(f"{visitor.base}/frontend/jupiter/assets/application_icons/cron_jobs.svg")
    assert (icon.headers["content-type"], icon.text[:4]) == ("image/svg+xml", "<svg")


def test_a_cgi_that_is_not_live_is_offered_for_download(cp: Cpanel) -> None:
    entry = live(cp, HEAD)
    shutil.copy(entry, entry.with_name("index.cgi"))
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    answer = visitor.get(f"{visitor.base}/frontend/jupiter/webmail_signin/index.cgi")
    assert ("attachment" in answer.headers["content-disposition"], answer.text[:2]) == (True, "#!")


@pytest.mark.parametrize(
    "path",
    ["/frontend/../../version", "/frontend/jupiter/%2e%2e/%2e%2e/%2e%2e/version", "/frontend//jupiter/x", "/version"],
)
def test_nothing_outside_the_theme_is_served(cp: Cpanel, path: str) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.get(visitor.base + path).status == 404


# Live scripts


@several_accounts
def test_a_live_script_runs_as_the_account(cp: Cpanel) -> None:
    answer = click(cp, HEAD + "print(os.getuid(), os.getgid(), os.getgroups())", who="bob")
    assert answer.text.strip() == "5002 5002 []"


def test_a_live_script_runs_in_base(cp: Cpanel) -> None:
    assert click(cp, HEAD + "print(os.getcwd())").text.strip() == str(cp.root.cpanel / "base")


def test_a_live_script_gets_exactly_the_environment_of_the_facts(cp: Cpanel) -> None:
    environ = environ_of(click(cp, HEAD + "print(json.dumps(dict(os.environ)))"))
    environ.pop("LC_CTYPE", None)  # Python's own
    assert " ".join(sorted(environ)) == (
        "CPANEL_CONNECT_SOCKET DOCUMENT_ROOT GATEWAY_INTERFACE HOME HTTPS HTTP_ACCEPT_ENCODING HTTP_COOKIE HTTP_HOST"
        " QUERY_STRING REMOTE_ADDR REMOTE_USER REQUEST_METHOD REQUEST_URI SCRIPT_NAME SERVER_NAME SERVER_PORT"
        " SERVER_PROTOCOL SERVER_SOFTWARE SESSION_TEMP_PASS SESSION_TEMP_USER TMPDIR USER cp_security_token"
    )


def test_the_port_is_stripped_from_the_host_and_an_ipv6_literal_keeps_its_brackets(cp: Cpanel) -> None:
    live(cp, HEAD + "print(json.dumps(dict(os.environ)))")
    visitor = Visitor(cp)
    visitor.sign_in("alice", f"https://[::1]:{cp.port}")
    environ = environ_of(visitor.click())
    found = [environ[name] for name in ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR")]
    assert found == ["[::1]", "::1", "2083", "::1"]


def test_through_the_front_a_script_believes_to_be_on_443(cp: Cpanel) -> None:
    live(cp, HEAD + "print(json.dumps(dict(os.environ)))")
    visitor = Visitor(cp)
    visitor.sign_in("alice", cp.front_url)
    environ = environ_of(visitor.click())
    found = [environ.get(name) for name in ("HTTP_HOST", "SERVER_PORT", "HTTP_PROXIED")]
    assert found == ["cpanel.example.com", "443", "1"]


@several_accounts
@pytest.mark.parametrize(
    ("who", "remote_user"),
    [("tess@olivia.example.com", "olivia"), ("tom@olivia.example.com", "tom@olivia.example.com")],
)
def test_a_team_user_runs_under_the_owners_uid(cp: Cpanel, who: str, remote_user: str) -> None:
    script = HEAD + 'print(os.getuid(), os.environ["REMOTE_USER"], os.environ["TEAM_OWNER"], os.environ["TEAM_USER"])'
    assert click(cp, script, who=who).text.split() == ["5005", remote_user, "olivia", who.split("@")[0]]


def test_the_environment_of_a_bare_run_has_the_same_names(cp: Cpanel) -> None:
    live(cp, HEAD + "print(json.dumps(dict(os.environ)))")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    over_http = environ_of(visitor.click())
    ran = cp.run_bare("alice", cp.environ("alice"))
    bare = json.loads(ran.stdout.split(b"\n\n", 1)[1])
    headers = {"HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_USER_AGENT", "HTTP_ACCEPT_ENCODING"}
    assert set(bare) - headers == set(over_http) - headers


def test_a_script_that_does_not_connect_gets_a_sentence_below_its_page(cp: Cpanel) -> None:
    answer = click(cp, HEAD + 'print("page")', connect=False)
    assert answer.text == "page\nChild failed to make LIVEAPI connection to cPanel"


def test_a_script_that_connects_is_left_as_it_is(cp: Cpanel) -> None:
    assert click(cp, HEAD + 'print("page")').text == "page\n"


def test_a_status_is_understood(cp: Cpanel) -> None:
    assert click(cp, 'print("Status: 403 Forbidden\\nContent-Type: text/plain\\n\\nno")').status == 403


def test_a_location_is_dropped(cp: Cpanel) -> None:
    answer = click(cp, 'print("Status: 302 Found\\nLocation: https://evil.example/\\nContent-Type: text/plain\\n\\nx")')
    assert ("location" in answer.headers, "Location was dropped" in cp.error_log()) == (False, True)


def test_the_panels_own_headers_are_added_and_others_pass(cp: Cpanel) -> None:
    answer = click(cp, 'print("Cache-Control: no-store\\nX-Own: yes\\nContent-Type: text/plain\\n\\nx")')
    assert answer.headers["x-own"] == "yes"
    assert answer.headers["cache-control"] == "no-store, no-cache, no-store, must-revalidate, private"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "output",
    [
        "",
        "Content-Type: text/plain",
        "Content-Type: text/plain\\n",
        "\\n\\nbody",
        "Status: 200 OK\\n\\nno type",
        "Status:200 OK\\nContent-Type: text/plain\\n\\nx",
        "Status: 200 OK\\nStatus: 200 OK\\nContent-Type: text/plain\\n\\nx",
        "Status: ok\\nContent-Type: text/plain\\n\\nx",
        "Content-Type: text/plain\\nSet-Cookie: a=b\\n\\nx",
        "Content-Type: text/plain\\nContent-Length: 5\\n\\nx",
        "Content-Type: text/plain\\nno header\\n\\nx",
        "Content-Type: text/plain\\nX: \\x00\\n\\nx",
        "Content-Type: text/plain\\n\\n\\x00",
    ],
)
def test_an_answer_that_is_not_in_order_becomes_an_internal_error(cp: Cpanel, output: str) -> None:
    answer = click(cp, f'sys.stdout.write("{output}")')
    assert (answer.status, "500 Internal Error" in answer.text) == (500, True)


def test_what_a_script_writes_to_stderr_stands_in_the_error_log(cp: Cpanel) -> None:
    click(cp, HEAD + 'print("a complaint of the script", file=sys.stderr)')
    assert "a complaint of the script" in cp.error_log()


def test_head_and_unusual_methods_reach_the_script(cp: Cpanel) -> None:
    script = 'print("Content-Type: text/plain\\nX-Method: " + os.environ["REQUEST_METHOD"] + "\\n\\n")'
    assert [click(cp, script, method=name).headers["x-method"] for name in ("HEAD", "DELETE")] == ["HEAD", "DELETE"]


def test_a_body_reaches_the_script(cp: Cpanel) -> None:
    live(cp, HEAD + "print(sys.stdin.read())")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.post(f"{visitor.base}/frontend/jupiter/webmail_signin/index.live.cgi", {"a": "b"}).text == "a=b\n"


@pytest.mark.parametrize("mode", [0o644, 0o775, 0o777, 0o700, 0o4755])
def test_a_live_file_with_another_mode_is_not_run(cp: Cpanel, mode: int) -> None:
    live(cp, HEAD).chmod(mode)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.click().status == 403


def test_a_live_file_in_a_folder_that_others_can_write_is_not_run(cp: Cpanel) -> None:
    live(cp, HEAD).parent.chmod(0o777)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.click().status == 403


def test_a_live_file_that_is_a_link_is_not_run(cp: Cpanel) -> None:
    entry = live(cp, HEAD)
    entry.rename(entry.with_name("real"))
    entry.symlink_to("real")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.click().status == 403


@several_accounts
def test_a_live_file_of_another_owner_is_not_run(cp: Cpanel) -> None:
    os.chown(live(cp, HEAD), 5002, 5002)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.click().status == 403


def test_a_script_is_ended_when_the_browser_goes_away(cp: Cpanel) -> None:
    live(cp, "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert gone_within(cp, visitor, seconds=8.0)


def test_a_switch_lets_a_script_run_on_without_a_browser(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "keeps-running")
    live(cp, "time.sleep(4)")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert not gone_within(cp, visitor, seconds=2.0)


def gone_within(cp: Cpanel, visitor: Visitor, seconds: float) -> bool:
    """Click, go away as soon as the script runs, and see whether it ends."""
    connection = visitor.connect("localhost", cp.port)
    address = visitor.base.partition(str(cp.port))[2] + "/frontend/jupiter/webmail_signin/index.live.cgi"
    cookie = visitor.cookie_header("localhost")
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    wait_for(lambda: bool(cp.root.processes()), 10.0)
    connection.close()
    return wait_for(lambda: not cp.root.processes(), seconds)


def wait_for(condition: Any, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


# LiveAPI

HELLO = '<cpaneljson enable="1">'
ASK = HEAD + f"ask(b'{HELLO}')\nprint(feature('webmail'))"


def live_result(answer: Answer) -> dict[str, Any]:
    text = answer.text.partition("<cpanelresult>")[2].partition("</cpanelresult>")[0]
    found: dict[str, Any] = json.loads(text)["cpanelresult"]["result"]
    return found


def test_liveapi_says_that_a_feature_is_on(cp: Cpanel) -> None:
    assert live_result(click(cp, ASK))["data"] == 1


@several_accounts
def test_liveapi_says_that_a_feature_is_off(cp: Cpanel) -> None:
    assert live_result(click(cp, ASK, who="dave"))["data"] == 0


def test_liveapi_knows_nothing_of_a_feature_that_nobody_registered(cp: Cpanel) -> None:
    asked = ASK.replace("'webmail'", "'no_such_feature'")
    found = live_result(click(cp, asked))
    assert (found["status"], found["data"]) == (1, None)


@pytest.mark.parametrize(
    "sent", ["b'5\\nab'", "b'x\\n'", "b'-1\\n'", "b'007\\n'", "b'9999999\\n'", "b'3\\nabc'", "b'14\\n<cpanelaction>'"]
)
def test_liveapi_hangs_up_on_what_is_not_its_protocol(cp: Cpanel, sent: str) -> None:
    answer = click(cp, HEAD + f"panel.sendall({sent})\npanel.shutdown(socket.SHUT_WR)\nprint(panel.recv(100))")
    assert (answer.text, "LiveAPI:" in cp.error_log()) == ("b''\n", True)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("null-features", ("data", None)),
        ("features-off", ("data", 0)),
        ("status-0", ("status", 0)),
        ("string-numbers", ("data", "1")),
    ],
)
def test_liveapi_answers_as_its_switches_want(cp: Cpanel, switch: str, expected: tuple[str, object]) -> None:
    cp.switch("liveapi", switch)
    assert live_result(click(cp, ASK))[expected[0]] == expected[1]


def test_liveapi_can_put_an_error_before_the_result(cp: Cpanel) -> None:
    cp.switch("liveapi", "error-first")
    assert "<error>" in click(cp, ASK).text


def test_liveapi_can_break_off_in_the_midst_of_an_answer(cp: Cpanel) -> None:
    cp.switch("liveapi", "broken")
    text = click(cp, ASK).text
    assert ("cpanelresult" in text, "</cpanelresult>" in text) == (True, False)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("no-socket", "KeyError"),
        ("old-variable", "KeyError"),
        ("socket-missing", "FileNotFoundError"),
        ("refused", "ConnectionRefusedError"),
    ],
)
def test_there_are_four_ways_of_having_no_socket(cp: Cpanel, switch: str, expected: str) -> None:
    cp.switch("liveapi", switch)
    live(cp, HEAD)
    assert expected in cp.run_bare("alice", cp.environ("alice")).stderr.decode()


@several_accounts
def test_liveapi_serves_nobody_but_the_account(cp: Cpanel) -> None:
    live(cp, HEAD + "panel.sendall(b'1\\nx')\nprint(panel.recv(100))")
    cp.run_bare("root", cp.environ("alice"))
    assert "a peer that is not the account" in cp.error_log()


# Webmail


def refusal(cp: Cpanel, answer: Answer) -> str | None:
    """Why the last post was refused, which the person must have been told."""
    told = cp.webmail_posts()[-1].refusal
    assert (answer.status == 303) == (told is None)
    assert told is None or told in answer.text
    return told


def test_a_fresh_session_leads_to_the_inbox_of_the_account(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    answer = visitor.post(*new_session(cp))
    inbox = visitor.get(answer.location)
    assert f'data-page="inbox" data-account="{cp.login("alice").user}" data-locale="en"' in inbox.text


def test_a_session_works_once(cp: Cpanel) -> None:
    fresh = new_session(cp)
    Visitor(cp).post(*fresh)
    assert refusal(cp, Visitor(cp).post(*fresh)) == USED


def test_a_session_by_get_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).get(f"{url}?session=x")) == NOT_POSTED


def test_a_session_from_another_address_is_refused(cp: Cpanel) -> None:
    assert refusal(cp, Visitor(cp, source="127.0.0.2").post(*new_session(cp))) == ADDRESS_CHANGED


def test_the_address_is_not_compared_where_the_setting_is_off(cp: Cpanel) -> None:
    cp.switch("webmail", "any-address")
    assert refusal(cp, Visitor(cp, source="127.0.0.2").post(*new_session(cp))) is None


@pytest.mark.parametrize(("source", "expected"), [("127.0.0.9", None), ("127.0.1.9", ADDRESS_CHANGED)])
def test_a_loose_comparison_looks_at_24_bits(cp: Cpanel, source: str, expected: str | None) -> None:
    cp.switch("webmail", "loose-address")
    assert refusal(cp, Visitor(cp, source=source).post(*new_session(cp))) == expected


def test_a_session_with_another_token_is_refused(cp: Cpanel) -> None:
    _, fields = new_session(cp)
    assert refusal(cp, Visitor(cp).post(f"{cp.webmail_url}/cpsess0000000000/login", fields)) == BAD_TOKEN


def test_an_unknown_session_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {"session": "alice:guess"})) == EXPIRED


@pytest.mark.parametrize("extra", [{"goto_uri": "/"}, {"user": "alice"}])
def test_more_fields_than_the_session_are_refused(cp: Cpanel, extra: dict[str, str]) -> None:
    url, fields = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {**fields, **extra})) == BAD_FORM


def test_a_form_without_the_session_is_refused(cp: Cpanel) -> None:
    url, _ = new_session(cp)
    assert refusal(cp, Visitor(cp).post(url, {"sesion": "x"})) == BAD_FORM


def test_a_session_dies_when_nobody_uses_it(cp: Cpanel) -> None:
    fresh = new_session(cp)
    waiting = cp.root.spool("sessions") / hashlib.sha256(fresh[1]["session"].encode()).hexdigest()
    long_ago = time.time() - 301
    os.utime(waiting, (long_ago, long_ago))
    assert refusal(cp, Visitor(cp).post(*fresh)) == EXPIRED


@pytest.mark.parametrize("referer", [None, ""])
def test_a_blank_referer_is_refused_where_the_setting_says_so(cp: Cpanel, referer: str | None) -> None:
    cp.switch("webmail", "referrerblanksafety")
    headers = {} if referer is None else {"Referer": referer}
    assert refusal(cp, Visitor(cp).post(*new_session(cp), headers)) == BAD_REFERER


def test_a_referer_from_elsewhere_is_refused_where_the_setting_says_so(cp: Cpanel) -> None:
    cp.switch("webmail", "referrersafety")
    assert refusal(cp, Visitor(cp).post(*new_session(cp), {"Referer": "https://evil.example/"})) == BAD_REFERER


def test_a_closed_port_refuses_connections_until_it_is_open_again(cp: Cpanel) -> None:
    cp.switch("webmail", "closed")
    with pytest.raises(ConnectionRefusedError):
        Visitor(cp).get(f"{cp.webmail_url}/")
    cp.reset()
    assert Visitor(cp).get(f"{cp.webmail_url}/").status == 200


@several_accounts
def test_the_inbox_names_the_language_of_the_account(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    answer = visitor.post(*new_session(cp, who="amira"))
    assert '<html lang="ar" dir="rtl"' in visitor.get(answer.location).text


def test_a_mailbox_can_log_in_to_webmail_only(cp: Cpanel) -> None:
    mailbox = f"info@{cp.login('alice').account.domain}"
    assert 'data-page="inbox"' in Visitor(cp).sign_in(mailbox, cp.webmail_url).text
    assert Visitor(cp).sign_in(mailbox).status == 401


def test_a_mailbox_that_reaches_a_live_script_is_named_with_its_domain(cp: Cpanel) -> None:
    live(cp, HEAD + 'print(os.environ["REMOTE_USER"], os.environ["SERVER_PORT"])')
    mailbox = f"info@{cp.login('alice').account.domain}"
    visitor = Visitor(cp)
    visitor.sign_in(mailbox, cp.webmail_url)
    assert visitor.click().text.split() == [mailbox, "2096"]


def test_a_session_is_written_nowhere(cp: Cpanel) -> None:
    url, fields = new_session(cp)
    Visitor(cp).post(url, fields)
    secret = fields["session"].encode()
    assert not [file for file in cp.root.path.rglob("*") if file.is_file() and secret in file.read_bytes()]


# uapi


def test_the_call_answers_in_the_shape_of_the_vendors_sample(root: Root) -> None:
    answer = json.loads(uapi(root, *CALL, "remote_address=192.0.2.7"))
    assert (answer["apiversion"], answer["module"], answer["func"]) == (3, *CALL[1:])
    assert sorted(answer["result"]) == ["data", "errors", "messages", "metadata", "status", "warnings"]
    assert sorted(answer["result"]["data"]) == ["hostname", "session", "token"]


def test_a_session_holds_the_characters_that_need_escaping(root: Root) -> None:
    session = result(uapi(root, *CALL, "remote_address=192.0.2.7"))["data"]["session"]
    assert set(":,%+=") <= set(session)


@several_accounts
def test_mail_on_a_linked_node_has_its_hostname(root: Root) -> None:
    data = result(uapi(root, *CALL, "remote_address=192.0.2.7", who="nora"))["data"]
    assert data["hostname"] == "mailnode.example.com"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "remote_address"),
        (["remote_address=localhost"], "must be an IP address"),
        (["remote_address=%3A%3Affff%3A192.0.2.7"], "usual form"),
        (["remote_address=fe80%3A%3A1%25eth0"], "usual form"),
        (["remote_address=192.0.2.7", "locale=EN"], "locale"),
        (["remote_address=192.0.2.7", "locale=tlh"], "locale"),
        (["remote_address=192.0.2.7", "user=bob"], "does not know"),
    ],
)
def test_the_call_fails_with_an_error(root: Root, words: list[str], error: str) -> None:
    found = result(uapi(root, *CALL, *words))
    assert (found["status"], found["data"], error in found["errors"][0]) == (0, None, True)


@pytest.mark.parametrize(
    "words",
    [
        ["--output=xml", "Session", "x"],
        ["--user=bob", *CALL],
        ["Session"],
        [*CALL, "remote_address=::1"],
        [*CALL, "remote_address"],
        [*CALL, "remote_address=192.0.2.7", "remote_address=192.0.2.7"],
    ],
)
def test_a_command_line_that_is_not_right_gets_plain_text(root: Root, words: list[str]) -> None:
    assert not uapi(root, *words).startswith((b"{", b"---"))


def test_ipv6_is_taken(root: Root) -> None:
    assert result(uapi(root, *CALL, "remote_address=2001%3Adb8%3A%3A7"))["status"] == 1


@several_accounts
def test_root_must_name_an_account(root: Root) -> None:
    argv = [str(root.cpanel / "bin/uapi"), *CALL, "remote_address=192.0.2.7"]
    assert b"name an account" in subprocess.run(argv, stdout=subprocess.PIPE, check=False, env={}).stdout


@several_accounts
def test_root_becomes_the_account_that_it_names(root: Root) -> None:
    argv = [str(root.cpanel / "bin/uapi"), "--user=bob", *CALL, "remote_address=192.0.2.7"]
    subprocess.run(argv, stdout=subprocess.PIPE, check=True, env={})
    assert [created.account for created in root.sessions_created()] == ["bob"]


@several_accounts
def test_a_demo_account_gets_no_session(root: Root) -> None:
    assert "demo" in result(uapi(root, *CALL, "remote_address=192.0.2.7", who="demi"))["errors"][0]


def test_the_visitors_cookie_has_no_place_in_the_environment_of_uapi(root: Root) -> None:
    uapi(root, *CALL, "remote_address=192.0.2.7", environ={"HTTP_COOKIE": "cpsession=x"})
    assert root.sessions_created() == []


def test_a_call_takes_a_believable_time(root: Root) -> None:
    root.reset()
    began = time.monotonic()
    uapi(root, *CALL, "remote_address=192.0.2.7")
    assert time.monotonic() - began > 0.24


def test_the_other_outputs_say_the_same(root: Root) -> None:
    pretty = uapi(root, "--output=jsonpretty", "Locale", "get_attributes")
    assert json.loads(pretty) == json.loads(uapi(root, "--output=json", "Locale", "get_attributes"))
    assert b'    locale: "en"' in uapi(root, "--output=yaml", "Locale", "get_attributes")


@several_accounts
def test_an_account_cannot_look_into_the_spool(root: Root) -> None:
    uapi(root, *CALL, "remote_address=192.0.2.7")
    account = root.accounts["bob"].uid
    listing = ["/bin/ls", str(root.spool("sessions"))]
    assert subprocess.run(listing, user=account, stderr=subprocess.DEVNULL, check=False).returncode != 0


def test_a_missing_uapi_comes_back_as_it_was(root: Root) -> None:
    program = root.cpanel / "bin/uapi"
    before = (program.read_bytes(), program.stat().st_mtime_ns, stat.S_IMODE(program.stat().st_mode))
    root.switch("uapi", "missing")
    assert not program.exists()
    root.reset()
    assert (program.read_bytes(), program.stat().st_mtime_ns, stat.S_IMODE(program.stat().st_mode)) == before


@pytest.mark.parametrize("switch", ["html", "plain-text", "empty", "truncated", "not-utf8", "deep-json"])
def test_an_answer_can_be_no_json(root: Root, switch: str) -> None:
    root.switch("uapi", switch)
    with pytest.raises((ValueError, RecursionError)):
        json.loads(uapi(root, *CALL, "remote_address=192.0.2.7").decode())


def start_uapi(root: Root, switch: str) -> subprocess.Popen[bytes]:
    """The call with a switch on, in a process group of its own."""
    root.switch("uapi", switch)
    argv = [str(root.cpanel / "bin/uapi"), *CALL, "remote_address=192.0.2.7"]
    if os.geteuid() == 0:
        argv.insert(1, f"--user={next(iter(root.accounts.values())).name}")
    return subprocess.Popen(argv, stdout=subprocess.PIPE, start_new_session=True, env={})


@pytest.mark.parametrize("switch", ["hung", "deaf", "hung-with-child", "endless"])
def test_a_call_can_go_on_until_its_group_is_killed(root: Root, switch: str) -> None:
    process = start_uapi(root, switch)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    assert wait_for(lambda: not root.processes(), 5.0)


def test_a_child_can_stay_with_the_pipe_when_the_call_is_done(root: Root) -> None:
    process = start_uapi(root, "leaves-child")
    assert process.wait(10) == 0
    assert len(root.processes()) == 1
    os.killpg(process.pid, signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)


def test_a_switch_that_does_not_exist_is_an_error(root: Root) -> None:
    with pytest.raises(ValueError, match="no switch"):
        root.switch("uapi", "hanged")


def test_the_readme_lists_every_switch() -> None:
    text = (Path(__file__).parent / "cpanel/README.md").read_text(encoding="utf-8")
    missing = [
        (area, name)
        for area, names in SWITCHES.items()
        for name, what in names.items()
        if f"| `{area}` | `{name}` | {what} |" not in text
    ]
    assert missing == []


# install_plugin, uninstall_plugin, manage_hooks, upcp

LINK: dict[str, Any] = {
    "type": "link",
    "id": "webmail_signin",
    "name": "Open Webmail",
    "icon": "icon.svg",
    "group_id": "email",
    "order": 1,
    "uri": "webmail_signin/index.live.cgi",
    "target": "_blank",
    "feature": "webmail_signin",
    "search_text": "mail inbox",
}


def plugin_folder(root: Root, **changed: object) -> Path:
    """A folder for install_plugin, and the entry that it points to."""
    folder = root.path.parent / "registration"
    folder.mkdir(exist_ok=True)
    link = {key: value for key, value in {**LINK, **changed}.items() if value is not None}
    (folder / "install.json").write_text(json.dumps([link]))
    (folder / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>')
    entry = root.cpanel / "base/frontend/jupiter/webmail_signin/index.live.cgi"
    entry.parent.mkdir(exist_ok=True)
    entry.touch()
    return folder


def script(root: Root, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [str(root.cpanel / name), *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


def tree(root: Root) -> dict[str, bytes]:
    """Every file below ROOT but the entry, which is not install_plugin's business."""
    files = [file for file in root.path.rglob("*") if file.is_file() and file.parent.name != "webmail_signin"]
    return {str(file.relative_to(root.path)): file.read_bytes() for file in files}


def test_installing_writes_the_files_of_the_facts(root: Root) -> None:
    before = tree(root)
    assert script(root, "scripts/install_plugin", str(plugin_folder(root)), "--theme=jupiter").returncode == 0
    new = {name: content for name, content in tree(root).items() if name not in before}
    theme = "usr/local/cpanel/base/frontend/jupiter"
    assert sorted(new) == [
        f"{theme}/assets/application_icons/webmail_signin.svg",
        f"{theme}/dynamicui/dynamicui_webmail_signin.conf",
        "usr/local/cpanel/whostmgr/addonfeatures/webmail_signin",
    ]
    assert new["usr/local/cpanel/whostmgr/addonfeatures/webmail_signin"] == b"webmail_signin:Open Webmail\n"


def test_uninstalling_leaves_everything_as_before(root: Root) -> None:
    folder = plugin_folder(root)
    before = tree(root)
    script(root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    assert script(root, "scripts/uninstall_plugin", str(folder), "--theme=jupiter").returncode == 0
    assert tree(root) == before


def test_installing_twice_is_the_same_as_once(root: Root) -> None:
    words = ("scripts/install_plugin", str(plugin_folder(root)), "--theme=jupiter")
    script(root, *words)
    once = tree(root)
    assert (script(root, *words).returncode, tree(root)) == (0, once)


def test_an_archive_is_installed_as_well(root: Root) -> None:
    archive = root.path.parent / "plugin.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(plugin_folder(root), arcname="plugin")
    assert script(root, "scripts/install_plugin", str(archive), "--theme=jupiter").returncode == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Open, Webmail"},
        {"name": "Open 'Webmail'"},
        {"search_text": "a}b"},
        {"name": "two\nlines"},
        {"id": "Webmail"},
        {"icon": "absent.svg"},
        {"icon": "../icon.svg"},
        {"group_id": "mail"},
        {"order": "first"},
        {"target": "_top"},
        {"uri": "/webmail_signin/index.live.cgi"},
        {"uri": "no_such_file.live.cgi"},
        {"type": "page"},
        {"name": None},
    ],
)
def test_a_plugin_that_breaks_a_rule_is_refused_and_leaves_no_trace(root: Root, changed: dict[str, object]) -> None:
    folder = plugin_folder(root, **changed)
    before = tree(root)
    ran = script(root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    assert (ran.returncode, ran.stderr != "", tree(root)) == (1, True, before)


def test_another_theme_is_refused(root: Root) -> None:
    assert script(root, "scripts/install_plugin", str(plugin_folder(root)), "--theme=meridian").returncode == 1


def test_unknown_keys_are_ignored(root: Root) -> None:
    folder = plugin_folder(root, colour="red,blue")
    assert script(root, "scripts/install_plugin", str(folder), "--theme=jupiter").returncode == 0


def test_failing_midway_leaves_the_first_file(root: Root) -> None:
    folder = plugin_folder(root)
    before = tree(root)
    root.switch("install_plugin", "fail-midway")
    assert script(root, "scripts/install_plugin", str(folder), "--theme=jupiter").returncode == 1
    assert [name for name in tree(root) if name not in before] == [
        "usr/local/cpanel/base/frontend/jupiter/assets/application_icons/webmail_signin.svg"
    ]


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_an_installed_icon_stands_on_the_tools_page_of_those_whose_feature_is_on(cp: Cpanel, who: str) -> None:
    if who not in cp.root.accounts:
        pytest.skip("there is only one account here")
    folder = plugin_folder(cp.root)
    script(cp.root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    page = Visitor(cp).sign_in(who).text
    script(cp.root, "scripts/uninstall_plugin", str(folder), "--theme=jupiter")
    icon = 'href="webmail_signin/index.live.cgi" target="_blank"'
    assert (icon in page, "Open Webmail" in page) == ((True, True) if who == "alice" else (False, False))


HOOK = ["--manual", "--category", "System", "--event", "upcp", "--stage", "post"]


def hook(root: Root, mode: int = 0o755) -> str:
    path = root.path.parent / "hook"
    path.write_text('#!/bin/sh\ncat >"$0.ran"\n')
    path.chmod(mode)
    return str(path)


def test_a_hook_is_run_at_the_end_of_an_update(root: Root) -> None:
    path = hook(root)
    assert script(root, "bin/manage_hooks", "add", "script", path, *HOOK).returncode == 0
    assert script(root, "scripts/upcp").returncode == 0
    assert json.loads(Path(f"{path}.ran").read_text())["context"]["event"] == "upcp"


def test_adding_and_deleting_a_hook_leaves_everything_as_before(root: Root) -> None:
    before = tree(root)
    codes = [
        script(root, "bin/manage_hooks", verb, "script", hook(root), *HOOK).returncode for verb in ("add", "delete")
    ]
    assert (codes, tree(root)) == ([0, 0], before)


def test_a_hook_that_others_can_write_is_refused(root: Root) -> None:
    assert script(root, "bin/manage_hooks", "add", "script", hook(root, 0o775), *HOOK).returncode == 1


def test_a_hook_is_added_once_and_deleted_once(root: Root) -> None:
    words = ["script", hook(root), *HOOK]
    verbs = ["add", "add", "delete", "delete"]
    assert [script(root, "bin/manage_hooks", verb, *words).returncode for verb in verbs] == [0, 1, 0, 1]


# Laying out


@several_accounts
def test_a_root_that_the_accounts_cannot_reach_is_refused(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(ValueError, match="closed to them"):
        lay_out(folder / "closed/root")


def test_where_no_other_user_can_be_had_the_account_is_this_process() -> None:
    account = myself("maria")
    own = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() else "nobody"
    assert (account.name, account.locale) == (own, "es")
