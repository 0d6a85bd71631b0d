"""Is everything that an administrator can edit fit to be used?"""

from __future__ import annotations

from typing import NamedTuple

from plugin.ready import advice, chosen, drawing, locales, rehearsal, sources
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.settings import Settings
    from plugin.ready.places import Places
    from plugin.ready.sources import Sources


class Checked(NamedTuple):
    """What a release is made ready from; of no use as long as there are `problems`."""

    sources: Sources
    settings: Settings
    pictures: dict[str, bytes]
    drawing: drawing.Drawing
    sentences: dict[str, dict[str, str]]  # of each locale tag, all of them
    made_for: advice.Sums
    problems: list[Problem]
    kept: list[Problem]  # those of settings in whose place the last applied ones stay in force

    def advice(self) -> list[str]:
        """What is no problem but should be known, a line each."""
        return [*advice.unused(self.drawing, self.sources), *advice.older(self.sources, self.made_for)]


def check(places: Places, last_good: bool = False) -> Checked:
    """All that is written, and every problem with it, not the first alone.

    `last_good`: settings that do not hold are no problem where some were applied before; those stay.
    """
    written = sources.read(places)
    choice = chosen.as_written(places, written)
    unread = [problem for problem in written.problems if problem.file == places.config]
    problems = [problem for problem in written.problems if problem.file != places.config]
    kept: list[Problem] = []
    applied = chosen.as_applied(places) if last_good and unread + choice.problems else None
    if applied:
        choice, kept = applied, unread + choice.problems
    else:
        problems = unread + choice.problems + problems
    sentences = {}
    for tag in sorted(written.locales):
        for source in written.locales[tag]:
            problems += locales.problems(source, written.locales["en"][0])
        try:
            sentences[tag] = locales.read(written, tag)
        except Problem as problem:
            problems.append(problem)
    templates = drawing.Drawing(written, drawing.branding(choice.settings, choice.pictures))
    problems += rehearsal.problems(templates, written, choice.settings, sentences)
    told = list({str(each): each for each in problems}.values())
    made_for = advice.made_for(places, written)
    return Checked(written, choice.settings, choice.pictures, templates, sentences, made_for, told, kept)
