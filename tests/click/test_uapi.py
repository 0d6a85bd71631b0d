"""uapi: the one process, run for real: its command line, its surroundings, its end (design §4)."""

from __future__ import annotations

import json
import os
import pwd
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plugin.click import errors, uapi
from tests.kit import programs
from tests.kit.account import ACCOUNT, IS_ROOT
from tests.kit.programs import alive, ends, pids

ENVIRON = {"PATH": "/usr/bin:/bin", "LANG": "C"}


def program(folder: Path, script: str, interpreter: str = "/bin/sh") -> str:
    return str(programs.program(folder / "program", script, interpreter))


def finish(folder: Path, script: str, seconds: float = 20, interpreter: str = "/bin/sh") -> bytes:
    with uapi.Process([program(folder, script, interpreter)], ENVIRON) as process:
        return process.finish(time.monotonic() + seconds)


def test_all_output_comes_back(tmp_path: Path) -> None:
    assert finish(tmp_path, "printf 'one\\ntwo'") == b"one\ntwo"


def test_no_output_is_no_error(tmp_path: Path) -> None:
    assert finish(tmp_path, "exit 0") == b""


def test_the_exit_status_says_nothing(tmp_path: Path) -> None:
    assert finish(tmp_path, "echo out; exit 3") == b"out\n"


def test_what_it_says_on_standard_error_is_not_output(tmp_path: Path) -> None:
    assert finish(tmp_path, "echo out; echo noise >&2") == b"out\n"


def test_output_in_pieces_is_put_together(tmp_path: Path) -> None:
    assert finish(tmp_path, "printf a; sleep 0.05; printf b; sleep 0.15; printf c") == b"abc"


def test_output_as_large_as_the_limit_passes(tmp_path: Path) -> None:
    assert len(finish(tmp_path, f"head -c {uapi.LIMIT} /dev/zero")) == uapi.LIMIT


def test_one_byte_more_than_the_limit_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(errors.UapiUnreadable):
        finish(tmp_path, f"head -c {uapi.LIMIT + 1} /dev/zero")


def test_endless_output_is_cut_off_and_the_program_ended(tmp_path: Path) -> None:
    with pytest.raises(errors.UapiUnreadable):
        finish(tmp_path, f"echo $$ > {tmp_path}/pids; exec cat /dev/zero")
    assert ends(*pids(tmp_path))


@pytest.mark.parametrize("name", ["KILL", "SEGV", "TERM"])
def test_a_program_that_a_signal_ended_is_unreadable_whatever_it_printed(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.UapiUnreadable, match=str(int(getattr(signal, f"SIG{name}")))):
        finish(tmp_path, f"echo fine; kill -{name} $$")


def test_a_program_that_is_not_done_in_time_times_out(tmp_path: Path) -> None:
    with pytest.raises(errors.UapiTimeout):
        finish(tmp_path, "sleep 60", seconds=0.2)


def test_a_timeout_keeps_its_time(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(errors.UapiTimeout):
        finish(tmp_path, "sleep 60", seconds=0.3)
    assert 0.3 <= time.monotonic() - started < 20


def test_a_program_that_keeps_printing_times_out_too(tmp_path: Path) -> None:
    with pytest.raises(errors.UapiTimeout):
        finish(tmp_path, "while :; do echo; sleep 0.02; done", seconds=0.3)


def test_a_timeout_ends_grandchildren_that_ignore_every_signal(tmp_path: Path) -> None:
    script = f"""
trap '' TERM HUP INT
(trap '' TERM HUP INT; sh -c 'echo $$ >> {tmp_path}/pids; while :; do sleep 60; done') &
echo $$ >> {tmp_path}/pids
while :; do sleep 60; done
"""
    with pytest.raises(errors.UapiTimeout):
        finish(tmp_path, script, seconds=2)
    left = [pid for pid in pids(tmp_path, 2) if not ends(pid)]
    assert left == []


def test_its_children_do_not_outlive_a_program_that_has_ended(tmp_path: Path) -> None:
    script = f"""
sh -c 'echo $$ > {tmp_path}/pids; exec sleep 60' >/dev/null &
until [ -s {tmp_path}/pids ]; do sleep 0.01; done
echo out
"""
    assert finish(tmp_path, script) == b"out\n"
    assert ends(*pids(tmp_path))


def test_a_child_that_holds_the_output_open_does_not_hold_up_the_click(tmp_path: Path) -> None:
    started = time.monotonic()
    assert finish(tmp_path, "sleep 60 & \necho out") == b"out\n"
    assert time.monotonic() - started < 20


def test_the_last_words_before_the_end_are_not_lost_to_such_a_child(tmp_path: Path) -> None:
    script = "sleep 60 & \nhead -c 60000 /dev/zero"
    assert all(len(finish(tmp_path, script)) == 60000 for _ in range(10))


def test_a_program_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    assert finish(tmp_path, f"echo out; exec >&-; sleep 0.3; echo done > {tmp_path}/done") == b"out\n"
    assert (tmp_path / "done").exists()


def test_a_program_that_closes_its_output_and_hangs_times_out(tmp_path: Path) -> None:
    with pytest.raises(errors.UapiTimeout):
        finish(tmp_path, "exec >&-; sleep 60", seconds=0.3)


def test_leaving_the_block_ends_the_program(tmp_path: Path) -> None:
    with uapi.Process([program(tmp_path, f"echo $$ > {tmp_path}/pids; exec sleep 60")], ENVIRON):
        (pid,) = pids(tmp_path)
        assert alive(pid)
    assert ends(pid)


def test_leaving_the_block_by_an_error_ends_the_program(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyError),
        uapi.Process([program(tmp_path, f"echo $$ > {tmp_path}/pids; exec sleep 60")], ENVIRON),
    ):
        (pid,) = pids(tmp_path)
        raise KeyError
    assert ends(pid)


def test_a_program_that_has_ended_leaves_no_zombie(tmp_path: Path) -> None:
    finish(tmp_path, f"echo $$ > {tmp_path}/pids")
    assert not os.path.exists(f"/proc/{pids(tmp_path)[0]}")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    finish(tmp_path, "echo")
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        finish(tmp_path, "echo")
    assert os.listdir("/proc/self/fd") == before


def missing(folder: Path) -> str:
    return str(folder / "missing")


def below_a_file(folder: Path) -> str:
    return program(folder, "") + "/program"


def not_executable(folder: Path) -> str:
    file = program(folder, "echo")
    os.chmod(file, 0o644)
    return file


def a_folder(folder: Path) -> str:
    return str(folder)


def garbage(folder: Path) -> str:
    file = program(folder, "")
    Path(file).write_bytes(b"\x00\x01\x02 no program at all")
    return file


def empty(folder: Path) -> str:
    file = program(folder, "")
    Path(file).write_bytes(b"")
    return file


def without_its_interpreter(folder: Path) -> str:
    return program(folder, "", "/nowhere/perl")


def a_circle(folder: Path) -> str:
    os.symlink("circle", folder / "circle")
    return str(folder / "circle")


@pytest.mark.parametrize(
    "kind", [missing, below_a_file, not_executable, a_folder, garbage, empty, without_its_interpreter, a_circle]
)
def test_what_cannot_be_run_is_missing(tmp_path: Path, kind: Callable[[Path], str]) -> None:
    path = kind(tmp_path)
    with pytest.raises(errors.UapiMissing, match=re.escape(path)):
        uapi.Process([path], ENVIRON)


SHOW = """
import json, os, sys
print(json.dumps({
    "environ": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid(), "group": os.getpgrp(), "session": os.getsid(0),
    "stdin": os.readlink("/proc/self/fd/0"), "stderr": os.readlink("/proc/self/fd/2"), "argv": sys.argv[1:],
    "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd")),
    "ignored": next(line.split()[1] for line in open("/proc/self/status") if line.startswith("SigIgn")),
    "blocked": next(line.split()[1] for line in open("/proc/self/status") if line.startswith("SigBlk")),
}))
"""


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What a program sees of its surroundings, with a hostile environment and open descriptors around it."""
    for name in ("LD_PRELOAD_X", "PERL5LIB", "PERL5OPT", "PYTHONPATH", "BASH_ENV", "HTTP_COOKIE", "cp_security_token"):
        monkeypatch.setenv(name, "hostile")
    read, write = os.pipe()
    os.set_inheritable(read, True)
    os.set_inheritable(write, True)
    try:
        output = finish(tmp_path, SHOW, interpreter=f"{sys.executable} -IS")
    finally:
        os.close(read)
        os.close(write)
    shown: dict[str, object] = json.loads(output)
    return shown


def test_its_environment_is_what_it_is_given_and_nothing_else(seen: dict[str, object]) -> None:
    environ = dict(seen["environ"])  # type: ignore[call-overload]
    environ.pop("LC_CTYPE", None)  # Python sets it for itself where LANG is C
    assert environ == ENVIRON


def test_its_input_is_empty(seen: dict[str, object]) -> None:
    assert seen["stdin"] == "/dev/null"


def test_its_errors_are_discarded(seen: dict[str, object]) -> None:
    assert seen["stderr"] == "/dev/null"


def test_it_leads_a_group_and_a_session_of_its_own(seen: dict[str, object]) -> None:
    assert seen["pid"] == seen["group"] == seen["session"]


def test_it_stands_in_the_root_folder(seen: dict[str, object]) -> None:
    assert seen["cwd"] == "/"


def test_it_gets_no_other_descriptor(seen: dict[str, object]) -> None:
    assert seen["descriptors"] == [0, 1, 2, 3]  # 3 is its own look into the folder


def test_it_ignores_no_signal_more_than_its_parent(seen: dict[str, object]) -> None:
    ordinary = (1 << 31) - 1  # the C library keeps 32 and 33 for itself
    ours = sum(1 << n - 1 for n in range(1, 32) if signal.getsignal(n) is signal.SIG_IGN)  # SIGHUP, say, under nohup
    ignored, blocked = (int(str(seen[name]), 16) & ordinary for name in ("ignored", "blocked"))
    assert (ignored & ~ours, blocked) == (0, 0)


@pytest.mark.skipif(not IS_ROOT, reason="only root can run a program as another account")
def test_root_runs_it_as_the_account_without_further_groups(folder: Path) -> None:
    with uapi.Process([program(folder, "id -u; id -g; id -G")], ENVIRON, ACCOUNT) as process:
        output = process.finish(time.monotonic() + 20)
    assert output.split() == [str(ACCOUNT.pw_uid).encode(), str(ACCOUNT.pw_gid).encode(), str(ACCOUNT.pw_gid).encode()]


def test_the_command_line_is_the_documented_one() -> None:
    assert uapi.command("/bin/uapi", "Session", "create_webmail_session_for_self", {"remote_address": "192.0.2.7"}) == [
        "/bin/uapi",
        "--output=json",
        "Session",
        "create_webmail_session_for_self",
        "remote_address=192.0.2.7",
    ]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("2001:db8::7", "2001%3Adb8%3A%3A7"),
        ("a b", "a%20b"),
        ("a&b=c", "a%26b%3Dc"),
        ("100%", "100%25"),
        ("../x", "..%2Fx"),
        ("a+b", "a%2Bb"),
        ("é", "%C3%A9"),
        ("a\nb", "a%0Ab"),
        ("a\0b", "a%00b"),
        ("pt_br", "pt_br"),
    ],
)
def test_values_are_uri_encoded(value: str, encoded: str) -> None:
    assert uapi.command("/u", "M", "f", {"name": value})[-1] == f"name={encoded}"


def test_the_environment_holds_the_account_and_constants_alone() -> None:
    account = pwd.struct_passwd(("alice", "x", 1001, 1001, "", "/home/alice", "/bin/sh"))
    environ = uapi.environment(account)
    assert {name: environ.pop(name) for name in ("HOME", "USER", "LOGNAME")} == {
        "HOME": "/home/alice", "USER": "alice", "LOGNAME": "alice",
    }  # fmt: skip
    assert set(environ) == {"PATH", "LANG"}


def test_the_path_holds_only_folders_of_the_systems() -> None:
    account = pwd.struct_passwd(("alice", "x", 1001, 1001, "", "/home/alice", "/bin/sh"))
    assert all(folder.startswith(("/usr/", "/bin", "/sbin")) for folder in uapi.environment(account)["PATH"].split(":"))
