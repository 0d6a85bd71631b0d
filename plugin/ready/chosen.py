"""The settings that a release is made ready with, and the pictures that they name: as written, or as applied last."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from plugin.click.settings import Settings
from plugin.ready import allowed, config, files, pictures
from plugin.ready.problem import Problem
from plugin.ready.sources import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from plugin.ready.places import Places
    from plugin.ready.sources import Sources

LARGEST = {"icon": 65536, "logo": 16384}  # bytes of the picture that a setting names


class Chosen(NamedTuple):
    settings: Settings
    pictures: dict[str, bytes]  # by the settings that name them; the icon is ours where none is named
    problems: list[Problem]


def as_written(places: Places, written: Sources) -> Chosen:
    """What holds of config.yaml, and what does not, in the order of its lines."""
    said = config.parse(written.settings or Text(places.config, ""))
    drawn, unfit = on_server(places, Settings(said.values))
    for key in unfit.keys() & said.values.keys():
        del said.values[key]
    problems = said.problems + [Problem(places.config, said.lines.get(key), key, text) for key, text in unfit.items()]
    return Chosen(Settings(said.values), drawn, sorted(problems, key=lambda problem: problem.line or 0))


def as_applied(places: Places) -> Chosen | None:
    """What was applied last, in this release or the one that is in use; None where nothing was, or it holds no more."""
    for compiled in (places.compiled, f"{places.release}/../../current/compiled"):
        values = recorded(f"{compiled}/settings.json")
        if values is not None:
            drawn, unfit = on_server(places, Settings(values))
            return None if unfit else Chosen(Settings(values), drawn, [])
    return None


def recorded(file: str) -> dict[str, Any] | None:
    """What another release may have recorded, as far as it is a setting of this one; nothing that others can change."""
    try:
        values = json.loads(files.content(os.path.realpath(file), files.LONGEST))
    except (Problem, ValueError):
        return None
    if not isinstance(values, dict):
        return None
    known = {key: value for key, value in values.items() if key in allowed.SETTINGS}
    return {key: value for key, value in known.items() if allowed.SETTINGS[key][0](value)}


def on_server(places: Places, settings: Settings) -> tuple[dict[str, bytes], dict[str, str]]:
    """The pictures that the settings name, and what does not hold on this server, by its key."""
    drawn, unfit = {}, config.against_server(settings, places)
    for key, most in LARGEST.items():
        path = getattr(settings, key)
        try:
            if path:
                found = files.content(places.below_root(path), most, public=True)
                pictures.check(found, path[-3:])
                drawn[key] = found
        except Problem as problem:
            unfit[key] = f"{problem.file} {problem.problem}"
        except ValueError as error:
            unfit[key] = f"{path} {error}"
    if not settings.icon:
        ours = f"{places.release}/plugin/admin/registration/icon.svg"
        try:
            with open(ours, "rb") as stream:
                drawn["icon"] = stream.read()
        except OSError as error:
            unfit["icon"] = f"{ours} is damaged, install again: {error.strerror}"
    return drawn, unfit
