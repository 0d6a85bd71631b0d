"""install_plugin and uninstall_plugin."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.cpanel import Cpanel, Root, Visitor
from tests.cpanel.kit import script, tree

pytestmark = pytest.mark.long

LINK: dict[str, Any] = {
    "type": "link",
    "id": "webmail_signin",
    "name": "Open Webmail",
    "icon": "icon.svg",
    "group_id": "email",
    "order": 1,
    "uri": "webmail_signin/index.live.cgi",
    "target": "_blank",
    "feature": "webmail_signin",
    "search_text": "mail inbox",
}


def plugin_folder(root: Root, **changed: object) -> Path:
    """A folder for install_plugin, and the entry that it points to."""
    folder = root.path.parent / "registration"
    folder.mkdir(exist_ok=True)
    link = {key: value for key, value in {**LINK, **changed}.items() if value is not None}
    (folder / "install.json").write_text(json.dumps([link]))
    (folder / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>')
    entry = root.cpanel / "base/frontend/jupiter/webmail_signin/index.live.cgi"
    entry.parent.mkdir(exist_ok=True)
    entry.touch()
    return folder


def test_installing_writes_the_files_of_the_facts(root: Root) -> None:
    before = tree(root)
    assert script(root, "scripts/install_plugin", str(plugin_folder(root)), "--theme=jupiter").returncode == 0
    new = {name: content for name, content in tree(root).items() if name not in before}
    theme = "usr/local/cpanel/base/frontend/jupiter"
    assert sorted(new) == [
        f"{theme}/assets/application_icons/webmail_signin.svg",
        f"{theme}/dynamicui/dynamicui_webmail_signin.conf",
        "usr/local/cpanel/whostmgr/addonfeatures/webmail_signin",
    ]
    assert new["usr/local/cpanel/whostmgr/addonfeatures/webmail_signin"] == b"webmail_signin:Open Webmail\n"


def test_uninstalling_leaves_everything_as_before(root: Root) -> None:
    folder = plugin_folder(root)
    before = tree(root)
    script(root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    assert script(root, "scripts/uninstall_plugin", str(folder), "--theme=jupiter").returncode == 0
    assert tree(root) == before


def test_installing_twice_is_the_same_as_once(root: Root) -> None:
    words = ("scripts/install_plugin", str(plugin_folder(root)), "--theme=jupiter")
    script(root, *words)
    once = tree(root)
    assert (script(root, *words).returncode, tree(root)) == (0, once)


def test_an_archive_is_installed_as_well(root: Root) -> None:
    archive = root.path.parent / "plugin.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(plugin_folder(root), arcname="plugin")
    assert script(root, "scripts/install_plugin", str(archive), "--theme=jupiter").returncode == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Open, Webmail"},
        {"name": "Open 'Webmail'"},
        {"search_text": "a}b"},
        {"name": "two\nlines"},
        {"id": "Webmail"},
        {"icon": "absent.svg"},
        {"icon": "../icon.svg"},
        {"group_id": "mail"},
        {"order": "first"},
        {"target": "_top"},
        {"uri": "/webmail_signin/index.live.cgi"},
        {"uri": "no_such_file.live.cgi"},
        {"type": "page"},
        {"name": None},
    ],
)
def test_a_plugin_that_breaks_a_rule_is_refused_and_leaves_no_trace(root: Root, changed: dict[str, object]) -> None:
    folder = plugin_folder(root, **changed)
    before = tree(root)
    ran = script(root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    assert (ran.returncode, ran.stderr != "", tree(root)) == (1, True, before)


def test_another_theme_is_refused(root: Root) -> None:
    assert script(root, "scripts/install_plugin", str(plugin_folder(root)), "--theme=meridian").returncode == 1


def test_unknown_keys_are_ignored(root: Root) -> None:
    folder = plugin_folder(root, colour="red,blue")
    assert script(root, "scripts/install_plugin", str(folder), "--theme=jupiter").returncode == 0


@pytest.mark.parametrize(("switch", "code"), [("fail", 1), ("does-nothing", 0)])
@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_registering_can_fail_or_do_nothing(root: Root, verb: str, switch: str, code: int) -> None:
    words = (str(plugin_folder(root)), "--theme=jupiter")
    if verb == "uninstall":
        script(root, "scripts/install_plugin", *words)
    root.switch(f"{verb}_plugin", switch)
    before = tree(root)
    ran = script(root, f"scripts/{verb}_plugin", *words)
    assert (ran.returncode, ran.stdout, tree(root)) == (code, "", before)


def test_uninstalling_can_fail_when_the_first_file_is_gone(root: Root) -> None:
    words = (str(plugin_folder(root)), "--theme=jupiter")
    script(root, "scripts/install_plugin", *words)
    before = tree(root)
    root.switch("uninstall_plugin", "fail-midway")
    assert script(root, "scripts/uninstall_plugin", *words).returncode == 1
    assert len(before.keys() - tree(root).keys()) == 1


def test_failing_midway_leaves_the_first_file(root: Root) -> None:
    folder = plugin_folder(root)
    before = tree(root)
    root.switch("install_plugin", "fail-midway")
    assert script(root, "scripts/install_plugin", str(folder), "--theme=jupiter").returncode == 1
    assert [name for name in tree(root) if name not in before] == [
        "usr/local/cpanel/base/frontend/jupiter/assets/application_icons/webmail_signin.svg"
    ]


@pytest.mark.parametrize("who", ["alice", "carol"])
def test_an_installed_icon_stands_on_the_tools_page_of_those_whose_feature_is_on(cp: Cpanel, who: str) -> None:
    if who not in cp.root.accounts:
        pytest.skip("there is only one account here")
    folder = plugin_folder(cp.root)
    script(cp.root, "scripts/install_plugin", str(folder), "--theme=jupiter")
    page = Visitor(cp).sign_in(who).text
    script(cp.root, "scripts/uninstall_plugin", str(folder), "--theme=jupiter")
    icon = 'href="webmail_signin/index.live.cgi" target="_blank"'
    assert (icon in page, "Open Webmail" in page) == ((True, True) if who == "alice" else (False, False))
