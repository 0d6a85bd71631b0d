"""The settings in force: the compiled ones, or those of a file that has been edited since."""

from __future__ import annotations

import os
import stat

from plugin.click import errors, result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from plugin.click.places import Places


class Settings:
    """The settings of design §5; times in seconds. ``locale``, ``icon`` and ``support`` may be None."""

    uapi: str = "/usr/local/cpanel/bin/uapi"
    timeout: float = 20
    webmail_host: str = "auto"
    webmail_port: int = 2096
    locale: str | None = None
    label: str = "Open Webmail"
    group: str = "email"
    order: int = 1
    icon: str | None = None
    new_tab: bool = True
    slow_after: float = 8
    support: str | None = None
    log: str = "syslog"

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        self.__dict__.update(values or {})

    def values(self) -> dict[str, Any]:
        """What differs from the defaults, ready for JSON."""
        return dict(self.__dict__)


def read(places: Places) -> Settings:
    """The settings that the file makes; the defaults if there is none. Raises ContentError."""
    from plugin.ready import config  # YAML is slow to load, and a click rarely needs it

    chosen = Settings(config.read(places.config))
    if chosen.uapi != Settings.uapi and not everybody_runs(places.below_root(chosen.uapi)):
        raise config.wrong(places.config, "uapi", f"{chosen.uapi} is not a program that every account can run")
    return chosen


def everybody_runs(program: str) -> bool:
    """As far as this process can tell: an account asks for itself, root, who may run everything, for the others."""
    mine = os.path.isfile(program) and os.access(program, os.X_OK)
    return mine and (os.geteuid() != 0 or bool(os.stat(program).st_mode & stat.S_IXOTH))


def stamp(file: str) -> list[int] | None:
    """What tells an edited file from the one that was compiled: time and size; None if there is no file."""
    try:
        seen = os.stat(file)
    except OSError:
        return None
    return [seen.st_mtime_ns, seen.st_size]


def compiled(settings: Settings, source: list[int] | None) -> str:
    import json

    return json.dumps({"source": source, "settings": settings.values()})


def load(places: Places) -> tuple[Settings, str]:
    """The settings in force, and what is wrong with an edited file, if anything.

    The compiled ones, unless the administrator has edited the file since; an edited file that does not hold leaves
    the last good settings in force.
    """
    try:
        with open(f"{places.compiled}/settings.json", encoding="utf-8") as stream:
            ready = result.loads(stream.read())
        last_good, source = Settings(ready["settings"]), ready["source"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        last_good, source = Settings(), [0, 0]
    if stamp(places.config) == source:
        return last_good, ""
    try:
        return read(places), ""
    except errors.ContentError as problem:
        return last_good, str(problem)
