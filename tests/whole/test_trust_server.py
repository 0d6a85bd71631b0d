"""What of a server others can change: it is reported, and nothing of it is run or followed (design §6)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.kit.account import ACCOUNT, as_root
from tests.kit.long import long
from tests.kit.servers import Server, hook, release

pytestmark = as_root
VERBS = ("check", *long("apply", "rollback", "uninstall"))
group_or_all = pytest.mark.parametrize("bits", [0o020, *long(0o002)])


def give(path: Path) -> Path:
    """Let somebody else own this."""
    os.chown(path, ACCOUNT.pw_uid, -1, follow_symlinks=False)
    return path


def planted(server: Server, place: Path, name: str) -> Path:
    """Let a module of a release note, in somebody else's hand, that it was run."""
    path = server.base / "releases" / name
    path.write_text(f"open({str(place / 'free/ran')!r}, 'w')\n" + path.read_text())
    return give(path)


def reports(server: Server, place: Path, saying: str, *words: str) -> None:
    """install.sh with these words says so, changes nothing, and has not run what was planted."""
    before = server.tree(times=True)
    ended = server.run(*words)
    assert (ended.returncode, saying in ended.stdout) == (3, True), ended.stdout
    assert not (place / "free/ran").exists()
    assert server.tree(times=True) == before


# --- a release ---


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("module", ["ready/__main__", *long("__init__", "click/host")])
def test_a_release_whose_code_is_somebody_elses(upgraded: Server, place: Path, verb: str, module: str) -> None:
    for version in ("1.0.0", "1.1.0"):
        planted(upgraded, place, f"{version}/plugin/{module}.py")
    reports(upgraded, place, f"plugin/{module}.py", verb)


@pytest.mark.parametrize("verb", VERBS)
@group_or_all
def test_a_release_with_a_folder_that_others_can_write_to(upgraded: Server, place: Path, verb: str, bits: int) -> None:
    for version in ("1.0.0", "1.1.0"):
        folder = upgraded.base / "releases" / version / "plugin/ready"
        folder.chmod(0o755 | bits)
    reports(upgraded, place, "plugin/ready", verb)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["releases", *long(".", "releases/1.1.0", "..")])
@group_or_all
def test_a_release_below_a_folder_that_others_can_write_to(
    upgraded: Server, place: Path, verb: str, name: str, bits: int
) -> None:
    folder = (upgraded.base / name).resolve()
    folder.chmod(0o755 | bits)
    reports(upgraded, place, f"{folder} ", verb)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["compiled", *long("compiled/settings.json", "compiled/registration/install.json")])
def test_what_a_release_has_made_ready_and_others_can_change(
    upgraded: Server, place: Path, verb: str, name: str
) -> None:
    for version in ("1.0.0", "1.1.0"):
        give((upgraded.base / "releases" / version / name).resolve())
    reports(upgraded, place, "compiled-", verb)


@pytest.mark.parametrize("verb", ["check", "hook", *long("apply", "rollback", "uninstall")])
def test_a_release_does_not_run_itself_once_others_can_change_it(installed: Server, place: Path, verb: str) -> None:
    planted(installed, place, "1.0.0/plugin/admin/__init__.py")
    inside = Server(installed.root, installed.base / "current")
    reports(inside, place, "plugin/admin/__init__.py", verb)


def test_a_release_does_not_run_itself_once_it_was_changed(installed: Server, place: Path) -> None:
    os.chown(planted(installed, place, "1.0.0/plugin/admin/__init__.py"), 0, 0)
    inside = Server(installed.root, installed.base / "current")
    reports(inside, place, "plugin/admin/__init__.py was changed", "apply")


@pytest.mark.parametrize("verb", ["check", "apply"])
def test_a_release_that_was_changed_is_not_run_from_a_tarball_either(installed: Server, place: Path, verb: str) -> None:
    os.chown(planted(installed, place, "1.0.0/plugin/ready/__main__.py"), 0, 0)
    reports(installed, place, "plugin/ready/__main__.py was changed", verb)


def test_the_hook_of_a_release_that_others_can_change_says_so(installed: Server, place: Path) -> None:
    planted(installed, place, "1.0.0/plugin/admin/__init__.py")
    ended = hook(installed)
    assert ended.returncode == 3
    assert ended.stdout.startswith("0 webmail-signin: after the cPanel update: failed: ")
    assert (ended.stdout.count("\n"), (place / "free/ran").exists()) == (1, False)


def test_installing_mends_a_release_that_others_could_change(upgraded: Server, place: Path) -> None:
    planted(upgraded, place, "1.1.0/plugin/ready/__main__.py")
    upgraded.well("install")
    upgraded.well("check")
    assert not (place / "free/ran").exists()


# --- the settings ---


@pytest.mark.parametrize("verb", ["apply", *long("check", "install")])
@pytest.mark.parametrize(
    "name", ["", "templates/error.html", *long("config.yaml", "templates", "templates/locale/en.yaml")]
)
def test_settings_that_are_somebody_elses(installed: Server, place: Path, verb: str, name: str) -> None:
    path = installed.config.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.mkdir() if name == "templates" else shutil.copy(installed.release / name, path)
    give(path)
    settings = (installed.release / "compiled/settings.json").read_bytes()
    ended = installed.run(verb)
    # Installing again goes on with what was applied last, and says why.
    assert (ended.returncode == 0, str(path) in ended.stdout) == (verb == "install" and name != "", True), ended.stdout
    assert (installed.release / "compiled/settings.json").read_bytes() == settings


@pytest.mark.parametrize("verb", ["apply", *long("check", "install")])
@pytest.mark.parametrize("name", ["config.yaml", "templates/error.html", *long("templates", "")])
def test_settings_that_lead_elsewhere_are_not_followed(installed: Server, place: Path, verb: str, name: str) -> None:
    secret = place / "secret"
    secret.mkdir(mode=0o700)
    (secret / "error.html").write_text("very secret")
    path = installed.config.parent / name
    path.parent.mkdir(exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        path.rename(secret / "etc")
    path.unlink(missing_ok=True)
    path.symlink_to(secret if name in ("templates", "") else secret / "error.html")
    ended = installed.run(verb)
    assert (verb == "install" or ended.returncode in (1, 3), path.name in ended.stdout) == (True, True), ended.stdout
    assert "secret" not in ended.stdout.replace(str(secret), "")


@pytest.mark.parametrize("verb", ["apply", *long("check", "install")])
@pytest.mark.parametrize("name", ["config.yaml", *long("templates/error.html", "templates/locale/en.yaml")])
def test_settings_that_never_end_keep_nobody_waiting(installed: Server, verb: str, name: str) -> None:
    path = installed.config.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    ended = installed.run(verb)
    assert (verb == "install" or ended.returncode in (1, 3), path.name in ended.stdout) == (True, True), ended.stdout


# --- the theme ---


@pytest.mark.parametrize("verb", ["install", *long("check", "apply", "uninstall")])
@pytest.mark.parametrize("bits", [0, 0o020, *long(0o002)])
def test_a_page_in_a_folder_that_others_can_write_to(installed: Server, place: Path, verb: str, bits: int) -> None:
    installed.entry.write_text(f"#!/bin/sh\ntouch '{place}/free/ran'\n")
    folder = installed.entry.parent
    if bits:
        folder.chmod(0o755 | bits)
    else:
        give(folder)
    reports(installed, place, f"{folder} is not root's alone", verb)


@pytest.mark.parametrize("verb", ["check", "apply"])
def test_a_page_that_is_somebody_elses_is_not_run(installed: Server, place: Path, verb: str) -> None:
    installed.entry.write_text(f"#!/bin/sh\ntouch '{place}/free/ran'\n")
    give(installed.entry)
    reports(installed, place, str(installed.entry), verb)


@pytest.mark.parametrize("verb", ["install", *long("check", "apply", "uninstall")])
def test_a_theme_whose_folder_is_somebody_elses(installed: Server, place: Path, verb: str) -> None:
    give(installed.theme)
    reports(installed, place, f"{installed.theme} is not root's alone", verb)


@pytest.mark.parametrize("verb", ["install", *long("check", "apply", "uninstall")])
def test_a_page_folder_that_is_a_link_is_not_followed(installed: Server, place: Path, verb: str) -> None:
    there = place / "free/there"
    shutil.copytree(installed.entry.parent, there)
    shutil.rmtree(installed.entry.parent)
    installed.entry.parent.symlink_to(there)
    reports(installed, place, f"{installed.entry.parent} is a symlink", verb)
    assert (there / "index.live.cgi").exists()


# --- what is above a staged tree, and cPanel's programs ---


@pytest.mark.parametrize("verb", ["check", *long("install", "apply", "uninstall")])
def test_a_staged_tree_in_somebody_elses_folder(installed: Server, place: Path, verb: str) -> None:
    give(place)
    reports(installed, place, f"{place} is not root's alone", verb)


@pytest.mark.parametrize("verb", ["check", *long("install")])
@pytest.mark.parametrize("name", ["scripts/install_plugin", *long("bin/manage_hooks", "bin/uapi", "bin/whmapi1")])
def test_a_program_of_the_panels_that_is_somebody_elses_is_not_run(
    installed: Server, place: Path, verb: str, name: str
) -> None:
    program = installed.cpanel / name
    program.write_text(f"#!/bin/sh\ntouch '{place}/free/ran'\n")
    give(program)
    reports(installed, place, f"{program} is not root's alone", verb)


# --- the interpreter ---


def test_what_a_foreign_python_prints_is_never_taken_for_a_path(bare: Server, place: Path) -> None:
    python = place / "python3"
    python.write_text(f"#!/bin/sh\necho '{place}/evil'\necho cpython-311\n")
    python.chmod(0o755)
    give(python)
    evil = place / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{place}/free/ran'\n")
    evil.chmod(0o755)
    ended = bare.run("install", "--python", str(python))
    assert (ended.returncode, (place / "free/ran").exists(), bare.entry.exists()) == (3, False, False)
    assert str(evil) not in ended.stdout


def test_a_python_that_stands_in_for_a_lost_one_is_not_recorded_as_asked_for(bare: Server, place: Path) -> None:
    shutil.copy(os.path.realpath("/usr/bin/python3"), place / "python3")
    bare.well("install", "--python", str(place / "python3"))
    assert f"python {place}/python3" in (bare.base / "record").read_text()
    (place / "python3").unlink()
    bare.well("install")
    assert "python /usr" not in (bare.base / "record").read_text()


def test_a_release_of_another_version_that_others_can_change_is_not_returned_to(upgraded: Server, place: Path) -> None:
    planted(upgraded, place, "1.0.0/plugin/ready/__main__.py")
    reports(upgraded, place, "1.0.0", "rollback")


def test_an_upgrade_takes_nothing_from_a_release_that_others_could_change(installed: Server, place: Path) -> None:
    settings = (installed.release / "compiled/settings.json").resolve()
    give(settings)
    newer = Server(installed.root, release(place / "source-2", "1.2.0"))
    newer.settle("lable: typing error\n")
    newer.run("install")
    assert newer.current() == "releases/1.0.0"
