"""A click as `app` tells it, on a staged tree, with nothing of the process around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plugin.click import app, request
from plugin.click.page import Response
from plugin.click.settings import Settings
from tests.cpanel import Page
from tests.kit.account import ACCOUNT
from tests.kit.clicks import ANSWER, cgi_environ
from tests.kit.programs import answering, printing, runner
from tests.kit.servers import Server


class Site:
    """A staged tree whose `uapi` keeps its command lines."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.calls_file = folder / "free/calls"
        self.answer()

    def answer(self, call: object = ANSWER, feature: object = 1, locale: object = None, before: str = "") -> None:
        """What `uapi` prints for each of its functions; text as it is, anything else as JSON."""
        said = {
            "*has_feature*": {"result": {"status": 1, "data": feature}},
            "*get_attributes*": {"result": {"status": 1, "data": {"locale": locale}}},
            "*": call,
        }
        commands = {pattern: f"{before}\n{printing(answer)}" for pattern, answer in said.items()}
        self.server.program(f'echo "$@" >> {self.calls_file}\n{answering(commands)}')

    def click(
        self, environ: dict[str, str] | None = None, node_name: str = "node.example.com", **settings: Any
    ) -> tuple[dict[str, Any], Page]:
        """The record of a click, and its page."""
        record, response = self.respond(environ, node_name, **settings)
        return record, Page(response.body)

    def respond(
        self, environ: dict[str, str] | None = None, node_name: str = "node.example.com", **settings: Any
    ) -> tuple[dict[str, Any], Response]:
        click = request.Click(
            cgi_environ(**environ or {}),
            ACCOUNT.pw_uid,
            ACCOUNT.pw_name,
            node_name,
            str(self.server.release),
            Settings(settings),
            "jupiter",
            "0" * 32,
            "cafe0123",
        )
        record: dict[str, Any] = {}
        return record, app.respond(click, runner(self.server.uapi), record)

    def outcome(self, environ: dict[str, str] | None = None, **settings: Any) -> object:
        record, page = self.click(environ, **settings)
        assert page.first("html")["data-outcome"] == record["outcome"]
        return record["outcome"]

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []

    @property
    def sessions(self) -> list[str]:
        """The calls that have made a session."""
        return [call for call in self.calls if "create_webmail_session" in call]
