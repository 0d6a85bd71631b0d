"""Draws the wall times of each row: JSON on standard input (`uapi` alone first, ours last), the SVG on standard output.

It runs in an environment of its own, because Matplotlib is heavy and nothing else needs it.
"""

from __future__ import annotations

import json
import statistics
import sys

import matplotlib  # type: ignore[import-not-found]

# The same measurements give the same bytes, and text stays text.
matplotlib.rcParams.update(
    {"svg.hashsalt": "bench", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
)

from matplotlib.figure import Figure  # type: ignore[import-not-found] # noqa: E402

OURS, UAPI, OTHER = "#0a5fb4", "#b8c2cc", "#e0a070"


def main() -> None:
    walls: dict[str, list[float]] = json.load(sys.stdin)
    base = statistics.median(next(iter(walls.values())))
    figure = Figure(figsize=(7.5, 2.8), layout="constrained")
    axes = figure.add_subplot()
    names = list(walls)[::-1]
    boxes = axes.boxplot([walls[name] for name in names], vert=False, widths=0.6, patch_artist=True, showfliers=False)
    for name, box, line in zip(names, boxes["boxes"], boxes["medians"]):
        box.set_facecolor(OURS if name == names[0] else UAPI if name == names[-1] else OTHER)
        line.set_color("black")
    axes.set_yticks(range(1, len(names) + 1), names)
    axes.axvline(base, color=UAPI, linestyle="--", zorder=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("ms from start to end, boxes: quartiles, dashed: uapi alone")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(sys.stdout.buffer, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
