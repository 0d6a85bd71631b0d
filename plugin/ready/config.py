"""`config.yaml`: a strict parser."""

from __future__ import annotations

import os
import re
import stat

from plugin.click import host
from plugin.click.settings import Settings
from plugin.ready import flat
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from plugin.click.places import Places
    from plugin.ready.sources import Sources

GROUPS = (
    "email",
    "files",
    "databases",
    "domains",
    "metrics",
    "security",
    "software",
    "advanced",
    "preferences",
)
MAY_BE_NULL = ("locale", "icon", "support")
LOGS = ("syslog", "stderr", "off")
LOCALE = "[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15}){0,3}"
ADDRESS = re.compile(r'https://[^\s<>"]+|mailto:[^\s<>"@]+@[^\s<>"@]+')
LIKE_AN_ADDRESS = re.compile(r"(https?:|mailto:).*|[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)


def is_line(value: Any, longest: int = 300) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= longest


def is_path(value: Any) -> bool:
    return is_line(value) and value.startswith("/") and ".." not in value.split("/")


def is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_seconds(value: Any) -> bool:
    return (isinstance(value, float) and 1 <= value <= 120) or is_whole(value, 1, 120)


def is_host(value: Any) -> bool:
    return isinstance(value, str) and host.checked(value) is not None


def is_support(value: Any) -> bool:
    return is_line(value) and (ADDRESS.fullmatch(value) is not None or not LIKE_AN_ADDRESS.fullmatch(value))


# For each key: what a value must pass, and what is said of one that does not.
CHECKS: dict[str, tuple[Callable[[Any], object], str]] = {
    "uapi": (is_path, "an absolute path"),
    "timeout": (is_seconds, "a number of seconds from 1 to 120"),
    "webmail_host": (
        is_host,
        "auto or a host name, without port",
    ),
    "webmail_port": (lambda value: is_whole(value, 1, 65535), "a port from 1 to 65535"),
    "locale": (
        lambda value: isinstance(value, str) and re.fullmatch(LOCALE, value),
        "a locale tag of cPanel's, such as en or pt_br",
    ),
    "label": (
        lambda value: is_line(value, 64) and not set(value) & set(",'}"),
        "one line of up to 64 characters; cPanel cannot hold a comma, an apostrophe or }",
    ),
    "group": (lambda value: value in GROUPS, f"one of {' '.join(GROUPS)}"),
    "order": (lambda value: is_whole(value, 0, 100_000), "a whole number from 0 to 100000"),
    "icon": (
        lambda value: is_path(value) and value.endswith((".svg", ".png")),
        "the absolute path of an .svg or .png file",
    ),
    "new_tab": (lambda value: isinstance(value, bool), "true or false"),
    "slow_after": (is_seconds, "a number of seconds from 1 to 120"),
    "support": (is_support, "a sentence, an https:// address or a mailto: address, on one line"),
    "log": (lambda value: value in LOGS, f"one of {' '.join(LOGS)}"),
}


def parse(text: str, file: str) -> dict[str, Any]:
    """What the YAML `text` sets; raises Problem for the first thing that is wrong, `file` being its name."""
    values = {}
    for key, value, line in flat.entries(text, file):
        if key not in CHECKS:
            raise Problem(file, line, key, f"unknown setting; there are {' '.join(CHECKS)}")
        if value is None and key in MAY_BE_NULL:
            continue
        if key == "log" and value is False:
            value = "off"  # which YAML takes for false
        passes, expected = CHECKS[key]
        if not passes(value):
            raise Problem(file, line, key, f"must be {expected}")
        values[key] = value.lower() if key == "webmail_host" else value
    return values


def load(sources: Sources, places: Places) -> Settings:
    """The settings that the file makes; the defaults if there is none. Raises Problem."""
    chosen = Settings(parse(sources.settings.text, sources.settings.file) if sources.settings else None)
    if chosen.uapi != Settings.uapi and not everybody_runs(places.below_root(chosen.uapi)):
        raise wrong(sources, "uapi", f"{chosen.uapi} is not a program that every account can run")
    return chosen


def everybody_runs(program: str) -> bool:
    """As far as this process can tell: an account asks for itself, root, who may run everything, for the others."""
    mine = os.path.isfile(program) and os.access(program, os.X_OK)
    return mine and (os.geteuid() != 0 or bool(os.stat(program).st_mode & stat.S_IXOTH))


def wrong(sources: Sources, key: str, problem: str) -> Problem:
    """What is only found wrong after parsing, with the line where the file sets `key`."""
    assert sources.settings
    lines = (line for name, _, line in flat.entries(sources.settings.text, sources.settings.file) if name == key)
    return Problem(sources.settings.file, next(lines, None), key, problem)
