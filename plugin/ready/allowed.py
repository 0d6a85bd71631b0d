"""What each setting of `config.yaml` may be (design §5). Pure."""

from __future__ import annotations

import re

from plugin.click import host
from plugin.ready import colours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

GROUPS = ("email", "files", "databases", "domains", "metrics", "security", "software", "advanced", "preferences")
LOGS = ("syslog", "stderr", "off")
MAILBOXES = ("own", "choose")
MAY_BE_NULL = ("locale", "icon", "support", "brand", "logo", "open")
LOCALE = "[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15}){0,3}"
ADDRESS = re.compile(r'https://[^\s<>"]+|mailto:[^\s<>"@]+@[^\s<>"@]+')
LIKE_AN_ADDRESS = re.compile(r"(https?:|mailto:).*|[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
OPEN = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@?%-]|/(?!/))*")
PICTURE = "the absolute path of an .svg or .png file"
SECONDS = "a number of seconds from 1 to 120"


def is_line(value: Any, longest: int = 300) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable() and len(value) <= longest


def is_path(value: Any) -> bool:
    return is_line(value) and value.startswith("/") and ".." not in value.split("/")


def is_picture(value: Any) -> bool:
    return is_path(value) and value.endswith((".svg", ".png"))


def is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_seconds(value: Any) -> bool:
    return (isinstance(value, float) and 1 <= value <= 120) or is_whole(value, 1, 120)


def is_host(value: Any) -> bool:
    return isinstance(value, str) and host.checked(value) is not None


def is_support(value: Any) -> bool:
    if not is_line(value) or len(value.encode()) > 600:  # a page has at most 8 KB
        return False
    return ADDRESS.fullmatch(value) is not None or not LIKE_AN_ADDRESS.fullmatch(value)


def is_open(value: Any) -> bool:
    """A path on Webmail and nothing that a browser could read as another host."""
    return is_line(value, 100) and not value.startswith("//") and OPEN.fullmatch(value) is not None


def written_as(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def one_of(words: tuple[str, ...]) -> tuple[Callable[[Any], bool], str]:
    return lambda value: isinstance(value, str) and value in words, f"one of {', '.join(words)}"


# For each key: what a value must pass, and what is said of one that does not.
SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "uapi": (is_path, "an absolute path"),
    "timeout": (is_seconds, SECONDS),
    "webmail_host": (is_host, "auto or a host name, without port"),
    "webmail_port": (lambda value: is_whole(value, 1, 65535), "a port from 1 to 65535"),
    "locale": (written_as(LOCALE), "a locale tag of cPanel's, such as en or pt_br"),
    "label": (
        lambda value: is_line(value, 64) and not set(value) & set(",'}"),
        "one line of up to 64 characters; cPanel cannot hold a comma, an apostrophe or }",
    ),
    "group": one_of(GROUPS),
    "order": (lambda value: is_whole(value, 0, 100_000), "a whole number from 0 to 100000"),
    "icon": (is_picture, PICTURE),
    "new_tab": (lambda value: isinstance(value, bool), "true or false"),
    "slow_after": (is_seconds, SECONDS),
    "support": (
        is_support,
        "a sentence, an https:// address or a mailto: address, on one line of up to 600 bytes and 300 letters",
    ),
    "log": one_of(LOGS),
    "brand": (lambda value: is_line(value, 40), "a name of up to 40 characters"),
    "logo": (is_picture, PICTURE),
    "colour": (written_as(colours.HEX.pattern), 'a colour in quotes, such as "#0a5fb4"'),
    "mailbox": one_of(MAILBOXES),
    "open": (
        is_open,
        "a path on Webmail of up to 100 letters, such as /3rdparty/roundcube/index.php: one / at the start, never two",
    ),
}
