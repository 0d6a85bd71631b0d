"""Whether a server qualifies: each reason by itself, and the command that mends it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from plugin.admin import qualify
from plugin.admin.findings import Finding
from plugin.admin.manifest import PARTS
from plugin.admin.server import Installed, Record, Server
from tests.kit.account import IS_ROOT
from tests.kit.programs import program

PROGRAMS = ("bin/uapi", "scripts/install_plugin", "scripts/uninstall_plugin", "bin/manage_hooks")


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """One that qualifies."""
    cpanel = tmp_path / "usr/local/cpanel"
    for name in PROGRAMS:
        (cpanel / name).parent.mkdir(parents=True, exist_ok=True)
        program(cpanel / name, "exit 1")
    (cpanel / "version").write_text("11.134.0.14\n")
    (cpanel / "base/frontend/jupiter").mkdir(parents=True)
    return Server(str(tmp_path))


def faults(found: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(each.name, each.level) for each in found if not each.ok]


def cpanel(server: Server) -> list[tuple[str, str]]:
    return faults(qualify.cpanel(server, "sh install.sh"))


def test_one_with_all_that_is_needed_qualifies(server: Server) -> None:
    assert cpanel(server) == []


@pytest.mark.parametrize(
    ("version", "new"),
    [("11.86.0.1", True), ("11.85.9.9", False), ("86.0.1", True), ("11.9.0.1", False), ("11.134.0.14", True)],
)
def test_it_must_be_new_enough_to_make_webmail_sessions(server: Server, version: str, new: bool) -> None:
    Path(server.cpanel, "version").write_text(f"{version}\n")
    assert cpanel(server) == ([] if new else [("cpanel", "failure")])


@pytest.mark.parametrize("text", ["next", "11.next.1"])
def test_a_version_that_cannot_be_read_is_not_held_against_it(server: Server, text: str) -> None:
    Path(server.cpanel, "version").write_text(text)
    assert cpanel(server) == []


def test_without_a_version_there_is_no_cpanel(server: Server) -> None:
    Path(server.cpanel, "version").unlink()
    assert cpanel(server) == [("cpanel", "failure")]


@pytest.mark.parametrize(("name", "level"), zip(PROGRAMS, ["failure", "failure", "warning", "warning"]), ids=PROGRAMS)
@pytest.mark.parametrize("missing", [True, False], ids=["missing", "not executable"])
def test_each_program_that_is_not_there_or_cannot_be_run(server: Server, name: str, level: str, missing: bool) -> None:
    path = Path(server.cpanel, name)
    if missing:
        path.unlink()
    else:
        path.chmod(0o644)
    assert cpanel(server) == [(os.path.basename(name), level)]


@pytest.mark.parametrize(("text", "enforcing"), [("1", True), ("1\n", True), ("0", False)])
def test_selinux_is_worth_a_word_where_it_enforces(server: Server, text: str, enforcing: bool) -> None:
    Path(server.root, "sys/fs/selinux").mkdir(parents=True)
    Path(server.root, "sys/fs/selinux/enforce").write_text(text)
    assert cpanel(server) == ([("selinux", "warning")] if enforcing else [])


def test_a_staged_tree_needs_no_rights(server: Server) -> None:
    (found,) = qualify.rights(server, "sh install.sh")
    assert (found.ok, found.text) == (True, f"works in the staged tree {server.root}")


def test_a_real_server_needs_root() -> None:
    assert faults(qualify.rights(Server(""), "sh install.sh")) == ([] if IS_ROOT else [("root", "failure")])


def themes(server: Server, *wanted: str, recorded: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    installed = server.survey()._replace(record=Record(recorded))
    return faults(qualify.themes(server, installed, wanted, "sh install.sh"))


def test_without_a_word_the_theme_is_jupiter(server: Server) -> None:
    assert themes(server) == []
    Path(server.frontend, "jupiter").rmdir()
    assert themes(server) == [("theme", "failure")]


def test_a_theme_that_is_named_must_be_there(server: Server) -> None:
    assert themes(server, "jupiter", "paper") == [("theme", "failure")]
    assert themes(server, "jupiter", "paper", recorded=("jupiter", "paper")) == [("theme", "failure")]


def test_one_of_several_recorded_themes_may_have_gone(server: Server) -> None:
    assert themes(server, recorded=("jupiter", "paper")) == [("theme", "warning")]
    assert themes(server, recorded=("paper",)) == [("theme", "failure")]


def test_a_theme_that_is_a_link_is_refused_and_the_real_one_named(server: Server) -> None:
    Path(server.frontend, "paper").symlink_to("jupiter")
    (found,) = qualify.themes(server, server.survey(), ("paper",), "sh install.sh")
    assert (found.level, found.remedy) == ("failure", "sh install.sh --theme 'jupiter'")


def test_only_real_folders_are_themes_that_are_there(server: Server) -> None:
    Path(server.frontend, "paper").symlink_to("jupiter")
    assert qualify.there(server, ("jupiter", "paper", "none")) == ("jupiter",)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """All of a release."""
    here = tmp_path / "source"
    for name in (*PARTS, *qualify.PACKAGES):
        (here / name).mkdir(parents=True, exist_ok=True)
    return here


def incomplete(here: Path, version: str = "1.0.0") -> list[Finding]:
    return [each for each in qualify.source(str(here), version) if not each.ok]


def test_a_whole_release_is_a_source(source: Path) -> None:
    assert incomplete(source) == []


@pytest.mark.parametrize("part", ["templates", "vendor/yaml"])
def test_what_is_missing_is_named_and_a_checkout_can_make_it(source: Path, part: str) -> None:
    (source / part).rmdir()
    (found,) = incomplete(source)
    assert (f"{source}/{part} is missing" in found.text, found.remedy) == (True, "make vendor")
    (source / "MANIFEST").touch()
    assert incomplete(source)[0].remedy == ""


@pytest.mark.parametrize("kind", ["link", "link that leads nowhere", "pipe"])
def test_what_is_no_plain_file_is_named(source: Path, kind: str) -> None:
    odd = source / "plugin/odd"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/etc/passwd" if kind == "link" else "/nowhere")
    (found,) = incomplete(source)
    assert "not plain files: plugin/odd;" in found.text


def test_a_source_without_a_version_is_none(source: Path) -> None:
    (found,) = incomplete(source, version="")
    assert "names no version" in found.text


def test_what_is_not_installed_can_neither_be_applied_nor_in_a_theme(server: Server) -> None:
    os.makedirs(f"{server.frontend}/paper")
    found = list(qualify.installation(server, server.survey(), ("paper", "nosuch"), "sh install.sh"))
    assert [(each.name, each.remedy) for each in found] == [
        ("installed", "sh install.sh install"),
        ("theme", "sh install.sh install --theme paper"),
        ("theme", ""),  # installing into it would not help
    ]


def test_a_theme_that_it_is_installed_in_is_not_missing(server: Server) -> None:
    installed = Installed("1.0.0", "", Record(themes=("jupiter",)), True)
    found = list(qualify.installation(server, installed, ("jupiter", "paper"), ""))
    assert [each.text for each in found] == ["it is not installed in the theme paper, but in jupiter"]
