"""`config.yaml`: a pure, strict parser, and the choice between the compiled settings and an edited file."""

from __future__ import annotations

import json
import os
import re

from plugin import errors, host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from plugin.places import Places

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
LOGS = ("syslog", "stderr", "off")
LOCALE = "[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15}){0,3}"
ADDRESS = r"(https://|mailto:)\S+"
SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:\S"


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


def is_line(value: Any, longest: int = 300) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= longest


def is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_seconds(value: Any) -> bool:
    return (isinstance(value, float) and 1 <= value <= 120) or is_whole(value, 1, 120)


def is_support(value: Any) -> bool:
    return is_line(value) and (re.fullmatch(ADDRESS, value) is not None or not re.match(SCHEME, value))


# For each key: what a value must pass, and what is said of one that does not.
CHECKS: dict[str, tuple[Callable[[Any], object], str]] = {
    "uapi": (lambda value: is_line(value) and value.startswith("/"), "an absolute path"),
    "timeout": (is_seconds, "a number of seconds from 1 to 120"),
    "webmail_host": (
        lambda value: isinstance(value, str) and host.checked(value),
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
        lambda value: is_line(value) and value.startswith("/") and value.endswith((".svg", ".png")),
        "the absolute path of an .svg or .png file",
    ),
    "new_tab": (lambda value: isinstance(value, bool), "true or false"),
    "slow_after": (is_seconds, "a number of seconds from 1 to 120"),
    "support": (is_support, "a sentence, an https:// address or a mailto: address, on one line"),
    "log": (lambda value: value in LOGS, f"one of {' '.join(LOGS)}"),
}


def parse(text: str, file: str) -> Settings:
    """The settings in the YAML `text`; raises ContentError for the first thing that is wrong, `file` being its name."""
    from plugin import content  # YAML is slow to load, and a click rarely needs it

    values = {}
    for key, value, line in content.entries(text, file):
        if key not in CHECKS:
            raise errors.ContentError(file, line, key, f"unknown setting; there are {' '.join(CHECKS)}")
        if value is None and getattr(Settings, key) is None:
            continue
        passes, expected = CHECKS[key]
        if not passes(value):
            raise errors.ContentError(file, line, key, f"must be {expected}")
        values[key] = value.lower() if key == "webmail_host" else value
    return Settings(values)


def read(file: str) -> Settings:
    """The settings of `file`; the defaults if there is no such file. Raises ContentError."""
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            raise errors.ContentError(file, None, None, "cannot be read: it is not a file")
        with open(file, encoding="utf-8") as stream:
            return parse(stream.read(), file)
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError:
        raise errors.ContentError(file, None, None, "is not UTF-8 text") from None
    except OSError as error:
        raise errors.ContentError(file, None, None, f"cannot be read: {error.strerror}") from None


def stamp(file: str) -> list[int] | None:
    """What tells an edited file from the one that was compiled: time and size; None if there is no file."""
    try:
        seen = os.stat(file)
    except OSError:
        return None
    return [seen.st_mtime_ns, seen.st_size]


def compiled(settings: Settings, source: list[int] | None) -> str:
    return json.dumps({"source": source, "settings": settings.values()})


def load(places: Places) -> tuple[Settings, str]:
    """The settings in force, and what is wrong with an edited file, if anything.

    The compiled ones, unless the administrator has edited the file since; an edited file that does not hold leaves
    the last good settings in force.
    """
    try:
        with open(f"{places.compiled}/settings.json", encoding="utf-8") as stream:
            ready = json.load(stream)
        last_good, source = Settings(ready["settings"]), ready["source"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        last_good, source = Settings(), [0, 0]
    if stamp(places.config) == source:
        return last_good, ""
    try:
        return read(places.config), ""
    except errors.ContentError as problem:
        return last_good, str(problem)
