"""Puts a run's tables and plot on the bench's own page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.stage import Run
from tests.kit import plot

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
PLOT = HERE / "bench.svg"
BLOCK = re.compile(r"(?<=<!-- bench -->\n).*(?=<!-- /bench -->)", re.DOTALL)
TITLE = "What a click costs beside uapi alone and five other programs"
BELOW = "ms from start to end, boxes: quartiles, dashed: uapi alone"
IMAGE = f"![{TITLE}](bench.svg)"


def check() -> None:
    """SystemExit if the page has no place for the tables: better known before minutes of measuring."""
    if not BLOCK.search(README.read_text(encoding="utf-8")):
        raise SystemExit("tests/bench/README.md has no lines <!-- bench --> and <!-- /bench -->")


def write(tables: str, runs: Mapping[str, Sequence[Run]]) -> None:
    walls = {name: [run.wall for run in each] for name, each in runs.items()}
    PLOT.write_text(plot.boxes(TITLE, BELOW, walls), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(lambda _: f"{IMAGE}\n\n{tables}\n", text), encoding="utf-8")
