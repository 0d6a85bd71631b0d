"""What lies where ours goes, or leads elsewhere: named with what mends it, and nothing of ours taken for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from plugin.admin import obstacles
from plugin.admin.findings import Finding
from plugin.admin.server import ID, Record, Server
from tests.kit.account import as_root
from tests.kit.folders import CHECKOUT

OUR_ENTRY = (CHECKOUT / "cgi/index.live.cgi").read_text()
OUR_CONF = f"order=>1,url=>{ID}/index.live.cgi\n"


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """As cPanel lays it out, without us."""
    theme = tmp_path / "usr/local/cpanel/base/frontend/jupiter"
    for folder in (theme / "dynamicui", theme / "assets/application_icons"):
        folder.mkdir(parents=True)
    return Server(str(tmp_path))


def put(path: str, text: str = "") -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


def faults(found: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(each.name, each.text.split()[0]) for each in found if each.level == "failure"]


def way(server: Server, version: str = "1.0.0") -> list[tuple[str, str]]:
    return faults(obstacles.on_the_way(server, server.survey(), version))


def theme(server: Server, *recorded: str) -> list[tuple[str, str]]:
    installed = server.survey()._replace(record=Record(recorded))
    return faults(obstacles.in_theme(server, installed, "jupiter"))


def test_a_server_without_us_has_none(server: Server) -> None:
    assert (way(server), theme(server)) == ([], [])


@pytest.mark.parametrize("name", ["releases", "current", "record", ".lock", ".record.new"])
def test_what_is_ours_by_its_place_is_no_obstacle(server: Server, name: str) -> None:
    target = Path(server.base) / name
    target.parent.mkdir(parents=True)
    if name == "releases":
        target.mkdir()
    elif name == "current":
        target.symlink_to("releases/1.0.0")
    else:
        target.touch()
    assert way(server) == []


def test_a_folder_of_our_name_with_other_things_is_somebody_elses(server: Server) -> None:
    put(f"{server.base}/theirs")
    assert way(server) == [("taken", server.base)]


def test_a_folder_in_place_of_a_link_of_ours_is_taken(server: Server) -> None:
    Path(server.base, "current").mkdir(parents=True)
    assert way(server) == [("taken", f"{server.base}/current")]


def test_a_feature_of_our_name_with_other_content_is_taken(server: Server) -> None:
    put(server.addonfeature, "other:x\n")
    assert way(server) == [("taken", server.addonfeature)]
    put(server.addonfeature, f"{ID}:Webmail\n")
    assert way(server) == []


@pytest.mark.parametrize("ours", [True, False])
def test_a_folder_of_the_versions_name_must_be_a_release(server: Server, ours: bool) -> None:
    put(f"{server.release('1.0.0')}/{'MANIFEST' if ours else 'theirs'}")
    assert way(server) == ([] if ours else [("taken", server.release("1.0.0"))])
    assert way(server, "") == []  # nothing is going there


@pytest.mark.parametrize("place", ["usr/local/cpanel/3rdparty", "etc", "etc/webmail-signin"])
def test_a_link_in_place_of_a_folder_on_the_way_is_named(server: Server, tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / place).symlink_to(tmp_path / "elsewhere")
    assert way(server) == [("symlink", f"{tmp_path}/{place}")]


def test_a_link_in_place_of_the_settings_is_named_even_where_it_leads_nowhere(server: Server) -> None:
    Path(server.etc).mkdir(parents=True)
    Path(server.config).symlink_to("/nowhere")
    assert way(server) == [("symlink", server.config)]


def test_a_file_in_place_of_a_folder_is_in_the_way_with_a_command_that_moves_it(server: Server) -> None:
    put(server.etc)
    (found,) = [each for each in obstacles.on_the_way(server, server.survey()) if not each.ok]
    assert (found.name, found.remedy) == ("taken", f"mv '{server.etc}' '{server.etc}.old'")


def test_a_page_of_ours_is_no_obstacle(server: Server) -> None:
    put(server.entry("jupiter"), OUR_ENTRY)
    put(server.conf("jupiter"), OUR_CONF)
    put(server.icons("jupiter")[0])
    assert theme(server) == []


TAKEN: list[Callable[[Server], str]] = [
    lambda server: put(server.entry("jupiter"), "#!/bin/sh\n"),
    lambda server: put(server.conf("jupiter"), "url=>other\n"),
    lambda server: put(server.icons("jupiter")[1]),
]


@pytest.mark.parametrize("place", TAKEN, ids=["page", "conf", "icon alone"])
def test_what_has_the_name_of_ours_and_not_its_content_is_taken(server: Server, place: Callable[[Server], str]) -> None:
    path = place(server)
    assert theme(server) == [("taken", path)]


def test_what_lies_in_the_place_of_the_page_goes_elsewhere_as_no_other_name_belongs_beside_it(server: Server) -> None:
    entry = put(server.entry("jupiter"), "#!/bin/sh\n")
    (found,) = (each for each in obstacles.in_theme(server, server.survey(), "jupiter") if not each.ok)
    assert found.remedy == f"mv '{entry}' /root/"


@pytest.mark.parametrize("place", TAKEN, ids=["page", "conf", "icon alone"])
def test_in_a_theme_of_ours_it_is_repaired_instead(server: Server, place: Callable[[Server], str]) -> None:
    place(server)
    assert theme(server, "jupiter") == []


def test_a_page_that_is_a_link_is_taken_even_where_we_are(server: Server) -> None:
    entry = Path(server.entry("jupiter"))
    entry.parent.mkdir()
    entry.symlink_to("/etc/passwd")
    assert theme(server, "jupiter") == [("taken", str(entry))]


def test_a_file_beside_the_page_is_named(server: Server) -> None:
    put(server.entry("jupiter"), OUR_ENTRY)
    beside = put(os.path.dirname(server.entry("jupiter")) + "/notes.txt")
    assert theme(server, "jupiter") == [("taken", beside)]


def test_a_page_folder_that_is_a_link_is_named_and_not_looked_into(server: Server, tmp_path: Path) -> None:
    put(f"{tmp_path}/elsewhere/notes.txt")
    folder = os.path.dirname(server.entry("jupiter"))
    os.symlink(f"{tmp_path}/elsewhere", folder)
    assert theme(server, "jupiter") == [("symlink", folder)]


def test_a_link_of_the_themes_own_is_only_worth_a_word(server: Server, tmp_path: Path) -> None:
    place = Path(server.frontend, "jupiter/dynamicui")
    place.rmdir()
    place.symlink_to(tmp_path)
    found = list(obstacles.in_theme(server, server.survey(), "jupiter"))
    assert [(each.name, each.level) for each in found] == [("symlink", "warning")]


@as_root
@pytest.mark.parametrize(("mode", "group", "open_"), [(0o755, True, False), (0o775, True, True), (0o775, False, False)])
def test_a_group_that_can_write_counts_in_our_folders_and_not_in_cpanels(
    tmp_path: Path, mode: int, group: bool, open_: bool
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x").chmod(mode)
    assert bool(faults(obstacles.owned(f"{tmp_path}/x", group=group))) is open_


@as_root
def test_what_is_not_roots_names_the_command_that_makes_it_so(tmp_path: Path) -> None:
    path = put(f"{tmp_path}/it's")
    os.chown(path, 65533, -1)
    (found,) = obstacles.owned(path)
    word = "'" + path.replace("'", "'\\''") + "'"
    assert found.remedy == f"chown root {word}; chmod go-w {word}"


def test_what_is_not_there_is_owned_by_nobody(tmp_path: Path) -> None:
    assert list(obstacles.owned(f"{tmp_path}/none")) == []


def test_on_removal_what_nobody_knows_is_named(server: Server) -> None:
    expected = [put(f"{server.base}/theirs"), put(f"{server.release('1.0.0')}/notes"), f"{server.releases}/backup"]
    put(f"{server.release('1.0.0')}/MANIFEST")
    put(f"{server.releases}/backup/file")
    put(f"{server.releases}/.staged-2/file")
    assert faults(obstacles.not_ours(server)) == [("taken", path) for path in expected]
