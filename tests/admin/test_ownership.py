"""What of ours is on a server is known by its content, with a record or without, and nothing else is taken for ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin import ownership
from plugin.admin.server import ID, Server
from tests.kit.folders import CHECKOUT

ENTRY = (CHECKOUT / "cgi/index.live.cgi").read_text()
CONF = f"order=>1,url=>{ID}/index.live.cgi,feature=>{ID}\n"


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel/base/frontend/jupiter").mkdir(parents=True)
    return Server(str(tmp_path))


def write(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


def test_our_page_is_known_with_any_interpreter(tmp_path: Path) -> None:
    text = "#!/opt/alt/python311/bin/python3 -IS\n" + ENTRY.partition("\n")[2]
    assert ownership.our_entry(write(f"{tmp_path}/page", text))


@pytest.mark.parametrize(
    "text", ["", "#!/bin/sh\n", ENTRY.replace("webmail-signin/current", "other"), f"x{ENTRY}", ENTRY[:30]]
)
def test_another_page_is_not_ours(tmp_path: Path, text: str) -> None:
    assert not ownership.our_entry(write(f"{tmp_path}/page", text))


def test_a_page_that_is_a_link_to_ours_is_not(tmp_path: Path) -> None:
    write(f"{tmp_path}/page", ENTRY)
    (tmp_path / "link").symlink_to("page")
    assert not ownership.our_entry(f"{tmp_path}/link")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (CONF, True),
        (f"# a comment\nurl=>{ID}/index.live.cgi,a=>b\n", True),
        (f"url=>{ID}/index.live.cgi", True),
        (f"url=>x{ID}/index.live.cgi,a=>b", False),
        (f"url=>{ID}/index.live.cgi.old,a=>b", False),
        (f"url=>{ID}/indexXlive.cgi", False),
        (f"old_url=>{ID}/index.live.cgi", False),
        ("", False),
    ],
)
def test_an_icon_is_ours_by_where_it_leads(tmp_path: Path, text: str, ours: bool) -> None:
    assert ownership.our_conf(write(f"{tmp_path}/conf", text)) is ours


@pytest.mark.parametrize(("text", "ours"), [(f"{ID}:Webmail", True), (f"{ID}2:x", False), (f"x\n{ID}:y", False)])
def test_a_feature_is_ours_by_its_name(tmp_path: Path, text: str, ours: bool) -> None:
    assert ownership.our_feature(write(f"{tmp_path}/feature", text)) is ours


def test_a_folder_is_a_release_by_its_manifest_or_its_page(tmp_path: Path) -> None:
    write(f"{tmp_path}/whole/MANIFEST", "")
    write(f"{tmp_path}/half/cgi/index.live.cgi", ENTRY)
    write(f"{tmp_path}/other/README", "")
    assert [ownership.is_release(f"{tmp_path}/{name}") for name in ("whole", "half", "other")] == [True, True, False]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """With one file that is listed."""
    write(f"{tmp_path}/plugin/app.py", "")
    write(f"{tmp_path}/MANIFEST", "0 0644 plugin/app.py\n")
    return tmp_path


def test_what_is_listed_or_was_compiled_is_no_stray(release: Path) -> None:
    write(f"{release}/plugin/__pycache__/app.cpython-311.pyc", "")
    write(f"{release}/.compiled-1/settings.json", "")
    (release / "compiled").symlink_to(".compiled-1")
    (release / ".compiled.new").symlink_to(".compiled-1")
    assert list(ownership.strays(str(release))) == []


@pytest.mark.parametrize("name", ["notes.txt", "plugin/more.py", "plugin/compiled.txt", "plugin/new/file"])
def test_every_other_file_is_one(release: Path, name: str) -> None:
    write(f"{release}/{name}", "")
    assert list(ownership.strays(str(release))) == [f"{release}/{name}"]


def test_a_link_to_a_folder_is_one_and_is_not_followed(release: Path) -> None:
    (release / "plugin/link").symlink_to("/etc")
    assert list(ownership.strays(str(release))) == [f"{release}/plugin/link"]


def test_without_a_manifest_nobody_knows_which(release: Path) -> None:
    (release / "MANIFEST").unlink()
    assert list(ownership.strays(str(release))) == []


def test_themes_are_those_with_our_page_or_our_icon(server: Server) -> None:
    write(server.entry("paper"), ENTRY)
    write(server.conf("jupiter"), CONF)
    write(server.entry("other"), "#!/bin/sh\n")
    assert ownership.themes_by_content(server) == ["jupiter", "paper"]


def test_a_theme_that_is_a_link_is_none(server: Server) -> None:
    write(server.entry("paper"), ENTRY)
    Path(server.frontend, "link").symlink_to("paper")
    assert ownership.themes_by_content(server) == ["paper"]


def test_where_the_record_is_lost_our_page_says_where_we_are(server: Server) -> None:
    write(server.entry("paper"), ENTRY)
    seen = ownership.survey(server)
    assert (seen.themes, seen.ours) == (("paper",), True)


def test_recorded_themes_come_first_and_none_twice(server: Server) -> None:
    write(server.record, "theme paper\n")
    for theme in ("jupiter", "paper"):
        write(server.entry(theme), ENTRY)
    assert ownership.survey(server).themes == ("paper", "jupiter")


def test_on_a_server_without_us_nothing_is_ours(server: Server) -> None:
    assert (ownership.survey(server).ours, ownership.left(server, None)) == (False, [])


def test_all_that_is_left_is_named(server: Server) -> None:
    Path(server.releases).mkdir(parents=True)
    expected = [server.base, write(server.entry("jupiter"), ENTRY), write(server.conf("jupiter"), CONF)]
    expected.append(write(server.addonfeature, f"{ID}:Webmail\n"))
    assert ownership.left(server, None) == expected


def test_what_is_somebody_elses_is_not_left_of_us(server: Server) -> None:
    write(server.addonfeature, "other:x\n")
    write(server.conf("jupiter"), "url=>other\n")
    assert ownership.left(server, None) == []
