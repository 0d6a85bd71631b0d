"""Is everything that an administrator can edit fit to be used?"""

from __future__ import annotations

from typing import NamedTuple

from plugin.click.settings import Settings
from plugin.ready import advice, config, drawing, locales, pictures, rehearsal, sources
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.places import Places
    from plugin.ready.sources import Sources

LARGEST = {"icon": 65536, "logo": 16384}  # bytes of the picture that a setting names


class Checked(NamedTuple):
    """What a release is made ready from; of no use as long as there are `problems`."""

    sources: Sources
    settings: Settings
    pictures: dict[str, bytes]  # by the settings that name them; the icon is ours where none is named
    drawing: drawing.Drawing
    sentences: dict[str, dict[str, str]]  # of each locale tag, all of them
    made_for: advice.Sums
    problems: list[Problem]

    def advice(self) -> list[str]:
        """What is no problem but should be known, a line each."""
        return [*advice.unused(self.drawing, self.sources), *advice.older(self.sources, self.made_for)]


def check(places: Places) -> Checked:
    """All that is written, and every problem with it, not the first alone."""
    written = sources.read(places)
    said = config.parse(written.settings or sources.Text(places.config, ""))
    chosen = Settings(said.values)
    drawn, unfit = read_pictures(places, chosen)
    unfit.update(config.against_server(chosen, places))
    problems = written.problems + said.problems
    problems += [Problem(places.config, said.lines.get(key), key, unfit[key]) for key in sorted(unfit)]
    sentences = {}
    for tag in sorted(written.locales):
        try:
            sentences[tag] = locales.read(written, tag)
        except Problem as problem:
            problems.append(problem)
    templates = drawing.Drawing(written, drawing.branding(chosen, {} if unfit else drawn))
    problems += rehearsal.problems(templates, written, chosen, {} if problems else sentences)
    told = list({str(each): each for each in problems}.values())
    return Checked(written, chosen, drawn, templates, sentences, advice.made_for(places, written), told)


def read_pictures(places: Places, chosen: Settings) -> tuple[dict[str, bytes], dict[str, str]]:
    """The pictures that the settings name, and what is wrong with them, by the settings' keys."""
    drawn, unfit = {}, {}
    for key, most in LARGEST.items():
        path = getattr(chosen, key)
        try:
            if path:
                drawn[key] = sources.content(places.below_root(path), most, public=True)
                pictures.check(drawn[key], path[-3:])
        except Problem as problem:
            unfit[key] = f"{problem.file} {problem.problem}"
        except ValueError as error:
            unfit[key] = f"{path} {error}"
    if not chosen.icon:
        ours = f"{places.release}/plugin/admin/registration/icon.svg"
        try:
            with open(ours, "rb") as stream:
                drawn["icon"] = stream.read()
        except OSError as error:
            unfit["icon"] = f"{ours} is damaged, install again: {error.strerror}"
    return drawn, unfit
