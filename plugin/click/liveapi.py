"""The LiveAPI socket that every live script must connect to (cpanel-facts.md §1 and §2)."""

from __future__ import annotations

import contextlib
import time

from plugin.click import answer, errors
from plugin.click.shortcuts import AF_UNIX, SOCK_STREAM, loads, socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

SILENCE = 2.0  # seconds that one answer may take
LIMIT = 256 * 1024  # bytes of one answer
LONG = {"Email": (5.0, 8 * 1024 * 1024)}  # seconds and bytes of a list, which may be of ten thousand mailboxes
BEGIN = b"<cpanelresult>"
END = b"</cpanelresult>"


class Unsaid(ValueError):
    """The panel answered, and said nothing."""


def ask(environ: Mapping[str, str], questions: Sequence[tuple[str, str, dict[str, str]]]) -> tuple[list[Any], str]:
    """The `data` of each UAPI question (module, function, arguments), None where the panel does not say, and what went
    wrong.

    Connecting alone already keeps the panel from appending a complaint to the page. Never raises: what is not
    answered here is asked in another way.
    """
    answers: list[Any] = [None] * len(questions)
    problem = ""
    path = environ.get("CPANEL_CONNECT_SOCKET") or environ.get("CPANEL_PHPCONNECT_SOCKET")
    if not path:
        return answers, "no LiveAPI socket"
    try:
        with contextlib.closing(socket(AF_UNIX, SOCK_STREAM)) as panel:
            panel.settimeout(SILENCE)
            panel.connect(path)
            exchange(panel, '<cpaneljson enable="1">')
            for number, question in enumerate(questions):
                frame = exchange(panel, action(*question), *LONG.get(question[0], ()))
                try:
                    answers[number] = answer.data_of(uapi_result(frame))
                except (ValueError, RecursionError, errors.SigninError) as error:
                    problem = problem or f"LiveAPI: {error if type(error) is Unsaid else type(error).__name__}"
            send(panel, '<cpanelxml shutdown="1" />')  # which may get no answer
    except (OSError, ValueError) as error:
        problem = problem or f"LiveAPI: {type(error).__name__}"
    return answers, problem


def action(module: str, function: str, arguments: dict[str, str]) -> str:
    """One call; module, function and arguments are our own words and need no escaping."""
    args = ",".join(f'"{name}":"{value}"' for name, value in arguments.items())
    call = f'"module":"{module}","reqtype":"exec","func":"{function}","apiversion":"uapi","args":{{{args}}}'
    return f"<cpanelaction>\n{{{call}}}\n</cpanelaction>"


def exchange(panel: socket, request: str, patience: float = SILENCE, limit: int = LIMIT) -> bytearray:
    """Send one request; what came before ``</cpanelresult>``."""
    deadline = time.monotonic() + patience
    send(panel, request)
    received = bytearray()
    end = -1
    while end < 0:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ValueError("too slow an answer")
        panel.settimeout(left)
        chunk = panel.recv(65536)
        received += chunk
        if not chunk or len(received) > limit:
            raise ValueError("no complete answer")
        end = received.find(END, max(0, len(received) - len(chunk) - len(END)))
    del received[end:]
    return received


def send(panel: socket, request: str) -> None:
    payload = request.encode()
    panel.sendall(b"%d\n%s" % (len(payload), payload))


def uapi_result(frame: bytes | bytearray) -> Any:
    """``cpanelresult.result`` of what came, or ``result`` where that outer key is missing; an XML line and an
    ``<error>`` may come before it. Raises ValueError."""
    text = str(memoryview(frame)[frame.rfind(BEGIN) + len(BEGIN) :] if BEGIN in frame else frame, "utf-8")
    if not text.strip():
        raise Unsaid("an empty result; the panel's error_log says why")
    found = loads(text)
    envelope = found.get("cpanelresult", found) if isinstance(found, dict) else None
    return envelope.get("result") if isinstance(envelope, dict) else None
