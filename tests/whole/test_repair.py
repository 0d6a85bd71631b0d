"""Upgrades, repairs, going back, and settings that take effect."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.kit.long import long
from tests.kit.servers import VERSION, Server, but_for_times, release


@pytest.mark.long
def test_the_same_version_with_other_content_is_installed(installed: Server, place: Path) -> None:
    source = release(place / "source")
    with (source / "plugin/click/errors.py").open("a") as file:
        file.write("# newer\n")
    Server(installed.root, source).well("install")
    assert (installed.base / "current/plugin/click/errors.py").read_text().endswith("# newer\n")


@pytest.mark.long
@pytest.mark.parametrize("verb", ["install", "hook"])
def test_bytecode_that_is_damaged_is_made_anew(installed: Server, verb: str) -> None:
    for path in (installed.base / "current/plugin/click/__pycache__").glob("app.*.pyc"):
        os.truncate(path, 200)
    assert installed.page() != ""
    command = Server(installed.root, installed.base / "current") if verb == "hook" else installed
    command.well(verb)
    assert installed.page() == ""


@pytest.mark.long
def test_bytecode_that_others_can_change_is_found_and_closed(installed: Server) -> None:
    folder = installed.base / "current/plugin/__pycache__"
    subprocess.run(["chmod", "-R", "a+w", str(folder)], check=True)
    assert "plugin/__pycache__ can be changed by others" in installed.run("check").stdout
    installed.well("install")
    assert "can be changed by others" not in installed.run("check").stdout


def test_settings_that_somebody_writes_meanwhile_survive_a_failure(installed: Server) -> None:
    program = installed.cpanel / "scripts/install_plugin"
    program.write_text(f"#!/bin/sh\necho 'order: 7' >'{installed.config}'\nexit 1\n")
    assert installed.run("apply").returncode == 1
    assert installed.config.read_text() == "order: 7\n"


def test_a_previous_release_that_is_damaged_is_not_returned_to(upgraded: Server) -> None:
    assert "is damaged" not in upgraded.well("check")
    with (upgraded.base / "previous/plugin/click/app.py").open("a") as file:
        file.write("# more\n")
    assert f"release {VERSION} is damaged" in upgraded.well("check")
    ended = upgraded.run("rollback")
    assert (ended.returncode, f"release {VERSION} is damaged" in ended.stdout) == (3, True)
    assert upgraded.current() == "releases/1.1.0"


@pytest.mark.long
def test_an_upgrade_keeps_settings_and_own_templates(newer: Server) -> None:
    newer.config.write_text("label: My mail\n")
    own = newer.config.parent / "templates/locale"
    own.mkdir(parents=True)
    (own / "en.yaml").write_text("page.title: My mail\n")
    before = {path: seen for path, seen in newer.tree().items() if path.startswith("etc/")}
    newer.well("install")
    assert {path: seen for path, seen in newer.tree().items() if path.startswith("etc/")} == before
    assert "My mail" in (newer.theme / "dynamicui/dynamicui_webmail_signin.conf").read_text()


@pytest.mark.long
def test_the_two_newest_releases_stay(upgraded: Server, place: Path) -> None:
    Server(upgraded.root, release(place / "source-2", "1.2.0")).well("install")
    assert sorted(path.name for path in (upgraded.base / "releases").iterdir()) == ["1.1.0", "1.2.0"]


def test_rollback_returns_to_the_previous_release_and_back(upgraded: Server) -> None:
    upgraded.well("rollback")
    assert upgraded.current() == f"releases/{VERSION}"
    assert upgraded.page() == ""
    upgraded.well("rollback")
    assert upgraded.current() == "releases/1.1.0"


@pytest.mark.long
def test_rollback_does_not_depend_on_the_settings(upgraded: Server) -> None:
    upgraded.config.write_text("timeout: long\n")
    assert "last good ones" in upgraded.well("rollback")
    assert upgraded.page() == ""


def test_without_a_previous_release_there_is_no_rollback(installed: Server) -> None:
    before = installed.tree(times=True)
    ended = installed.run("rollback")
    assert ended.returncode == 3
    assert "no previous release" in ended.stdout
    assert installed.tree(times=True) == before


@pytest.mark.parametrize("verb", ["apply", "rollback", "hook"])
def test_what_is_not_installed_cannot_be_changed(bare: Server, verb: str) -> None:
    before = bare.tree(times=True)
    assert bare.run(verb).returncode == 3
    assert bare.tree(times=True) == before


def test_installing_again_repairs_a_damaged_release(installed: Server) -> None:
    (installed.base / "current/plugin/click/app.py").write_text("damaged\n")
    installed.well("install")
    assert "Failures: 0" in installed.well("check")


def test_a_damaged_release_does_not_repair_itself(installed: Server) -> None:
    (installed.base / "current/plugin/click/app.py").write_text("damaged\n")
    before = installed.tree()
    ended = Server(installed.root, installed.base / "current").run("install")
    assert ended.returncode == 3
    assert "unpack the tarball" in ended.stdout
    assert installed.tree() == before


@pytest.mark.timeout(180)
@pytest.mark.long
def test_clicks_never_fail_during_upgrades_and_rollbacks(newer: Server, place: Path) -> None:
    changed = Server(newer.root, release(place / "source-2", "1.2.0"))
    answers: list[str] = []
    over = threading.Event()

    def click() -> None:
        while not over.is_set():
            answers.append(newer.page())
            over.wait(0.02)

    clicking = threading.Thread(target=click)
    clicking.start()
    try:
        newer.well("install")
        newer.well("rollback")
        changed.well("install")
        (changed.source / "templates/extra.html").write_text("one more file in the same version")
        changed.well("install")
        changed.well("apply")
        changed.well("rollback")
    finally:
        over.set()
        clicking.join()
    assert len(answers) > 10
    assert set(answers) == {""}


def test_apply_makes_the_settings_take_effect(installed: Server) -> None:
    installed.config.write_text("label: My mail\nnew_tab: false\n")
    installed.well("apply")
    conf = (installed.theme / "dynamicui/dynamicui_webmail_signin.conf").read_text()
    assert "My mail" in conf
    assert "_self" in conf


@pytest.mark.parametrize("label", ["a, b", *long("it''s", "a}")])
def test_apply_refuses_by_name_what_cpanel_cannot_hold(installed: Server, label: str) -> None:
    installed.config.write_text(f"label: '{label}'\n")
    before = installed.tree()
    ended = installed.run("apply")
    assert ended.returncode == 1
    assert "label" in ended.stdout
    assert installed.tree() == before


def test_a_dry_run_of_apply_tells_what_is_wrong_with_the_settings(installed: Server) -> None:
    installed.config.write_text("timeout: 900\n")
    before = installed.tree(times=True)
    ended = installed.run("apply", "--dry-run")
    assert ended.returncode == 1
    assert "config.yaml:1: timeout" in ended.stdout
    assert installed.tree(times=True) == before


def test_installing_again_changes_nothing(bare: Server) -> None:
    bare.well("install")
    before = but_for_times(bare)
    bare.well("install")
    assert but_for_times(bare) == before
    bare.well("apply")
    assert but_for_times(bare) == before


def test_a_repair_that_fails_puts_back_what_was_not_compiled(installed: Server) -> None:
    program = installed.cpanel / "scripts/install_plugin"
    program.write_text("#!/bin/sh\nexit 1\n")
    for file in (installed.release / "plugin/click").rglob("*.pyc"):
        file.unlink()
    (installed.release / "plugin/click/__pycache__").rmdir()
    (next((installed.release / "vendor/jinja2/__pycache__").iterdir())).write_bytes(b"damaged")
    before = but_for_times(installed)
    assert installed.run("install").returncode == 1
    assert but_for_times(installed) == before


@pytest.mark.long
def test_installing_again_that_fails_leaves_every_byte_as_it_was(installed: Server) -> None:
    installed.well("install")
    installed.settle("timeout: 10\n")
    before = but_for_times(installed)
    (installed.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nexit 1\n")
    assert installed.run("install").returncode == 1
    (installed.cpanel / "scripts/install_plugin").unlink()
    before.pop("usr/local/cpanel/scripts/install_plugin")
    assert but_for_times(installed) == before


def test_an_apply_whose_registration_fails_is_undone(installed: Server) -> None:
    installed.config.write_text("label: My mail\n")
    (installed.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nexit 1\n")
    before = installed.tree()
    assert installed.run("apply").returncode == 1
    assert installed.tree() == before


@pytest.mark.long
def test_an_icon_of_another_kind_replaces_the_old_one(installed: Server, place: Path) -> None:
    (installed.config.parent / "icon.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    installed.config.write_text("icon: /etc/webmail-signin/icon.png\n")
    installed.well("apply")
    icons = (installed.theme / "assets/application_icons").glob("webmail_signin.*")
    assert [icon.name for icon in icons] == ["webmail_signin.png"]
