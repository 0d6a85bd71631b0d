"""The steps of install.sh: listed by a dry run, and put back when one fails or a signal ends it."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.kit.long import long
from tests.kit.servers import VERSION, Server, but_for_times, in_namespace, private

FIRST_STEPS = 14  # of a first installation
UPGRADE_STEPS = 11  # of an upgrade
REMOVING_STEPS = 5  # that something follows


def steps(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("- ")]


def ended_at_step(server: Server, number: int, by: signal.Signals, verb: str = "install") -> int:
    """Start install.sh and send it a signal as soon as it has said its step `number` (from 1); its exit code.

    It runs with less priority than who reads what it says, so that on a busy machine too the signal comes in time.
    """
    with subprocess.Popen(
        ["nice", "-n", "15", *server.command(verb)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            number -= line.startswith("- ")
            if number == 0:
                if by == signal.SIGKILL:
                    os.killpg(child.pid, by)
                else:
                    child.send_signal(by)
                break
        child.stdout.read()
        return child.wait(30)


@pytest.mark.parametrize("verb", ["rollback", *long("apply", "uninstall", "hook")])
def test_a_dry_run_lists_the_steps_and_changes_nothing(upgraded: Server, verb: str) -> None:
    server = Server(upgraded.root, upgraded.base / "current")
    before = server.tree(times=True)
    planned = server.well(verb, "--dry-run")
    assert server.tree(times=True) == before
    assert steps(planned) == steps(server.well(verb))


@pytest.mark.long
def test_the_dry_run_of_an_upgrade_equals_it(newer: Server) -> None:
    before = newer.tree(times=True)
    planned = newer.well("--dry-run")
    assert newer.tree(times=True) == before
    assert steps(planned) == steps(newer.well())


@pytest.mark.long
def test_the_dry_run_of_a_first_installation_equals_it(bare: Server) -> None:
    before = bare.tree(times=True)
    planned = steps(bare.well("--dry-run"))
    assert bare.tree(times=True) == before
    assert planned == steps(bare.well())
    assert len(planned) == FIRST_STEPS


@pytest.mark.parametrize("number", [1, 2, 4, 8, 10, 11, 12, 13])
@pytest.mark.long
def test_a_first_installation_that_is_ended_is_undone(bare: Server, number: int) -> None:
    before = bare.tree()
    assert ended_at_step(bare, number, signal.SIGTERM) == 1
    assert bare.tree() == before


@pytest.mark.parametrize("name", ["QUIT", "USR1", "USR2", "ALRM", "XCPU", "XFSZ", "VTALRM"])
@pytest.mark.long
def test_every_signal_undoes(bare: Server, name: str) -> None:
    before = bare.tree()
    assert ended_at_step(bare, 6, signal.Signals[f"SIG{name}"]) == 1
    assert bare.tree() == before


@pytest.mark.parametrize("number", [2, 3, 5, 7, 8, 10, UPGRADE_STEPS])
@pytest.mark.long
def test_an_upgrade_that_is_ended_is_undone(newer: Server, number: int) -> None:
    before = newer.tree()
    assert ended_at_step(newer, number, signal.SIGINT) == 1
    assert newer.tree() == before
    assert newer.page() == ""


@pytest.mark.parametrize("number", range(1, REMOVING_STEPS + 1))
@pytest.mark.long
def test_a_removal_that_is_ended_is_undone(installed: Server, number: int) -> None:
    before = but_for_times(installed)
    code = ended_at_step(installed, number, signal.SIGTERM, "uninstall")
    if code == 0 and number == REMOVING_STEPS:  # after it there is one rename, so the signal may come too late
        assert not installed.base.exists()
        return
    assert code == 1
    assert but_for_times(installed) == before
    assert installed.page() == ""


@pytest.mark.parametrize("number", range(1, FIRST_STEPS + 1))
@pytest.mark.long
def test_after_a_kill_a_first_installation_can_be_run_again(bare: Server, number: int) -> None:
    before = bare.tree()
    assert ended_at_step(bare, number, signal.SIGKILL) == -signal.SIGKILL
    assert not bare.entry.exists() or bare.page() == ""
    bare.well("install")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


@pytest.mark.parametrize("number", range(1, UPGRADE_STEPS + 1))
@pytest.mark.long
def test_after_a_kill_an_upgrade_can_be_run_again(newer: Server, number: int) -> None:
    assert ended_at_step(newer, number, signal.SIGKILL) == -signal.SIGKILL
    assert newer.page() == ""
    newer.well("install")
    assert newer.current() == "releases/1.1.0"


@pytest.mark.parametrize("behaviour", ["echo half >{conf}; exit 1", *long("exit 1", "kill -9 $$")])
def test_an_install_plugin_that_fails_undoes_everything(bare: Server, behaviour: str) -> None:
    conf = bare.theme / "dynamicui/dynamicui_webmail_signin.conf"
    (bare.cpanel / "scripts/install_plugin").write_text(f"#!/bin/sh\n{behaviour.format(conf=conf)}\n")
    before = bare.tree()
    assert bare.run("install").returncode == 1
    assert bare.tree() == before


def test_a_manage_hooks_that_fails_undoes_everything(newer: Server) -> None:
    (newer.cpanel / "bin/manage_hooks").write_text("#!/bin/sh\nexit 1\n")
    before = newer.tree()
    assert newer.run("install").returncode == 1
    assert newer.tree() == before


def test_a_release_whose_page_does_not_run_never_gets_in_use(newer: Server) -> None:
    (newer.source / "plugin/click/app.py").write_text("this is not Python\n")
    before = newer.tree()
    assert newer.run("install").returncode == 1
    assert newer.tree() == before


def test_settings_that_do_not_hold_stop_a_first_installation(bare: Server) -> None:
    bare.settle("timeout: long\n")
    before = bare.tree()
    ended = bare.run("install")
    assert ended.returncode == 1
    assert f"{bare.config}:1: timeout" in ended.stdout
    assert bare.tree() == before


def test_a_symlink_in_the_source_is_not_installed(newer: Server) -> None:
    (newer.source / "plugin/extra.py").symlink_to("/etc/passwd")
    assert newer.run("install").returncode == 3
    assert newer.current() == f"releases/{VERSION}"


@pytest.mark.parametrize("name", ["plugin/__init__.py", "plugin/click/app.py", "templates/pipe"])
def test_a_fifo_in_the_source_is_named(newer: Server, name: str) -> None:
    (newer.source / name).unlink(missing_ok=True)
    os.mkfifo(newer.source / name)
    ended = newer.run("install")
    assert ended.returncode == 3
    assert "not plain files" in ended.stdout


def test_a_closed_standard_output_undoes_or_finishes(bare: Server) -> None:
    before = bare.tree()
    with subprocess.Popen(bare.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.wait(30) == 1
    assert bare.tree() == before


@pytest.mark.long
@private
def test_a_last_step_that_fails_brings_everything_back(installed: Server) -> None:
    before = but_for_times(installed)
    held = f"mount --bind '{installed.config}' '{installed.config}'"  # which cannot be removed then
    ended = in_namespace(installed, held, "uninstall", "--purge")
    assert (ended.returncode, "Everything was put back" in ended.stdout) == (1, True), ended.stdout
    assert but_for_times(installed) == before
    assert installed.page() == ""
