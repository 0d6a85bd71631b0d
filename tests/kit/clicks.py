"""What the panel gives to a click, what `uapi` answers, and what comes of it."""

from __future__ import annotations

import subprocess

from tests.cpanel import Page
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


class Answer:
    """A response to a click. ``values`` are the page's attributes and text as a browser reads them."""

    def __init__(self, ran: subprocess.CompletedProcess[bytes]) -> None:
        self.exit = ran.returncode
        self.log = ran.stderr.decode()
        self.output = ran.stdout
        head, _, body = ran.stdout.partition(b"\n\n")
        self.headers = [line.partition(": ")[::2] for line in head.decode().split("\n")]
        self.status = dict(self.headers).get("Status", "")
        self.page = Page(body.decode())
        self.outcome = self.page.first("html").get("data-outcome")
