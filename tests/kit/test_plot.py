"""The plots are SVG that a browser takes, with every line and box that was measured."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.kit import plot


def strokes(drawn: str) -> list[str]:
    paths = ElementTree.fromstring(drawn).findall("{http://www.w3.org/2000/svg}path")
    return [path.attrib["d"] for path in paths]


def test_each_panel_has_its_lines_and_each_line_its_points() -> None:
    seconds = {"median": [(1, 0.1), (400, 2.0)], "slowest": [(1, 0.1), (400, 9.0)]}
    drawn = strokes(plot.lines("Load", "clicks", {"Seconds": seconds, "MiB": {"all": [(1, 10), (400, 333)]}}))
    assert len([path for path in drawn if "L" in path]) == 3
    assert len([path for path in drawn if path.endswith("h0")]) == 6


def test_a_box_reaches_from_quartile_to_quartile() -> None:
    drawn = strokes(plot.boxes("Bench", "ms", {"alone": [200.0] * 5, "ours": [100.0, 110.0, 150.0, 200.0, 210.0]}))
    (ours,) = [
        path for path in drawn if path.startswith(f"M{plot.NAMES + plot.SCALE * 110 / 400:.1f} ") and "v18" in path
    ]
    assert f"H{plot.NAMES + plot.SCALE * 200 / 400:.1f}v" in ours


def test_what_lies_far_away_is_not_part_of_the_line() -> None:
    drawn = strokes(plot.boxes("Bench", "ms", {"alone": [200.0] * 5, "ours": [100.0, 101.0, 102.0, 103.0, 399.0]}))
    assert f"M{plot.NAMES + plot.SCALE * 100 / 400:.1f} 55H{plot.NAMES + plot.SCALE * 103 / 400:.1f}" in drawn


@pytest.mark.parametrize(("value", "axis"), [(0.3, 4), (4, 4), (5, 8), (9, 20), (333, 400), (401, 800)])
def test_an_axis_ends_at_a_round_number(value: float, axis: float) -> None:
    assert plot.nice(value) == axis
