"""`config.yaml`: a strict parser."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from plugin.click.settings import Settings, below_root
from plugin.ready import allowed, flat
from plugin.ready.problem import Problem, by_line, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from plugin.ready.places import Places
    from plugin.ready.sources import Text

# Where cPanel keeps its languages, a file or several for each, named by the tag.
LOCALE_FOLDERS = ("/usr/local/cpanel/locale", "/var/cpanel/locale")
# Those that it is shipped with (cpanel-facts.md §8).
LOCALES = frozenset(
    "ar cs da de el en es es_419 es_es fi fil fr he hu id it ja ko ms nb nl pl pt pt_br "  # noqa: SIM905
    "ro ru sv th tr uk vi zh zh_tw".split()
)


class Parsed(NamedTuple):
    values: dict[str, Any]
    lines: dict[str, int]  # where each key stands
    problems: list[Problem]


def parse(source: Text) -> Parsed:
    """What the settings say, and each thing that is wrong with them; `values` are those that are right."""
    written = flat.read(source.text, source.file)
    found = Parsed({}, {}, written.problems)
    for entry in written.entries:
        try:
            found.lines[entry.key] = entry.line
            value = checked(entry, source.file)
            if value is not None:
                found.values[entry.key] = value
        except Problem as problem:
            found.problems.append(problem)
    found.problems.sort(key=by_line)
    return found


def checked(entry: flat.Entry, file: str) -> Any:
    """The value; None where the default holds. Raises Problem."""
    key, value, line, written = entry
    if key not in allowed.SETTINGS:
        raise Problem(file, line, None, f'"{flat.on_a_line(key)}" is no setting; {nearest(key, allowed.SETTINGS)}')
    if value is None and key in allowed.MAY_BE_NULL:
        return None
    if key == "log" and value is False:
        value = "off"  # which YAML takes for false
    passes, expected = allowed.SETTINGS[key]
    if passes(value):
        return value.lower() if key == "webmail_host" else value
    if key == "colour" and value is None:
        written = "empty: without quotes YAML takes # for the start of a comment"
    raise Problem(file, line, key, f"must be {expected}; it is {written or 'empty'}")


def against_server(chosen: Settings, places: Places) -> dict[str, str]:
    """What is wrong with settings that hold on their own but not on this server, by their keys."""
    found = {}
    if chosen.uapi != Settings.uapi and not everybody_runs(below_root(places.root, chosen.uapi)):
        found["uapi"] = f"{chosen.uapi} is not a program that every account can run"
    if chosen.locale and chosen.locale not in LOCALES | server_locales(places):
        found["locale"] = (
            f"this server has no locale {chosen.locale}, so every click would fail; "
            "it lists those that it has by: uapi --user=ACCOUNT Locale list_locales"
        )
    return found


def everybody_runs(program: str) -> bool:
    """As far as this process can tell: an account asks for itself, root, who may run everything, for the others."""
    mine = os.path.isfile(program) and os.access(program, os.X_OK)
    return mine and (os.geteuid() != 0 or bool(os.stat(program).st_mode & stat.S_IXOTH))


def server_locales(places: Places) -> set[str]:
    """The tags that cPanel has files of, among them those that an administrator has added in WHM."""
    folders = [places.root + folder for folder in LOCALE_FOLDERS]
    return {name.partition(".")[0] for folder in folders if os.path.isdir(folder) for name in os.listdir(folder)}
