"""What of ours is on a server, read from its links and its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin.server import Record, Server, order


@pytest.fixture
def server(tmp_path: Path) -> Server:
    for version in ("1.0.0", "1.1.0"):
        Path(Server(str(tmp_path)).release(version)).mkdir(parents=True)
    return Server(str(tmp_path))


def link(server: Server, name: str, target: str) -> None:
    Path(server.base, name).symlink_to(target)


def test_the_links_say_which_releases_there_are(server: Server) -> None:
    link(server, "current", "releases/1.1.0")
    link(server, "previous", "releases/1.0.0")
    seen = server.survey()
    assert (seen.current, seen.previous, seen.ours) == ("1.1.0", "1.0.0", True)


@pytest.mark.parametrize("target", ["releases/2.0.0", "releases/../releases/1.0.0", "/etc", "releases/"])
def test_a_link_that_leads_to_no_release_of_ours_is_none(server: Server, target: str) -> None:
    link(server, "current", target)
    assert server.survey().current == ""


def test_without_a_folder_of_ours_nothing_is_there(tmp_path: Path) -> None:
    assert Server(str(tmp_path)).survey() == ("", "", Record(), False)


def test_a_record_is_read_as_it_is_written() -> None:
    record = Record(("jupiter", "paper"), ("usr/local/a b", "etc"), "/usr/bin/python3.11")
    assert Record.parse(record.text()) == record


def test_a_damaged_line_of_the_record_is_none() -> None:
    assert Record.parse("theme paper\npython /usr/bin/python\x003\n") == Record(("paper",))


def test_a_record_names_nothing_twice() -> None:
    assert Record(("b", "a", "b"), ("x", "x")).text() == "theme a\ntheme b\ncreated x\n"


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1.9.0", "1.10.0"), ("1.0", "1.0.1"), ("1.2.0-rc1", "1.2.0"), ("1.2.0rc1", "1.2.0rc2"), ("1.2.0", "1.2.0+local")],
)
def test_versions_are_in_order(older: str, newer: str) -> None:
    assert order(older) < order(newer)
