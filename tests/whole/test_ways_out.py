"""No dead ends: what is half there is adopted or removed, and a way back is always named."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.long import long
from tests.kit.servers import VERSION, Server, but_for_times, refuses, release


def lost_record(server: Server) -> None:
    (server.base / "record").unlink()


def lost_program(server: Server) -> None:
    shutil.rmtree(server.base)


def lost_releases(server: Server) -> None:
    shutil.rmtree(server.base / "releases")
    (server.base / "record").unlink()


def lost_page(server: Server) -> None:
    shutil.rmtree(server.entry.parent)
    (server.base / "record").unlink()


def lost_icon(server: Server) -> None:
    (server.theme / "dynamicui/dynamicui_webmail_signin.conf").unlink()
    (server.theme / "assets/application_icons/webmail_signin.svg").unlink()
    (server.base / "record").unlink()


LOSSES = [lost_record, lost_program, lost_releases, lost_page, lost_icon]
each_loss = pytest.mark.parametrize("lose", [LOSSES[0], *long(*LOSSES[1:])], ids=lambda lose: lose.__name__)


@each_loss
def test_what_is_half_there_is_adopted(installed: Server, lose) -> None:  # type: ignore[no-untyped-def]
    lose(installed)
    installed.well("install")
    assert "Failures: 0" in installed.well("check")
    assert "theme jupiter" in (installed.base / "record").read_text()


@each_loss
def test_what_is_half_there_is_removed(installed: Server, lose) -> None:  # type: ignore[no-untyped-def]
    lose(installed)
    assert installed.well("uninstall", "--purge").endswith("Done.\n")
    left = [path for path in installed.root.rglob("*") if re.search("webmail.?signin", path.name)]
    assert [path for path in left if path != installed.config.parent] == []
    assert not (installed.root / "var/cpanel/hooks.json").exists()


@pytest.mark.parametrize("lose", [lost_program, lost_releases], ids=lambda lose: lose.__name__)
def test_what_is_half_there_is_a_finding(installed: Server, lose) -> None:  # type: ignore[no-untyped-def]
    lose(installed)
    ended = installed.run("check")
    assert (ended.returncode, "the program is not there, but this of ours is" in ended.stdout) == (3, True)


@pytest.mark.parametrize("code", [0, *long(1)])
def test_a_hook_that_stays_is_no_success_and_all_is_put_back(installed: Server, code: int) -> None:
    program = installed.cpanel / "bin/manage_hooks"
    script = program.read_text()
    program.write_text(f'#!/bin/sh\n[ "$1" = list ] || exit {code}\nexec {program}.real "$@"\n')
    (program.parent / "manage_hooks.real").write_text(script)
    (program.parent / "manage_hooks.real").chmod(0o755)
    before = but_for_times(installed)
    ended = installed.run("uninstall")
    assert (ended.returncode, "Done." in ended.stdout) == (1, False)
    assert "remove the hook after cPanel updates: manage_hooks lists it as before" in ended.stdout
    assert but_for_times(installed) == before


# --- an older release over a newer one ---


def test_an_older_release_is_not_put_over_a_newer_one_unasked(upgraded: Server, trees: Path) -> None:
    older = Server(upgraded.root, trees / "source")
    refuses(older, f"{VERSION} is older than 1.1.0, which is installed", "install", "--yes")
    assert "--downgrade" in older.run("install").stdout


@pytest.mark.long
def test_a_check_by_an_older_tarball_names_the_command_that_is_not_refused(upgraded: Server, trees: Path) -> None:
    older = Server(upgraded.root, trees / "source")
    (command,) = re.findall(r"In order\. This is .*; to install it: (.*)", older.well("check"))
    subprocess.run(command, shell=True, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert upgraded.current() == f"releases/{VERSION}"


def test_a_downgrade_that_is_meant_is_done_and_said(upgraded: Server, trees: Path) -> None:
    printed = Server(upgraded.root, trees / "source").well("install", "--downgrade")
    assert f"Downgraded 1.1.0 to {VERSION}, and its page was run." in printed
    assert (upgraded.current(), upgraded.page()) == (f"releases/{VERSION}", "")


# --- settings that do not hold ---


@pytest.mark.long
def test_an_upgrade_keeps_the_last_good_settings_and_says_so(newer: Server) -> None:
    newer.settle("label: My mail\n")
    Server(newer.root, newer.base / "current").well("apply")
    newer.settle("lable: My mail\n")
    printed = newer.well("install")
    assert "the last good ones stay in force" in printed
    assert '"lable" is no setting; did you mean label?' in printed
    assert "My mail" in (newer.theme / "dynamicui/dynamicui_webmail_signin.conf").read_text()
    assert newer.config.read_text() == "lable: My mail\n"


def test_an_apply_that_fails_says_what_stays_in_force(installed: Server) -> None:
    installed.settle("lable: x\n")
    ended = installed.run("apply")
    assert ended.returncode == 1
    assert "What was applied before stays in force, and your edit stays as it is." in ended.stdout
    assert "Error" not in ended.stdout


# --- programs that hang, places that cannot be written to ---


@pytest.mark.long
@pytest.mark.timeout(180)
def test_an_install_plugin_that_hangs_is_ended_and_all_is_undone(bare: Server) -> None:
    (bare.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nexec sleep 300\n")
    before = bare.tree()
    ended = subprocess.run(bare.command("install"), check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "was not done within 60 seconds" in ended.stderr
    assert bare.tree() == before


@pytest.mark.skipif(not shutil.which("chattr"), reason="there is no chattr here")
def test_a_place_that_chattr_has_pinned_is_named(installed: Server) -> None:
    if subprocess.run(["chattr", "+i", str(installed.entry)], check=False, capture_output=True).returncode:
        pytest.skip("this file system knows no chattr")
    try:
        ended = installed.run("check", "--json")
        found = {item["name"]: item for item in json.loads(ended.stdout)["findings"]}
        assert ended.returncode == 3
        assert found["pinned"]["remedy"] == f"chattr -ia '{installed.entry}'"
    finally:
        subprocess.run(["chattr", "-i", str(installed.entry)], check=True)


# --- the release before ---


@pytest.mark.long
def test_a_release_before_that_is_gone_is_found_and_mended(upgraded: Server) -> None:
    shutil.rmtree(upgraded.release)
    ended = upgraded.run("check")
    assert (ended.returncode, "the release before this one is gone" in ended.stdout) == (3, True)
    upgraded.well("install")
    assert "Failures: 0" in upgraded.well("check")


def test_what_is_installed_is_said_beside_what_this_is(upgraded: Server, place: Path) -> None:
    other = Server(upgraded.root, release(place / "other", "1.2.0"))
    assert f"installed: 1.1.0, before it {VERSION}; this tarball is 1.2.0\n" in other.run("check").stdout


def test_an_installed_release_calls_itself_no_tarball(installed: Server) -> None:
    inside = Server(installed.root, installed.base / "current")
    assert f"installed: {VERSION}\n" in inside.run("check").stdout


# --- each command that is said to mend really mends ---


def lost_hook(server: Server) -> str:
    (server.root / "var/cpanel/hooks.json").unlink()
    return "hook"


def unregistered(server: Server) -> str:
    (server.cpanel / "whostmgr/addonfeatures/webmail_signin").unlink()
    return "icon"


def edited(server: Server) -> str:
    server.settle("timeout: 10\n")
    return "apply"


def changed_page(server: Server) -> str:
    server.entry.write_text(server.entry.read_text() + "\n# changed\n")
    return "page"


def closed_page(server: Server) -> str:
    server.entry.chmod(0o644)
    return "page"


def damaged(server: Server) -> str:
    (server.release / "plugin/click/app.py").write_text("damaged\n")
    return "files"


def exposed(server: Server) -> str:
    (server.release / "plugin").chmod(0o777)
    return "files"


def closed_settings(server: Server) -> str:
    server.config.chmod(0o600)
    return "settings"


def open_settings(server: Server) -> str:
    server.config.parent.chmod(0o777)
    return "owner"


def file_beside_the_page(server: Server) -> str:
    server.entry.with_name("notes").touch()
    return "taken"


SPOILS = [
    *(lost_hook, unregistered, edited, changed_page, closed_page, damaged, exposed, closed_settings),
    *((open_settings,) if os.geteuid() == 0 else ()),
]


@pytest.mark.parametrize("spoil", [SPOILS[0], *long(*SPOILS[1:])], ids=lambda spoil: spoil.__name__)
def test_what_mends_it_mends_it(installed: Server, spoil) -> None:  # type: ignore[no-untyped-def]
    name = spoil(installed)
    found = json.loads(installed.run("check", "--json").stdout)["findings"]
    (fault, *_) = [item for item in found if item["level"] != "ok" and item["name"] == name]
    subprocess.run(fault["remedy"], shell=True, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    said = installed.well("check")
    assert ("Failures: 0" in said, fault["text"] in said) == (True, False)


def test_on_no_cpanel_at_all_one_thing_is_found(place: Path, trees: Path) -> None:
    (place / "root").mkdir()
    server = Server(place / "root", trees / "source")
    before = but_for_times(server)
    for words in (["install"], ["check"]):
        ended = server.run(*words)
        assert (ended.returncode, ended.stdout.count("failure")) == (3, 1), ended.stdout
    assert but_for_times(server) == before
