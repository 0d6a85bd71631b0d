"""Medians, spreads, ratios, and how they are written down."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

from tests.bench.stage import Run

UAPI, PLAIN, OURS = "uapi alone", "Python, plain", "Webmail Sign-in"
Runs = Mapping[str, Sequence[Run]]


def wall(run: Run) -> float:
    return run.wall


def cpu(run: Run) -> float:
    return run.cpu


def peak(run: Run) -> float:
    return run.rss


def median(runs: Sequence[Run], what: Callable[[Run], float]) -> float:
    return statistics.median(map(what, runs))


def spread(runs: Sequence[Run], what: Callable[[Run], float], digits: int = 0) -> str:
    """The median and, in brackets, the first and the third quartile."""
    low, middle, high = statistics.quantiles(map(what, runs), n=4, method="inclusive")
    return f"{middle:.{digits}f} [{low:.{digits}f}–{high:.{digits}f}]"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that is one for Markdown and for the eye; all columns but the first are numbers."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if not i else cell.rjust(width) for i, (cell, width) in enumerate(zip(cells, widths))
        )
        return f"| {' | '.join((first, *rest))} |"

    rule = "|".join("-" * (width + 1) + ("-" if not column else ":") for column, width in enumerate(widths))
    return "\n".join((line(heads), f"|{rule}|", *map(line, rows)))


def comparison(runs: Runs) -> str:
    """All there is to say of one run side by side."""
    base, ours = median(runs[UAPI], wall), runs[OURS]
    added = median(ours, wall) - base
    rows = []
    for name, each in runs.items():
        over = median(each, wall) - base
        row = [name, spread(each, wall), f"{over:.0f}", f"{median(each, wall) / base:.3f}", spread(each, cpu, 1)]
        row.append(spread(each, peak, 1))
        if name in (UAPI, OURS):
            row += ["", "", ""]
        else:
            shares = median(ours, wall) / median(each, wall), added / over, median(ours, cpu) / median(each, cpu)
            row += [f"{share:.3f}" for share in shares]
        rows.append(row)
    heads = (
        "wall ms",
        "over uapi",
        "× uapi",
        "CPU ms",
        "peak MB",
        "wall, ours / it",
        "over uapi, ours / it",
        "CPU, ours / it",
    )
    return markdown(("", *heads), rows)


def by_case(title: str, cases: Mapping[str, Runs]) -> str:
    """Wall medians over several cases, with the ratios that matter."""
    names = list(next(iter(cases.values())))
    rows = []
    for case, runs in cases.items():
        base, ours = median(runs[UAPI], wall), median(runs[OURS], wall)
        plain = median(runs[PLAIN], wall)
        shares = ours / base, (ours - base) / (plain - base), median(runs[OURS], cpu) / median(runs[PLAIN], cpu)
        rows.append((case, *(spread(runs[name], wall) for name in names), *(f"{share:.3f}" for share in shares)))
    heads = ("ours / uapi", "over uapi, ours / plain", "CPU, ours / plain")
    return markdown((title, *names, *heads), rows)
