"""How live scripts are run, and what becomes of their answers."""

from __future__ import annotations

import json
import os

import pytest

from tests.cpanel import PASSWORD, Answer, Cpanel, Visitor
from tests.cpanel.kit import HEAD, click, environ_of, live, several_accounts, wait_for


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


def test_on_port_2082_a_script_is_told_of_no_https(cp: Cpanel) -> None:
    live(cp, HEAD + "print(json.dumps(dict(os.environ)))")
    visitor = Visitor(cp)
    visitor.sign_in("alice", cp.plain_url)
    environ = environ_of(visitor.click())
    assert (environ["SERVER_PORT"], "HTTPS" in environ) == ("2082", False)


def test_on_port_2082_the_cookie_is_not_for_https_alone(cp: Cpanel) -> None:
    fields = {"user": cp.login("alice").user, "pass": PASSWORD}
    found = [Visitor(cp).post(f"{url}/login/", fields).headers["set-cookie"] for url in (cp.url, cp.plain_url)]
    assert ["Secure" in cookie for cookie in found] == [True, False]


@pytest.mark.parametrize("header", ["Sec-Fetch-Dest", "Sec-Fetch-Site", "Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"])
def test_what_a_browser_says_of_a_request_reaches_the_script(cp: Cpanel, header: str) -> None:
    live(cp, HEAD + "print(json.dumps(dict(os.environ)))")
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    environ = environ_of(visitor.click(headers={header: "prefetch"}))
    assert environ[f"HTTP_{header.upper().replace('-', '_')}"] == "prefetch"


def team_variables(cp: Cpanel, who: str) -> dict[str, str]:
    script = HEAD + "print(json.dumps(dict(os.environ)))"
    environ = environ_of(click(cp, script, who=who))
    return {name: value for name, value in environ.items() if name.startswith("TEAM_")}


def test_a_team_user_can_have_no_variable_that_the_facts_name(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "unknown-team-variable")
    assert list(team_variables(cp, next(iter(cp.root.accounts)))) == ["TEAM_ACCOUNT"]


def test_a_plain_account_can_have_empty_team_variables(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "empty-team-variables")
    found = team_variables(cp, next(iter(cp.root.accounts)))
    assert set(found) == {"TEAM_USER", "TEAM_OWNER", "TEAM_LOGIN_DOMAIN", "TEAM_USER_ROLES"}
    assert set(found.values()) == {""}


@several_accounts
def test_a_script_can_be_without_syslog(cp: Cpanel) -> None:
    cp.switch("cpsrvd", "no-syslog")
    answer = click(cp, HEAD + 'print(os.getuid(), os.getgroups(), *sorted(os.listdir("/dev")))', who="bob")
    assert answer.text.split() == ["5002", "[]", "full", "null", "random", "urandom", "zero"]


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


def post(cp: Cpanel, text: str, fields: dict[str, str]) -> Answer:
    live(cp, HEAD + text)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    return visitor.post(f"{visitor.base}/frontend/jupiter/webmail_signin/index.live.cgi", fields)


def test_a_body_reaches_the_script_with_its_length_and_type(cp: Cpanel) -> None:
    script = """length = int(os.environ["CONTENT_LENGTH"])
print(length, os.environ["CONTENT_TYPE"], sys.stdin.read(length))"""
    assert post(cp, script, {"a": "b"}).text == "3 application/x-www-form-urlencoded a=b\n"


def test_a_body_of_a_megabyte_reaches_the_script(cp: Cpanel) -> None:
    script = 'print(len(sys.stdin.read(int(os.environ["CONTENT_LENGTH"]))))'
    assert post(cp, script, {"mailbox": "x" * 1_000_000}).text == "1000008\n"


def test_a_script_need_not_read_its_body(cp: Cpanel) -> None:
    assert post(cp, 'print("unread")', {"mailbox": "x" * 1_000_000}).text == "unread\n"


def test_no_end_comes_after_the_body(cp: Cpanel) -> None:
    script = """import select
sys.stdin.buffer.raw.read(3)
print(select.select([sys.stdin], [], [], 0.3)[0])"""
    assert post(cp, script, {"a": "b"}).text == "[]\n"


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
