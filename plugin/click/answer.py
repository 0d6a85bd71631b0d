"""What the panel answers to a call of UAPI, by LiveAPI or the command, every field checked (cpanel-facts.md §6)."""

from __future__ import annotations

from plugin.click import errors, host
from plugin.click.shortcuts import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_REASONS = 5
MAX_REASON = 300  # characters
MAX_BYTES = 500  # of a reason on the page, which has at most 8 KB
MAX_SESSION = 1024  # likewise


class WebmailSession:
    """``token`` and ``session`` sign a person in: neither stands in the `repr`. ``hostname`` is that of a linked mail
    node, None where this server has the mail."""

    __slots__ = ("hostname", "session", "token")

    def __init__(self, token: str, session: str, hostname: str | None) -> None:
        self.token = token
        self.session = session
        self.hostname = hostname

    def __repr__(self) -> str:
        return f"<WebmailSession hostname={self.hostname!r}>"


def webmail_session(output: bytes) -> WebmailSession:
    """What the call that creates a session printed.

    Raises UapiUnreadable, UapiRefused or BadAnswer. No error quotes what was read, as it may hold a session.
    """
    fields = data(output)
    if not isinstance(fields, dict):
        raise errors.UapiUnreadable("the answer's data is not an object")
    token, session, hostname = fields.get("token"), fields.get("session"), fields.get("hostname")
    if not isinstance(token, str) or not is_token(token):
        raise errors.BadAnswer("token is not /cpsess and digits")
    if not isinstance(session, str) or not 0 < len(session) <= MAX_SESSION or any(map(is_control, session)):
        raise errors.BadAnswer(f"session is empty, over {MAX_SESSION} characters or has a control character")
    if hostname is not None:
        hostname = host.checked(hostname) if isinstance(hostname, str) and not hostname.startswith("[") else None
        if hostname is None:
            raise errors.BadAnswer("hostname is not a host name")
    return WebmailSession(token, session, hostname)


def is_token(text: str) -> bool:
    """Whether it is ``/cpsess`` and 1 to 64 digits: the panel's own token, and Webmail's."""
    head, digits = text[: len("/cpsess")], text[len("/cpsess") :]
    return head == "/cpsess" and digits.isascii() and digits.isdigit() and len(digits) <= 64


def is_control(character: str) -> bool:
    """Half a surrogate pair is one too: it would not reach Webmail as it came."""
    return character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"


def data(output: bytes) -> Any:
    """`result.data` of anything that ``uapi --output=json`` printed; raises UapiUnreadable or UapiRefused."""
    try:
        printed = loads(output.decode())
    except (ValueError, RecursionError):
        # Not "from" the cause: a JSONDecodeError carries the whole text.
        raise errors.UapiUnreadable(f"{len(output)} bytes that are not JSON") from None
    return data_of(printed.get("result") if isinstance(printed, dict) else None)


def data_of(result: Any) -> Any:
    """The `data` of a UAPI result; raises UapiUnreadable or UapiRefused."""
    status = flag(result.get("status")) if isinstance(result, dict) else None
    if status is None:
        raise errors.UapiUnreadable("not a UAPI result")
    if not status:
        reasons = messages(result.get("errors"))
        raise errors.UapiRefused("; ".join(reasons) or "no reason given", reasons)
    return result.get("data")


def flag(value: Any) -> bool | None:
    """Perl's 0 and 1, as number or text, as False and True; anything else is unknown."""
    return {"0": False, "1": True}.get(str(value)) if isinstance(value, (int, str)) else None


def messages(given: Any) -> tuple[str, ...]:
    """The panel's own words to a person, a few and not too long."""
    texts = [text for text in (given if isinstance(given, list) else [given]) if isinstance(text, str) and text]
    shown = [cut(text) for text in texts[:MAX_REASONS]]
    return tuple(shown if len(texts) <= MAX_REASONS else [*shown, "…"])


def cut(text: str) -> str:
    """A sign of HTML's is five bytes on a page."""
    kept = text[:MAX_REASON]
    while len(kept.encode(errors="replace")) + 4 * sum(map(kept.count, "&<>'\"")) > MAX_BYTES:
        kept = kept[:-1]
    return text if kept == text else f"{kept[:-1]}…"


def locale_of(data: Any) -> str | None:
    """The language in the data of `Locale get_attributes`."""
    locale = data.get("locale") if isinstance(data, dict) else None
    return locale if isinstance(locale, str) else None
