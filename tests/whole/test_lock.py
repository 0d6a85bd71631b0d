"""One install.sh at a time: who comes second waits, and looks again when it is its turn."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.kit.servers import VERSION, Server


@pytest.mark.long
def test_a_second_installation_waits_for_the_first(bare: Server) -> None:
    (bare.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nsleep 0.5\n")
    first, second = (
        subprocess.Popen(bare.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in "ab"
    )
    printed = first.communicate(timeout=40)[0] + second.communicate(timeout=40)[0]
    assert (first.returncode, second.returncode) == (0, 0), printed
    assert "another install.sh" in printed


def test_what_a_killed_run_left_running_still_holds_the_lock(newer: Server) -> None:
    apply, held = newer.source / "plugin/ready/__main__.py", newer.source / "held"
    os.mkfifo(held)
    apply.write_text(apply.read_text().replace("import os\n", f"import os\nopen({str(held)!r}).read()\n", 1))
    with subprocess.Popen(newer.command(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        next(line for line in child.stdout if line.startswith("- check and compile"))
        with held.open("w"):  # which is opened as soon as the other side is: it is at work now, and waits
            child.kill()
            child.wait()
            assert is_locked(newer)
    with (newer.base / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # which ends with the last of them


def is_locked(server: Server) -> bool:
    with (server.base / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_for_another(lock: Path) -> None:
    """Until a second process has opened the lock, as the one that waits for it has."""
    for _ in range(1200):
        open_here = {folder.parts[2] for folder in Path("/proc").glob("[0-9]*/fd/*") if leads_to(folder, lock)}
        if len(open_here) > 1:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def leads_to(descriptor: Path, file: Path) -> bool:
    try:
        return os.readlink(descriptor) == str(file)
    except OSError:  # it has been closed meanwhile
        return False


@pytest.mark.long
@pytest.mark.parametrize(("verb", "current"), [("rollback", "1.1.0"), ("hook", VERSION), ("apply", VERSION)])
def test_who_waited_chooses_the_release_after_the_wait(upgraded: Server, verb: str, current: str) -> None:
    upgraded.config.write_text("label: My mail\n")
    with (upgraded.base / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = Server(upgraded.root, upgraded.base / "current").command(verb)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            wait_for_another(upgraded.base / ".lock")
            for name, version in (("current", VERSION), ("previous", "1.1.0")):
                (upgraded.base / name).unlink()
                (upgraded.base / name).symlink_to(f"releases/{version}")
            fcntl.flock(lock, fcntl.LOCK_UN)
            child.stdout.read()
        assert child.returncode == 0
    assert upgraded.current() == f"releases/{current}"
    registration = upgraded.base / f"releases/{VERSION}/compiled/registration/install.json"
    assert ("My mail" in registration.read_text()) is (verb == "apply")
