"""The command `uapi`, its strictness and its switches."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time

import pytest

from tests.cpanel import Root
from tests.cpanel.kit import CALL, result, several_accounts, uapi, wait_for

pytestmark = pytest.mark.long


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


@pytest.mark.parametrize(("words", "status"), [([], 1), (["locale=en"], 1), (["locale=de"], 0)])
def test_a_server_can_have_fewer_languages(root: Root, words: list[str], status: int) -> None:
    root.switch("uapi", "fewer-locales")
    assert result(uapi(root, *CALL, "remote_address=192.0.2.7", *words))["status"] == status


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


@pytest.mark.long
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
