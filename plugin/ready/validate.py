"""Is everything that an administrator can edit fit to be used?"""

from __future__ import annotations

from typing import NamedTuple

from plugin.click.settings import Settings
from plugin.ready import config, locales, pictures, rehearsal, sources
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.places import Places
    from plugin.ready.sources import Sources

LARGEST_ICON = 65536  # bytes


class Checked(NamedTuple):
    """What a release is made ready from; of no use as long as there are `problems`."""

    sources: Sources
    settings: Settings
    sentences: dict[str, dict[str, str]]  # of each locale tag, all of them
    icon: bytes
    problems: list[Problem]


def check(places: Places) -> Checked:
    """All that is written, and every problem with it, not the first alone."""
    written = sources.read(places)
    problems = list(written.problems)
    chosen, icon = Settings(), b""
    try:
        chosen = config.load(written, places)
        icon = read_icon(written, places, chosen)
    except Problem as problem:
        problems.append(problem)
    sentences = {}
    for tag in sorted(written.locales):
        try:
            sentences[tag] = locales.read(written, tag)
        except Problem as problem:
            problems.append(problem)
    problems += rehearsal.problems(written, chosen, {} if problems else sentences)
    return Checked(written, chosen, sentences, icon, list({str(each): each for each in problems}.values()))


def read_icon(written: Sources, places: Places, chosen: Settings) -> bytes:
    """The icon, ours or the provider's; raises Problem."""
    if chosen.icon is None:
        ours = f"{places.release}/plugin/admin/registration/icon.svg"
        try:
            with open(ours, "rb") as stream:
                return stream.read()
        except OSError as error:
            raise Problem(ours, None, None, f"is damaged, install again: {error.strerror}") from None
    return read_picture(written, places, "icon", chosen.icon, LARGEST_ICON)


def read_picture(written: Sources, places: Places, key: str, path: str, most: int) -> bytes:
    """The picture that a setting names; raises Problem, which has the setting's line."""
    try:
        drawn = sources.content(places.below_root(path), most, public=True)
        pictures.check(drawn, path[-3:])
    except (Problem, ValueError) as problem:
        raise config.wrong(written, key, f"{path} {getattr(problem, 'problem', problem)}") from None
    return drawn
