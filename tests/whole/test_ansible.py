"""The play for many servers, run on this machine against several scratch servers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.cpanel.root import lay_out
from tests.kit.folders import CHECKOUT
from tests.kit.servers import VERSION, Server, release

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
PLAY = CHECKOUT / "tests/ansible/webmail-signin.yml"
NAMES = ("one", "two", "three")


class Fleet:
    """Scratch servers, an inventory of them, and a signed tarball."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.source = release(place / "source")
        self.servers = {name: Server(place / name, self.source) for name in NAMES}
        for server in self.servers.values():
            lay_out(server.root)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "key"], check=True)
        self.signers = place / "allowed_signers"
        self.signers.write_text(f"webmail-signin {(place / 'key.pub').read_text()}")
        self.inventory = place / "inventory"
        self.inventory.write_text("".join(f"{name} root={self.servers[name].root}\n" for name in NAMES))
        self.tarball = self.pack(self.source, VERSION)

    def pack(self, source: Path, version: str) -> Path:
        folder = self.place / f"dist-{version}"
        folder.mkdir()
        tarball = folder / f"webmail-signin-{version}.tar.gz"
        with tarfile.open(tarball, "w:gz") as file:
            file.add(source, f"webmail-signin-{version}")
        with (folder / "SHA256SUMS").open("wb") as sums:
            subprocess.run(["sha256sum", tarball.name], cwd=folder, stdout=sums, check=True)
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(self.place / "key"), "-n", "webmail-signin"]
        subprocess.run([*sign, str(folder / "SHA256SUMS")], check=True, capture_output=True)
        return tarball

    def play(self, *words: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        given = {"tarball": str(self.tarball), "allowed_signers": str(self.signers), "folder": str(self.place)}
        environ = {"ANSIBLE_HOME": str(self.place / "ansible"), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
        return subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                *("-i", str(self.inventory), "-c", "local", "-e", f"ansible_python_interpreter={sys.executable}"),
                *("-e", json.dumps({**given, **variables}), *words, str(PLAY)),
            ],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environ},
        )

    def well(self, *words: str, **variables: Any) -> dict[str, int]:
        """The play, which must succeed: how many tasks have changed something, by server."""
        ended = self.play(*words, **variables)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        changed = {
            name: int(number) for name, number in re.findall(r"^(\w+) +: ok=.*changed=(\d+)", ended.stdout, re.M)
        }
        assert changed.keys() >= set(NAMES)
        return {name: changed[name] for name in NAMES}


@pytest.fixture
def fleet(place: Path) -> Fleet:
    return Fleet(place)


def installed(fleet: Fleet) -> list[str]:
    return [name for name, server in fleet.servers.items() if server.base.exists()]


def test_it_installs_everywhere_and_changes_nothing_the_second_time(fleet: Fleet) -> None:
    assert fleet.well() == dict.fromkeys(NAMES, 1)
    assert [server.page() for server in fleet.servers.values()] == ["", "", ""]
    assert fleet.well() == dict.fromkeys(NAMES, 0)


def test_a_preview_prints_the_steps_and_changes_nothing(fleet: Fleet) -> None:
    before = {name: server.tree(times=True) for name, server in fleet.servers.items()}
    ended = fleet.play("--check")
    assert (ended.returncode, "switch to release" in ended.stdout) == (0, True), ended.stdout
    assert {name: server.tree(times=True) for name, server in fleet.servers.items()} == before


def test_the_first_server_that_does_not_qualify_stops_the_rest(fleet: Fleet) -> None:
    (fleet.servers["one"].cpanel / "bin/uapi").unlink()
    ended = fleet.play()
    assert ended.returncode != 0
    assert "This server does not qualify: " in ended.stdout and "bin/uapi is missing" in ended.stdout
    assert installed(fleet) == []


def test_settings_and_sentences_are_deployed_and_applied(fleet: Fleet) -> None:
    fleet.well()
    (fleet.place / "config.yaml").write_text("label: Mail\n")
    (fleet.place / "words/locale").mkdir(parents=True)
    (fleet.place / "words/locale/en.yaml").write_text('page.title: "Mail"\n')
    given = {"config": str(fleet.place / "config.yaml"), "templates": str(fleet.place / "words")}
    assert min(fleet.well(**given).values()) > 0
    for server in fleet.servers.values():
        assert json.loads((server.base / "current/compiled/locale/en.json").read_text())["page.title"] == "Mail"
        assert '"name": "Mail"' in (server.base / "current/compiled/registration/install.json").read_text()
    assert fleet.well(**given) == dict.fromkeys(NAMES, 0)


def test_settings_that_do_not_hold_are_never_called_in_order(fleet: Fleet) -> None:
    (fleet.place / "config.yaml").write_text("timeout: long\n")
    ended = fleet.play(config=str(fleet.place / "config.yaml"))
    assert (ended.returncode != 0, "timeout" in ended.stdout) == (True, True)
    assert not fleet.servers["two"].base.exists()


def test_what_is_damaged_is_mended(fleet: Fleet) -> None:
    fleet.well()
    fleet.servers["two"].entry.unlink()
    assert fleet.well() == {"one": 0, "two": 1, "three": 0}
    assert fleet.servers["two"].page() == ""


def test_upgrade_rollback_and_removal(fleet: Fleet) -> None:
    bare = {name: server.tree() for name, server in fleet.servers.items()}
    fleet.well()
    newer = fleet.pack(release(fleet.place / "newer", "1.1.0"), "1.1.0")
    assert fleet.well(tarball=str(newer)) == dict.fromkeys(NAMES, 1)
    assert [server.current() for server in fleet.servers.values()] == ["releases/1.1.0"] * 3
    fleet.well(state="previous")
    assert [server.current() for server in fleet.servers.values()] == [f"releases/{VERSION}"] * 3
    fleet.well(state="absent", purge=True)
    assert {name: server.tree() for name, server in fleet.servers.items()} == bare
    assert fleet.well(state="absent") == dict.fromkeys(NAMES, 0)


@pytest.mark.parametrize("change", ["tarball", "sums", "signers", "nothing said"])
def test_no_server_gets_a_tarball_that_is_not_ours(fleet: Fleet, change: str) -> None:
    if change == "tarball":
        with fleet.tarball.open("ab") as file:
            file.write(b"more")
    elif change == "sums":
        with fleet.tarball.with_name("SHA256SUMS").open("a") as file:
            file.write("more\n")
    elif change == "signers":
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", fleet.place / "other"], check=True)
        fleet.signers.write_text(f"webmail-signin {(fleet.place / 'other.pub').read_text()}")
    ended = fleet.play(**({"allowed_signers": ""} if change == "nothing said" else {}))
    assert ended.returncode != 0
    assert installed(fleet) == []
