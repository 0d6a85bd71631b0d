"""A login that root makes for an account, by the documented `whmapi1 create_user_session` (cpanel-facts.md §9)."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

from plugin.admin import programs
from plugin.admin.server import can_run
from plugin.click import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.server import Server

LIMIT = 30.0  # seconds that whmapi1 may take
LONGEST = 200  # characters of what somebody says instead
URL = re.compile(
    r"https://(\[[0-9a-fA-F:.]+\]|[^/:\s]+)(?::([0-9]{1,5}))?((/cpsess[0-9]{1,64})/login/\?([!-~]{1,4000}))"
)


class NotMade(Exception):
    """Why there is no login, and what mends it or shows more; no part of a login is quoted."""

    def __init__(self, text: str, remedy: str = "", look: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy
        self.look = look


class Login:
    """Where a login is redeemed; ``path`` holds it, so no `repr` does. ``secrets`` must never be shown."""

    __slots__ = ("host", "path", "port", "secrets", "token")

    def __init__(self, host: str, port: int, path: str, token: str, secrets: list[str]) -> None:
        self.host = host
        self.port = port
        self.path = path
        self.token = token
        self.secrets = secrets

    def __repr__(self) -> str:
        return f"<Login at {self.host}:{self.port}>"


def make(server: Server, name: str) -> Login:
    """Raises NotMade, and Interrupted."""
    program = server.whmapi1
    look = f"{program} accountsummary user={name}"
    if not can_run(program):
        raise NotMade(f"{program} is missing or cannot be run", "/usr/local/cpanel/scripts/upcp --force")
    try:
        ended = programs.run(
            [program, "--output=json", "create_user_session", f"user={name}", "service=cpaneld"], LIMIT
        )
    except programs.Failed as problem:
        raise NotMade(str(problem), look=look) from None
    try:
        answer = json.loads(ended.output)
        metadata, data = answer["metadata"], answer.get("data")
        worked = int(metadata["result"]) == 1
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise NotMade(f"whmapi1 answered: {harmless(ended.said)}", look=look) from None
    if not worked:
        raise NotMade(f"whmapi1 refuses: {harmless(str(metadata.get('reason')))}", look=look)
    found = read(data.get("url")) if isinstance(data, dict) else None
    if found is None:
        raise NotMade("whmapi1 gave no https address that signs in", look=look)
    return found


def read(url: object) -> Login | None:
    """The address as it is documented, None if it is another."""
    parts = URL.fullmatch(url) if isinstance(url, str) else None
    name = host.checked(parts[1]) if parts else None
    if parts is None or name is None or not 0 < int(parts[2] or 443) < 65536:
        return None
    session = parse_qs(parts[5]).get("session", [""])[0]
    if not session:
        return None
    return Login(name, int(parts[2] or 443), parts[3], parts[4], [parts[4], parts[5], session])


def harmless(text: str) -> str:
    """A sentence to be quoted, or that it is not shown: what cannot be understood may hold a login."""
    if "cpsess" in text or "session" in text.lower():
        return "something that may hold a session, so it is not shown"
    return " ".join(text.split())[:LONGEST] or "nothing"
