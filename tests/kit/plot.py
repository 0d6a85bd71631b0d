"""What was measured, drawn: SVG whose same bytes come of the same numbers."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

Lines = Mapping[str, Sequence[tuple[float, float]]]
GREY, OTHER, COLOURS = "#b8c2cc", "#e0a070", ("#0a5fb4", "#c2410c")
WIDTH, HEIGHT, LEFT, TOP, GAP = 340, 220, 60, 50, 110  # of a panel with lines, and around it
ROW, NAMES, SCALE = 30, 270, 470  # of boxes: the height of each, and the widths of their names and of the scale


def lines(title: str, below: str, panels: Mapping[str, Lines]) -> str:
    """Panels side by side, each of lines by their names, each of its points' x and y; `below` says what x is."""
    drawn = []
    for number, (name, each) in enumerate(panels.items()):
        drawn += panel(LEFT + number * (WIDTH + GAP), name, below, each)
    return document(LEFT + len(panels) * (WIDTH + GAP) - GAP + 20, TOP + HEIGHT + 60, title, drawn)


def panel(left: int, title: str, below: str, each: Lines) -> list[str]:
    """One set of axes with its lines; both begin at 0."""
    most = max(x for points in each.values() for x, _ in points)
    highest = nice(max(y for points in each.values() for _, y in points))
    bottom = TOP + HEIGHT
    parts = [text(left, TOP - 25, title, 'font-weight="bold"')]
    for quarter in range(5):
        y, x = bottom - HEIGHT * quarter / 4, left + WIDTH * quarter / 4
        parts.append(path(f"M{left} {y:.1f}h{WIDTH}", "#dde3ea"))
        parts.append(text(left - 8, y + 4, f"{highest * quarter / 4:g}", 'text-anchor="end"'))
        parts.append(text(x, bottom + 20, f"{most * quarter / 4:g}", 'text-anchor="middle"'))
    parts.append(text(left + WIDTH / 2, bottom + 42, below, 'text-anchor="middle"'))
    for number, (name, points) in enumerate(each.items()):
        colour = COLOURS[number]
        placed = [f"{left + WIDTH * x / most:.1f} {bottom - HEIGHT * y / highest:.1f}" for x, y in points]
        parts.append(path(f"M{'L'.join(placed)}", colour, 2))
        parts += [path(f"M{point}h0", colour, 6) for point in placed]
        parts.append(text(left + 10, TOP + 14 + 18 * number, name, f'fill="{colour}"'))
    return parts


def boxes(title: str, below: str, rows: Mapping[str, Sequence[float]]) -> str:
    """A box for each row, from quartile to quartile, and a line as far as values reach within 1.5 times the box.

    The first row is what all are compared with, dashed through all of them; the last is ours.
    """
    highest = nice(max(max(values) for values in rows.values()))
    bottom = 10 + ROW * len(rows)
    parts = []
    for quarter in range(5):
        x = NAMES + SCALE * quarter / 4
        parts.append(text(x, bottom + 20, f"{highest * quarter / 4:g}", 'text-anchor="middle"'))
    base = NAMES + SCALE * statistics.median(next(iter(rows.values()))) / highest
    parts.append(path(f"M{NAMES} 10V{bottom}H{NAMES + SCALE}", "#000"))
    parts.append(path(f"M{base:.1f} 10V{bottom}", GREY, 1, 'stroke-dasharray="5 4"'))
    for number, (name, values) in enumerate(rows.items()):
        y = 10 + ROW * number + ROW / 2
        colour = {0: GREY, len(rows) - 1: COLOURS[0]}.get(number, OTHER)
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        near = [value for value in values if low - 1.5 * (high - low) <= value <= high + 1.5 * (high - low)]
        least, low, middle, high, most = (
            NAMES + SCALE * value / highest for value in (min(near), low, middle, high, max(near))
        )
        bold = 'font-weight="bold"' if number == len(rows) - 1 else ""
        parts.append(text(NAMES - 10, y + 4, name, f'text-anchor="end" {bold}'))
        parts.append(path(f"M{least:.1f} {y:g}H{most:.1f}", "#000"))
        parts.append(path(f"M{low:.1f} {y - 9:g}H{high:.1f}v18H{low:.1f}z", "#000", 1, f'fill="{colour}"'))
        parts.append(path(f"M{middle:.1f} {y - 9:g}v18", "#000", 2))
    parts.append(text(NAMES + SCALE / 2, bottom + 42, below, 'text-anchor="middle"'))
    return document(NAMES + SCALE + 20, bottom + 55, title, parts)


def document(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" '
        f'font-size="13">\n<title>{title}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f"{chr(10).join(parts)}\n</svg>\n"
    )


def text(x: float, y: float, words: str, more: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def path(drawn: str, colour: str, width: int = 1, more: str = 'fill="none"') -> str:
    return f'<path d="{drawn}" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" {more}/>'


def nice(value: float) -> float:
    """The next round number that can be divided into four."""
    step = 1.0
    while step * 4 < value:
        step *= 2 if str(step)[0] in "15" else 2.5
    return step * 4
