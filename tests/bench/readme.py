"""Puts a run's tables and plot on the bench's own page."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.stage import Run

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
PLOT = HERE / "bench.svg"
PYTHON = HERE.parents[1] / ".venv/bench/bin/python"  # made by the Makefile
BLOCK = re.compile(r"(?<=<!-- bench -->\n).*(?=<!-- /bench -->)", re.DOTALL)
IMAGE = "![What a click costs beside uapi alone and five other programs](bench.svg)"


def check() -> None:
    """SystemExit if the page has no place for the tables: better known before minutes of measuring."""
    if not BLOCK.search(README.read_text(encoding="utf-8")):
        raise SystemExit("tests/bench/README.md has no lines <!-- bench --> and <!-- /bench -->")


def write(tables: str, runs: Mapping[str, Sequence[Run]]) -> None:
    walls = {name: [run.wall for run in each] for name, each in runs.items()}
    plotted = subprocess.run(
        [PYTHON, HERE / "plot.py"], input=json.dumps(walls).encode(), stdout=subprocess.PIPE, check=True
    )
    PLOT.write_bytes(plotted.stdout)
    text = README.read_text(encoding="utf-8")
    README.write_text(BLOCK.sub(lambda _: f"{IMAGE}\n\n{tables}\n", text), encoding="utf-8")
