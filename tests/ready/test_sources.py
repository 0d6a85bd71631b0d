"""sources: root opens nothing by a name that others could change, and follows no link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugin.ready import files, sources
from plugin.ready.places import Places
from tests.kit.account import IS_ROOT

as_root = pytest.mark.skipif(not IS_ROOT, reason="only root gives files away, and only root is at risk")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A staged tree with one template and one locale of ours, and nothing of the provider's."""
    release = tmp_path / "usr/local/cpanel/3rdparty/webmail-signin/releases/1.0.0"
    write(release / "templates/error.html", "ours")
    write(release / "templates/locale/en.yaml", "ours")
    (tmp_path / "etc/webmail-signin").mkdir(parents=True)
    return Places(str(release))


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def own(places: Places, name: str, text: str = "text") -> Path:
    return write(Path(places.own_templates, name), text)


def told(places: Places) -> list[str]:
    return [str(problem) for problem in sources.read(places).problems]


def test_what_is_not_there_is_no_problem(places: Places) -> None:
    found = sources.read(places)
    assert (found.settings, found.own, found.problems) == (None, {}, [])


def test_the_settings_are_read(places: Places) -> None:
    write(Path(places.config), "order: 1\n")
    assert sources.read(places).settings == (places.config, "order: 1\n")


def test_templates_of_ours_and_the_providers_are_kept_apart(places: Places) -> None:
    file = own(places, "error.html", "own")
    found = sources.read(places)
    assert (found.ours["error.html"].text, found.own["error.html"]) == ("ours", (str(file), "own"))


def test_a_template_may_lie_in_a_folder(places: Places) -> None:
    own(places, "parts/foot.html")
    assert set(sources.read(places).own) == {"parts/foot.html"}


def test_the_providers_locale_comes_after_ours(places: Places) -> None:
    own(places, "locale/en.yaml", "own")
    assert [source.text for source in sources.read(places).locales["en"]] == ["ours", "own"]


@pytest.mark.parametrize("name", ["error.html~", "readme.txt", "en.yaml", "locale/en.yml"])
def test_a_file_that_nothing_is_made_of_is_among_the_unused(places: Places, name: str) -> None:
    file = own(places, name)
    assert sources.read(places).unused == [(str(file), name)]


def test_hidden_files_are_passed_over(places: Places) -> None:
    own(places, ".#error.html")
    own(places, ".git/x.html")
    found = sources.read(places)
    assert (found.own, found.unused, found.problems) == ({}, [], [])


@pytest.mark.parametrize("name", ["error.html", "locale/de.yaml"])
def test_a_link_is_reported_and_not_followed(places: Places, name: str) -> None:
    secret = write(Path(places.root, "secret"), "s3cret")
    file = Path(places.own_templates, name)
    file.parent.mkdir(parents=True)
    file.symlink_to(secret)
    assert told(places) == [f"{file}: is a symlink or no file; put a file of root's there"]


def test_a_linked_folder_is_reported_and_not_followed(places: Places) -> None:
    elsewhere = write(Path(places.root, "elsewhere/error.html")).parent
    Path(places.own_templates).symlink_to(elsewhere)
    assert told(places) == [f"{places.own_templates}: is a symlink or no file; put a file of root's there"]


def test_a_link_on_the_way_is_reported_and_not_followed(places: Places) -> None:
    write(Path(places.config))
    folder = Path(places.config).parent
    folder.rename(f"{folder}.real")
    folder.symlink_to(f"{folder}.real")
    assert told(places) == [f"{folder}: is a symlink or no file; put a file of root's there"]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink(path, path)], ids=["a pipe", "a circle"])
def test_what_is_no_file_is_reported_and_not_opened(places: Places, make: object) -> None:
    make(places.config)  # type: ignore[operator]
    assert told(places) == [f"{places.config}: is a symlink or no file; put a file of root's there"]


def test_a_folder_in_a_files_place_is_reported(places: Places) -> None:
    Path(places.config).mkdir()
    assert told(places) == [f"{places.config}: cannot be read: it is not a file"]


@as_root
@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.chmod(path.stat().st_mode | 0o020),
        lambda path: path.chmod(path.stat().st_mode | 0o002),
        lambda path: os.chown(path, 65534, -1),
    ],
    ids=["the group's to write", "everybody's to write", "somebody else's"],
)
@pytest.mark.parametrize("where", ["file", "folder", "above"])
def test_what_others_can_change_is_reported_and_not_read(places: Places, where: str, change: object) -> None:
    file = own(places, "error.html", "others'")
    path = {"file": file, "folder": file.parent, "above": Path(places.root, "etc")}[where]
    change(path)  # type: ignore[operator]
    found = sources.read(places)
    assert found.own == {}
    assert [str(problem) for problem in found.problems] == [
        f"{path}: can be changed by others than root; chown it to root and chmod go-w"
    ]


@as_root
def test_a_sticky_folder_on_the_way_is_as_good_as_roots(places: Places) -> None:
    own(places, "error.html", "own")
    Path(places.root, "etc").chmod(0o1777)
    assert (sources.read(places).own["error.html"].text, told(places)) == ("own", [])


def test_a_file_that_is_not_utf_8_is_told_with_its_line(places: Places) -> None:
    file = own(places, "error.html")
    file.write_bytes(b"one\ncaf\xe9\n")
    assert told(places) == [f"{file}:2: is not UTF-8 text"]


def test_a_file_that_is_far_too_long_is_told(places: Places) -> None:
    write(Path(places.config), "#" * (files.LONGEST + 1))
    assert told(places) == [f"{places.config}: is longer than 65536 bytes"]


def test_a_damaged_file_of_ours_is_named(places: Places) -> None:
    file = Path(places.templates, "error.html")
    file.write_bytes(b"\xff")
    assert told(places) == [f"{file}: is damaged; install again"]
