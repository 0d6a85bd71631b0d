"""The hook that cPanel calls after an update of its own: it repairs, logs one line and answers in one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.kit.long import long
from tests.kit.servers import Server, hook, release


def test_a_hook_with_nothing_to_do_logs_one_line(installed: Server) -> None:
    ended = hook(installed)
    assert (ended.returncode, ended.stdout) == (0, "1 webmail-signin: after the cPanel update: nothing to repair\n")
    assert ended.stderr == "webmail-signin: after the cPanel update: nothing to repair\n"


def lost_page(server: Server) -> None:
    server.entry.unlink()
    server.entry.parent.rmdir()


def lost_icon(server: Server) -> None:
    (server.theme / "dynamicui/dynamicui_webmail_signin.conf").unlink()


def lost_interpreter(server: Server) -> None:
    lines = server.entry.read_text().split("\n", 1)
    server.entry.write_text(f"#!/usr/bin/python3.1 -IS\n{lines[1]}")


def lost_bytecode(server: Server) -> None:
    for file in server.base.rglob("*.pyc"):
        file.unlink()


@pytest.mark.parametrize("loss", [lost_page, *long(lost_icon, lost_interpreter, lost_bytecode)])
def test_the_hook_repairs(installed: Server, loss) -> None:  # type: ignore[no-untyped-def]
    loss(installed)
    ended = hook(installed)
    assert ended.returncode == 0, ended.stderr
    assert (ended.stderr.count("\n"), ended.stdout.count("\n")) == (1, 1)
    assert "Failures: 0" in installed.well("check")
    assert any((installed.base / "current/plugin/__pycache__").glob("*.pyc"))


def test_the_hook_repairs_although_the_settings_do_not_hold(installed: Server) -> None:
    lost_page(installed)
    installed.config.write_text("timeout: long\n")
    assert hook(installed).returncode == 0
    assert installed.page() == ""


def test_a_hook_that_cannot_repair_says_why_in_one_line(installed: Server) -> None:
    (installed.cpanel / "bin/uapi").unlink()
    ended = hook(installed)
    assert ended.returncode == 3
    assert re.fullmatch(r"webmail-signin: after the cPanel update: failed: .*uapi is missing.*\n", ended.stderr)
    assert ended.stdout == f"0 {ended.stderr}"


def test_the_hook_reads_its_input_to_the_end(installed: Server) -> None:
    command = Server(installed.root, installed.base / "current").command("hook")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        ended, _ = child.communicate(b" " * 1_000_000)  # more than a pipe holds: with no reader it would be refused
    assert (child.returncode, ended[:2]) == (0, b"1 ")


def test_an_update_of_cpanel_runs_the_hook(installed: Server) -> None:
    lost_page(installed)
    subprocess.run([str(installed.cpanel / "scripts/upcp")], check=True, capture_output=True)
    assert installed.page() == ""


@pytest.mark.parametrize("verb", ["hook", *long("check", "install")])
def test_a_fault_of_its_own_is_named_by_its_place_in_one_line(bare: Server, place: Path, verb: str) -> None:
    source = release(place / "source")
    (source / "plugin/admin/look.py").write_text("def at(*words):\n    raise KeyError('what was read')\n")
    (source / "plugin/admin/check.py").write_text("def run(*words):\n    raise KeyError('what was read')\n")
    ended = Server(bare.root, source).run(verb, stderr=subprocess.PIPE)
    said = "a fault of install.sh's own, KeyError at "
    assert (ended.returncode, said in ended.stderr, ended.stderr.count("\n")) == (1, True, 1), ended.stderr
    assert "what was read" not in ended.stdout + ended.stderr
    if verb == "hook":
        assert ended.stdout.startswith(f"0 webmail-signin: after the cPanel update: failed: {said}")
