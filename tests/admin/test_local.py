"""What of the network is this server's own."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from plugin.admin import local
from plugin.admin.server import Server
from tests.kit.account import as_root

LISTENING = """import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
time.sleep(60)"""


def test_who_listens_for_us_is_no_stranger() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert local.strangers(Server(""), listener.getsockname()[1]) == set()


@as_root
def test_another_user_who_listens_is_a_stranger() -> None:
    argv = ["/usr/bin/python3", "-IS", "-c", LISTENING]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, user=65534, group=65534, extra_groups=[], cwd="/") as other:
        assert other.stdout
        port = int(other.stdout.readline())
        found = local.strangers(Server(""), port)
        other.kill()
    assert found == {65534}


@pytest.mark.parametrize(("name", "expected"), [("localhost", True), ("not..a-name", False)])
def test_a_name_is_ours_if_all_its_addresses_are(name: str, expected: bool) -> None:
    assert local.ours(name) is expected


def test_an_address_of_somebody_else_is_not_ours() -> None:
    assert not local.ours("192.0.2.7")


def test_the_authorities_are_those_of_the_tree(tmp_path: Path) -> None:
    server = Server(str(tmp_path))
    assert local.authorities(server) is None
    for bundle in reversed(local.BUNDLES):
        path = tmp_path / bundle
        path.parent.mkdir(parents=True)
        path.touch()
        assert local.authorities(server) == str(path)
