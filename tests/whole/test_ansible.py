"""The play for many servers, run on this machine against a scratch root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.cpanel.root import lay_out
from tests.kit.folders import CHECKOUT
from tests.kit.servers import VERSION, Server, release

pytestmark = pytest.mark.long
PLAY = CHECKOUT / "tests/ansible/webmail-signin.yml"


@pytest.fixture
def server(place: Path) -> Server:
    lay_out(place / "root")
    return Server(place / "root", release(place / "source"))


def play(server: Server, place: Path) -> subprocess.CompletedProcess[str]:
    """The whole play, with the tarball of the server's source."""
    with tarfile.open(place / "release.tar.gz", "w:gz") as tarball:
        tarball.add(server.source, f"webmail-signin-{VERSION}")
    words = {"tarball": str(place / "release.tar.gz"), "words": ["--root", str(server.root)]}
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            *("-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"),
            *("-e", json.dumps(words), str(PLAY)),
        ],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_HOME": str(place / "ansible"), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"},
    )


def test_the_play_installs_and_changes_nothing_the_second_time(server: Server, place: Path) -> None:
    first = play(server, place)
    assert first.returncode == 0, first.stdout + first.stderr
    assert server.page() == ""
    assert "changed=1" in first.stdout
    assert "changed=0" in play(server, place).stdout


def test_the_play_names_why_a_server_does_not_qualify(server: Server, place: Path) -> None:
    (server.cpanel / "bin/uapi").unlink()
    ended = play(server, place)
    assert ended.returncode != 0
    assert "bin/uapi is missing" in ended.stdout
    assert not server.base.exists()
