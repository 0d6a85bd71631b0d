"""The lock: one at a time, and it names who holds it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from plugin.admin import lock
from plugin.admin.programs import Failed
from plugin.admin.server import Server
from plugin.admin.voice import Voice

HOLD = """import fcntl, os
file = open(os.environ["LOCK"], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
input()"""


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel").mkdir(parents=True)
    return Server(str(tmp_path))


def test_it_is_closed_to_others(server: Server) -> None:
    before = os.umask(0)
    try:
        with lock.held(server, Voice(quiet=True)):
            assert stat.S_IMODE(os.stat(server.lock).st_mode) == 0o600
    finally:
        os.umask(before)


def test_without_an_installation_it_leaves_nothing(server: Server) -> None:
    with lock.held(server, Voice(quiet=True)):
        pass
    assert os.listdir(server.cpanel) == []


def test_with_one_it_stays(server: Server) -> None:
    with lock.held(server, Voice(quiet=True)):
        os.mkdir(server.releases)
    assert os.path.exists(server.lock)


def test_one_that_goes_away_while_it_is_waited_for_is_made_anew(server: Server) -> None:
    os.makedirs(server.base)
    descriptor = os.open(server.lock, os.O_CREAT)
    os.unlink(server.lock)
    assert not os.path.exists(server.lock)
    with lock.held(server, Voice(quiet=True)) as ours:
        assert os.path.samestat(os.fstat(ours), os.stat(server.lock))
    os.close(descriptor)


def test_who_waits_is_told_which_process_it_waits_for(
    server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.3)
    os.makedirs(server.releases)
    with subprocess.Popen(
        [sys.executable, "-IS", "-c", HOLD, "/root/signin", "install"],
        env={"LOCK": server.lock},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(Failed, match=f"process {holder.pid}: /root/signin/install.sh install"),
            lock.held(server, Voice()),
        ):
            pass
        holder.communicate("\n")
    assert (
        f"another install.sh is at work here (process {holder.pid}: /root/signin/install.sh install)"
        in capfd.readouterr().out
    )
