"""What an administrator should know of own templates that are in order all the same."""

from __future__ import annotations

import hashlib
import json
import os

from jinja2 import meta

from plugin.ready.problem import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.ready.drawing import Drawing
    from plugin.ready.places import Places
    from plugin.ready.sources import Sources

NAME = "own.json"  # among the ready-made files: for each own template its sum, and that of ours which it was made for
Sums = dict[str, list[str]]


def unused(drawing: Drawing, sources: Sources) -> Iterator[str]:
    """Files that no page is made of, a line for each."""
    needed = set(sources.ours)
    for name in drawing.templates:
        needed.update(filter(None, meta.find_referenced_templates(drawing.tree(name))))
    for name, (file, _) in sources.own.items():
        if name not in needed:
            yield f"{file} takes the place of none of ours and no template needs it; {nearest(name, sources.ours)}"
    names = [*sources.ours, *(f"locale/{tag}.yaml" for tag in sources.locales)]
    for file, name in sources.unused:
        meant = nearest(name, names, others="templates end in .html, sentences are locale/TAG.yaml")
        yield f"{file} is not used; {meant}"


def older(sources: Sources, sums: Sums) -> Iterator[str]:
    """Own templates that were made for another one of ours than there is now, a line for each."""
    for name, (_, made_for) in sums.items():
        if made_for != digest(sources.ours[name].text):
            yield (
                f"{sources.own[name].file} was made for an earlier {name}: compare it with "
                f"{lasting(sources.ours[name].file)}, bring it up to date, or change a comment in it if nothing is to "
                "be done"
            )


def lasting(file: str) -> str:
    """Where a file of a release that is still being made will be."""
    return file.replace("/releases/.staged-", "/releases/")


def made_for(places: Places, sources: Sources) -> Sums:
    """Whoever changes an own template has the one of ours before his eyes that is in use. As long as he does not, the
    sum of that one is handed on from one making to the next, and from release to release."""
    records = recorded(places.compiled), recorded(f"{places.release}/../../current/compiled")
    found = {}
    for name in sorted(sources.own.keys() & sources.ours.keys()):
        mine, ours = digest(sources.own[name].text), digest(sources.ours[name].text)
        known = (record[name] for record in records if record.get(name, [""])[0] == mine)
        found[name] = next(known, [mine, ours])
    return found


def recorded(compiled: str) -> Sums:
    """What an earlier making has recorded in its folder; nothing where there is none, or none to be understood."""
    try:
        with open(os.path.realpath(f"{compiled}/{NAME}"), encoding="utf-8") as stream:
            found = json.load(stream)
        return {name: [mine, ours] for name, (mine, ours) in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
