"""Servers that do not qualify: every reason named, nothing changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.kit.account import IS_ROOT, as_account
from tests.kit.long import long
from tests.kit.servers import Server, release


def no_version(server: Server) -> None:
    (server.cpanel / "version").unlink()


def no_uapi(server: Server) -> None:
    (server.cpanel / "bin/uapi").unlink()


def no_install_plugin(server: Server) -> None:
    (server.cpanel / "scripts/install_plugin").chmod(0o644)


def no_theme(server: Server) -> None:
    server.theme.rename(server.theme.with_name("other"))


def linked_theme(server: Server) -> None:
    server.theme.rename(server.theme.with_name("other"))
    server.theme.symlink_to("other")


def linked_folder(server: Server) -> None:
    third = server.cpanel / "3rdparty"
    third.rename(server.root / "elsewhere")
    third.symlink_to(server.root / "elsewhere")


def planted_link(server: Server) -> None:
    server.base.symlink_to(server.root / "etc")


def planted_settings(server: Server) -> None:
    server.config.parent.symlink_to(server.root / "usr")


def planted_page(server: Server) -> None:
    server.entry.parent.mkdir()
    server.entry.symlink_to(server.root / "usr/local/cpanel/version")


def taken_page(server: Server) -> None:
    server.entry.parent.mkdir()
    server.entry.write_text("somebody else's")


def taken_icon(server: Server) -> None:
    (server.theme / "dynamicui/dynamicui_webmail_signin.conf").write_text("x")


def taken_feature(server: Server) -> None:
    (server.cpanel / "whostmgr/addonfeatures/webmail_signin").write_text("x")


def taken_folder(server: Server) -> None:
    server.base.mkdir()
    (server.base / "x").touch()


def taken_settings(server: Server) -> None:
    server.config.parent.write_text("a file")


def linked_config(server: Server) -> None:
    server.config.parent.mkdir()
    server.config.symlink_to(server.root / "usr/local/cpanel/version")


def folder_as_config(server: Server) -> None:
    server.config.mkdir(parents=True)


def open_parent(server: Server) -> None:
    server.theme.parent.chmod(0o777)


def theme_of_nobody(server: Server) -> None:
    os.chown(server.theme, 65534, -1)


def open_program(server: Server) -> None:
    (server.cpanel / "scripts/install_plugin").chmod(0o757)


def program_of_nobody(server: Server) -> None:
    os.chown(server.cpanel / "bin/manage_hooks", 65534, -1)


UNQUALIFIED = {
    no_version: "cpanel",
    no_uapi: "uapi",
    no_install_plugin: "install_plugin",
    no_theme: "theme",
    linked_theme: "theme",
    linked_folder: "symlink",
    planted_link: "symlink",
    planted_settings: "symlink",
    planted_page: "taken",
    taken_page: "taken",
    taken_icon: "taken",
    taken_feature: "taken",
    taken_folder: "taken",
    taken_settings: "taken",
    linked_config: "symlink",
    folder_as_config: "taken",
}
if IS_ROOT:
    UNQUALIFIED |= dict.fromkeys((open_parent, theme_of_nobody, open_program, program_of_nobody), "owner")


#: One for some findings.
FEW = list({name: spoil for spoil, name in UNQUALIFIED.items()}.values())[:4]
MORE = [spoil for spoil in UNQUALIFIED if spoil not in FEW]


@pytest.mark.parametrize("spoil", [*FEW, *long(*MORE)], ids=lambda spoil: spoil.__name__)
def test_a_server_that_does_not_qualify_is_left_alone(bare: Server, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(bare)
    before = bare.tree(times=True)
    assert bare.run("install").returncode == 3
    checked = bare.run("check", "--json")
    assert checked.returncode == 3
    failures = {
        item["name"]: item["remedy"] or item["look"]
        for item in json.loads(checked.stdout)["findings"]
        if item["level"] == "failure"
    }
    assert failures[UNQUALIFIED[spoil]]
    assert bare.tree(times=True) == before


def test_all_reasons_are_named_at_once(bare: Server) -> None:
    for spoil in (no_version, no_uapi, no_theme):
        spoil(bare)
    printed = bare.run("install").stdout
    assert [word for word in ("version is missing", "uapi is missing", "no theme jupiter") if word not in printed] == []


def test_a_missing_manage_hooks_is_a_warning(bare: Server) -> None:
    (bare.cpanel / "bin/manage_hooks").unlink()
    assert "manage_hooks" in bare.well("install")


def test_selinux_enforcing_is_a_warning(bare: Server) -> None:
    (bare.root / "sys/fs/selinux").mkdir(parents=True)
    (bare.root / "sys/fs/selinux/enforce").write_text("1")
    assert "SELinux" in bare.well("check")


def test_a_source_without_vendor_is_named(bare: Server, place: Path) -> None:
    source = release(place / "source", "1.1.0")
    (source / "vendor").rename(place / "gone")
    ended = Server(bare.root, source).run()
    assert ended.returncode == 3
    assert "make vendor" in ended.stdout


def test_on_a_server_only_root_may(trees: Path) -> None:
    ended = as_account(["/bin/sh", str(trees / "source/install.sh"), "check"], {})
    assert ended is not None
    assert ended.returncode == 3
    assert b"only root" in ended.stdout
