"""chosen: the settings as they are written, or those that were applied last."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from plugin.ready import chosen, sources
from plugin.ready.pictures import PNG
from plugin.ready.places import Places
from tests.kit.account import IS_ROOT

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>'


@pytest.fixture
def places(tmp_path: Path) -> Places:
    base = tmp_path / "usr/local/cpanel/3rdparty/webmail-signin"
    for version in ("1.0.0", "1.1.0"):
        (base / f"releases/{version}/compiled").mkdir(parents=True)
    icon = base / "releases/1.1.0/plugin/admin/registration/icon.svg"
    icon.parent.mkdir(parents=True)
    icon.write_text("ours")
    (base / "current").symlink_to("releases/1.0.0")
    (tmp_path / "etc").mkdir()
    return Places(str(base / "releases/1.1.0"))


def made(places: Places, text: str) -> chosen.Chosen:
    written = sources.Sources(sources.Text(places.config, text), {}, {}, {}, [], [])
    return chosen.as_written(places, written)


def told(places: Places, text: str) -> list[str]:
    return [str(problem).replace(places.root, "") for problem in made(places, text).problems]


def draw(places: Places, content: str | bytes = SVG, name: str = "icon.svg") -> Path:
    file = Path(places.root, "etc", name)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def record(places: Places, version: str, values: dict[str, Any] | str) -> None:
    text = values if isinstance(values, str) else json.dumps(values)
    Path(places.release, "..", version, "compiled/settings.json").write_text(text)


def test_our_icon_is_taken_where_none_is_named(places: Places) -> None:
    assert made(places, "").pictures == {"icon": b"ours"}


def test_the_pictures_that_are_named_are_read(places: Places) -> None:
    draw(places)
    draw(places, PNG, "logo.png")
    found = made(places, "icon: /etc/icon.svg\nlogo: /etc/logo.png\n")
    assert (found.pictures, found.problems) == ({"icon": SVG.encode(), "logo": PNG}, [])


UNFIT = {
    "one that is not there": (None, "/etc/icon.svg cannot be read: No such file or directory"),
    "a script": (
        SVG.replace("/>", "><script/></svg>"),
        "/etc/icon.svg line 1: must have no <script>; save it as plain SVG",
    ),
    "words": ("secret", "/etc/icon.svg is not XML: syntax error in line 1"),
    "a huge one": ("<svg>" + " " * 65536, "/etc/icon.svg is longer than 65536 bytes"),
}


@pytest.mark.parametrize(("content", "said"), UNFIT.values(), ids=UNFIT)
def test_a_picture_that_does_not_hold_is_told_with_the_line_that_names_it(
    places: Places, content: str | None, said: str
) -> None:
    if content is not None:
        draw(places, content)
    assert told(places, "order: 1\nicon: /etc/icon.svg\n") == [f"/etc/webmail-signin/config.yaml:2: icon: {said}"]


def test_a_logo_is_smaller_than_an_icon_may_be(places: Places) -> None:
    draw(places, SVG + " " * 16384, "logo.svg")
    assert told(places, "logo: /etc/logo.svg\n")[0].endswith("logo: /etc/logo.svg is longer than 16384 bytes")


def test_a_closed_picture_is_not_published(places: Places) -> None:
    draw(places).chmod(0o600)
    assert "is closed to others than root" in told(places, "icon: /etc/icon.svg\n")[0]


def test_a_linked_picture_is_not_followed(places: Places) -> None:
    draw(places, SVG, "real.svg")
    Path(places.root, "etc/icon.svg").symlink_to("real.svg")
    assert "is a symlink or no file" in told(places, "icon: /etc/icon.svg\n")[0]


@pytest.mark.skipif(not IS_ROOT, reason="only root gives files away")
def test_a_picture_that_others_can_change_is_not_read(places: Places) -> None:
    os.chown(draw(places), 65534, -1)
    assert "can be changed by others than root" in told(places, "icon: /etc/icon.svg\n")[0]


def test_problems_are_told_in_the_order_of_the_lines(places: Places) -> None:
    said = told(places, "logo: /no.svg\ntimeout: 0\nlocale: sk\nlable: x\n")
    assert [line.split(":")[1] for line in said] == ["1", "2", "3", "4"]


def test_what_holds_is_kept(places: Places) -> None:
    assert made(places, "order: 7\nlocale: sk\n").settings.values()["order"] == 7
    assert made(places, "order: 7\nlocale: sk\n").settings.locale is None


def test_what_was_applied_last_is_that_of_this_release_before_the_current_ones(places: Places) -> None:
    record(places, "1.0.0", {"order": 1})
    assert chosen.as_applied(places).settings.order == 1  # type: ignore[union-attr]
    record(places, "1.1.0", {"order": 2})
    assert chosen.as_applied(places).settings.order == 2  # type: ignore[union-attr]


def test_of_another_release_only_what_is_a_setting_here_and_holds_is_taken(places: Places) -> None:
    record(places, "1.0.0", {"order": 7, "group": "gone", "future": 1, "brand": None})
    assert chosen.as_applied(places).settings.values() == {**made(places, "").settings.values(), "order": 7}  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "[]", "{", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_a_record_that_cannot_be_understood_is_as_none(places: Places, text: str) -> None:
    record(places, "1.1.0", text)
    assert chosen.as_applied(places) is None


def test_what_was_applied_and_holds_no_more_is_as_none(places: Places) -> None:
    record(places, "1.1.0", {"icon": "/etc/gone.svg"})
    assert chosen.as_applied(places) is None
