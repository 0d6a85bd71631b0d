"""How cost grows with the clicks at once, drawn."""

from __future__ import annotations

import statistics

WIDTH, HEIGHT, LEFT, TOP, GAP = 340, 220, 60, 50, 110
COLOURS = ("#0a5fb4", "#c2410c")


def draw(rows: list[tuple[int, list[float], float]]) -> str:
    """An SVG of two panels side by side: seconds of the median and the slowest click, and memory of all in MiB.

    A row is the number of clicks at once, the seconds of each, and MiB in all.
    """
    at_once = [row[0] for row in rows]
    seconds = {"median": [statistics.median(row[1]) for row in rows], "slowest": [max(row[1]) for row in rows]}
    memory = {"all clicks together": [row[2] for row in rows]}
    size = f"{LEFT + 2 * WIDTH + GAP + 20} {TOP + HEIGHT + 60}"
    panels = panel(LEFT, "Seconds", at_once, seconds) + panel(LEFT + WIDTH + GAP, "Memory, MiB", at_once, memory)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif" font-size="13">\n'
        f"<title>Seconds and memory by the number of clicks at once</title>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{panels}</svg>\n'
    )


def panel(left: int, title: str, at_once: list[int], lines: dict[str, list[float]]) -> str:
    """One set of axes with its lines; both begin at 0."""
    most, highest = max(at_once), nice(max(max(values) for values in lines.values()))
    bottom = TOP + HEIGHT
    parts = [f'<text x="{left}" y="{TOP - 25}" font-weight="bold">{title}</text>']
    for quarter in range(5):
        y, x = bottom - HEIGHT * quarter / 4, left + WIDTH * quarter / 4
        parts.append(f'<path d="M{left} {y:.1f}h{WIDTH}" stroke="#dde3ea"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{highest * quarter / 4:g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{most * quarter / 4:g}</text>')
    parts.append(f'<text x="{left + WIDTH / 2}" y="{bottom + 42}" text-anchor="middle">clicks at once</text>')
    for number, (name, values) in enumerate(lines.items()):
        points = [(left + WIDTH * x / most, bottom - HEIGHT * y / highest) for x, y in zip(at_once, values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[number]}"/>' for x, y in points]
        parts.append(f'<text x="{left + 10}" y="{TOP + 14 + 18 * number}" fill="{COLOURS[number]}">{name}</text>')
    return "\n".join(parts) + "\n"


def nice(value: float) -> float:
    """The next round number that can be divided into four."""
    step = 1.0
    while step * 4 < value:
        step *= 2 if str(step)[0] in "15" else 2.5
    return step * 4
