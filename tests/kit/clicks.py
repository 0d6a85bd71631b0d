"""What the panel gives to a click, what `uapi` answers, and what comes of it."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from email.message import Message

import pytest

from tests.cpanel import Answer, Page
from tests.cpanel.live import take_apart
from tests.kit.account import ACCOUNT

TOKEN = "/cpsess1234567890"
ANSWER = {
    "apiversion": 3,
    "func": "create_webmail_session_for_self",
    "module": "Session",
    "result": {
        "data": {
            "token": "/cpsess2462418786",
            "session": "user:D7NiAZv1nf4bXeg9:CREATE_WEBMAIL_SESSION_FOR_SELF,728fb86a7df1cf20690c65f349ac3137",
            "hostname": None,
        },
        "errors": None,
        "messages": None,
        "status": 1,
        "warnings": None,
    },
}
SESSION: str = ANSWER["result"]["data"]["session"]  # type: ignore[index]
FIELD = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "]+)(?: |$)')
#: What cpsrvd sets too; the browser takes both.
ADDED_TO = ("cache-control", "x-content-type-options")


def cgi_environ(**changed: str | None) -> dict[str, str]:
    """What the panel gives to a live script (cpanel-facts.md §3); None leaves a variable out."""
    environ = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "HTTPS": "on",
        "REMOTE_ADDR": "192.0.2.7",
        "REMOTE_USER": ACCOUNT.pw_name,
        "HTTP_HOST": "host.example.com",
        "SERVER_NAME": "server.example.com",
        "SERVER_PORT": "2083",
        "cp_security_token": TOKEN,
        **changed,
    }
    return {name: value for name, value in environ.items() if value is not None}


@dataclass(frozen=True)
class Clicked:
    """What came of a click, whichever way it was made; ``status`` is 0 where nothing came.

    A bare process gives ``exit`` and ``output``. ``log`` is all that it wrote to standard error, or that came into the
    panel's error log meanwhile.
    """

    status: int
    headers: Message = field(repr=False)
    body: str = field(repr=False)
    log: str
    output: bytes = field(default=b"", repr=False)
    exit: int = 0
    seconds: float = 0.0

    @property
    def page(self) -> Page:
        return Page(self.body)

    @property
    def outcome(self) -> str | None:
        return self.page.first("html").get("data-outcome")

    @property
    def logged(self) -> list[str]:
        """The plugin's own lines of the log."""
        return [line for line in self.log.splitlines() if "webmail-signin: " in line]


def ended(ran: subprocess.CompletedProcess[bytes], seconds: float = 0.0) -> Clicked:
    """A click that was made as a bare process; what it printed must be what cpsrvd takes."""
    status, headers, body = 0, Message(), b""
    if ran.stdout:
        script = take_apart(ran.stdout, lambda text: pytest.fail(text))
        status, body = script.status, script.body
        for name, value in script.headers:
            headers[name] = value
    log = ran.stderr.decode(errors="replace")
    return Clicked(status, headers, body.decode(), log, ran.stdout, ran.returncode, seconds)


def answered(answer: Answer, log: str) -> Clicked:
    """A click that was made over HTTPS. Where cpsrvd has added a header of its own to ours, ours is meant."""
    headers = Message()
    for name, value in answer.headers.items():
        headers[name] = value.split(", ")[0] if name in ADDED_TO else value
    return Clicked(answer.status, headers, answer.text, log)


def fields(line: str) -> dict[str, str]:
    """A log line, taken apart again."""
    assert FIELD.sub("", line) == "", line
    return {name: json.loads(value) if value.startswith('"') else value for name, value in FIELD.findall(line)}
