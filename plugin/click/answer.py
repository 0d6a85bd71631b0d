"""The envelope of every UAPI answer, by LiveAPI and from the command line (cpanel-facts.md §2 and §6)."""

from __future__ import annotations

# What json itself reads with. The package around it would keep every click waiting for 1 to 9 ms.
from _json import make_scanner

from plugin.click import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_REASONS = 5
MAX_REASON = 300


class Syntax:
    """JSON as json.loads takes it, but for NaN and Infinity, which become None."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = staticmethod(lambda name: None)
    memo: dict[str, str] = {}  # noqa: RUF012 (the scanner's own)


scan = make_scanner(Syntax)  # type: ignore[arg-type]


def loads(text: str) -> Any:
    """The value of a JSON text; raises ValueError or RecursionError."""
    text = text.strip(" \t\r\n")
    try:
        value, end = scan(text, 0)
    except (StopIteration, SystemError):  # the latter where the error's class, in json, is not loaded
        raise ValueError("not JSON") from None
    if end != len(text):
        raise ValueError("more than one JSON value")
    return value


def data(output: bytes) -> Any:
    """`result.data` of anything that ``uapi --output=json`` printed; raises UapiUnreadable or UapiRefused."""
    try:
        answer = loads(output.decode())
    except (ValueError, RecursionError):
        # Not "from" the cause: a JSONDecodeError carries the whole text.
        raise errors.UapiUnreadable(f"{len(output)} bytes that are not JSON") from None
    return checked(answer.get("result") if isinstance(answer, dict) else None)


def checked(result: Any) -> Any:
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
    given = messages if isinstance(messages, list) else [messages]
    texts = [text for text in given if isinstance(text, str) and text]
    shown = [text if len(text) <= MAX_REASON else f"{text[: MAX_REASON - 1]}…" for text in texts[:MAX_REASONS]]
    return tuple(shown if len(texts) <= MAX_REASONS else [*shown, "…"])
