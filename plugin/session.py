"""What `uapi` printed, every field checked (cpanel-facts.md §6)."""

from __future__ import annotations

import json
import re

from plugin import errors, host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_SESSION = 1024
MAX_REASONS = 5
MAX_REASON = 300


class WebmailSession:
    """``token`` and ``session`` sign a person in: neither stands in the `repr`."""

    __slots__ = ("hostname", "session", "token")

    def __init__(self, token: str, session: str, hostname: str | None) -> None:
        self.token = token
        self.session = session
        self.hostname = hostname

    def __repr__(self) -> str:
        return f"<WebmailSession hostname={self.hostname!r}>"


def parse(output: bytes) -> WebmailSession:
    """The answer of `create_webmail_session_for_self`.

    Raises UapiUnreadable, UapiRefused or BadAnswer. No error quotes what was read, as it may hold a session.
    """
    data = result_data(output)
    if not isinstance(data, dict):
        raise errors.UapiUnreadable("the answer's data is not an object")
    token, session, hostname = data.get("token"), data.get("session"), data.get("hostname")
    if not isinstance(token, str) or not re.fullmatch("/cpsess[0-9]{1,64}", token):
        raise errors.BadAnswer("token is not /cpsess and digits")
    if not isinstance(session, str) or not 0 < len(session) <= MAX_SESSION or not session.isprintable():
        raise errors.BadAnswer(f"session is empty, over {MAX_SESSION} characters or has a control character")
    if hostname is not None:
        hostname = host.checked(hostname) if isinstance(hostname, str) else None
        if hostname is None:
            raise errors.BadAnswer("hostname is not a host name")
    return WebmailSession(token, session, hostname)


def result_data(output: bytes) -> Any:
    """`result.data` of anything that ``uapi --output=json`` printed; raises UapiUnreadable or UapiRefused."""
    try:
        answer = json.loads(output.decode())
    except (ValueError, RecursionError):
        # Not "from" the cause: a JSONDecodeError carries the whole text.
        raise errors.UapiUnreadable(f"{len(output)} bytes that are not JSON") from None
    return checked_data(answer.get("result") if isinstance(answer, dict) else None)


def checked_data(result: Any) -> Any:
    """The `data` of a UAPI result; raises UapiUnreadable or UapiRefused."""
    status = flag(result.get("status")) if isinstance(result, dict) else None
    if status is None:
        raise errors.UapiUnreadable("not a UAPI result")
    if not status:
        reasons = panel_messages(result.get("errors"))
        raise errors.UapiRefused("; ".join(reasons) or "no reason given", reasons)
    return result.get("data")


def flag(value: Any) -> bool | None:
    """Perl's 0 and 1, as number or text, as False and True; anything else is unknown."""
    return {"0": False, "1": True}.get(str(value)) if isinstance(value, (int, str)) else None


def panel_messages(messages: Any) -> tuple[str, ...]:
    texts = messages if isinstance(messages, list) else [messages]
    return tuple(text[:MAX_REASON] for text in texts if isinstance(text, str) and text)[:MAX_REASONS]
