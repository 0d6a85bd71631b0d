"""A visit to this server's services as one account: what is asked, who is logged in, and findings with their times."""

from __future__ import annotations

import time
from typing import NamedTuple

from plugin.admin import local, signals
from plugin.admin.browser import Answer, Browser, Unreachable, origin
from plugin.admin.findings import ADVICE, SERVER, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.server import Server

PATIENCE = 30.0  # seconds that one answer may take
LONGEST = 120.0  # seconds that all of it may take, without the logging out
PARTING = 5.0  # seconds that logging out may take, and that a signal waits for a login whose cookie is on its way
RESTART = "/usr/local/cpanel/scripts/restartsrv_cpsrvd"


class Ends(Exception):
    """The visit ends with this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


class Session(NamedTuple):
    """Somebody is logged in there; the token is nothing without the cookie, which the browser has."""

    service: str
    host: str
    port: int
    token: str

    def __repr__(self) -> str:
        return f"<Session of {self.service} at {self.host}:{self.port}>"


class Visit:
    """``secrets`` is what must not be shown of any page."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.browser = Browser(PATIENCE)
        self.sessions: list[Session] = []
        self.secrets: list[str] = []
        self.last = time.monotonic()
        self.deadline = self.last + LONGEST

    def went(
        self, step: str, text: str, kind: str = SERVER, *, ok: bool = True, remedy: str = "", look: str = ""
    ) -> Finding:
        """A finding, with the time since the one before."""
        before, self.last = self.last, time.monotonic()
        return Finding(ok, kind, f"account-{step}", f"{text} ({(self.last - before) * 1000:.0f} ms)", remedy, look)

    def fails(self, step: str, text: str, kind: str = SERVER, *, remedy: str = "", look: str = "") -> Ends:
        return Ends(self.went(step, text, kind, ok=False, remedy=remedy, look=look))

    def ask(
        self,
        step: str,
        host: str,
        port: int,
        path: str,
        form: dict[str, str] | None,
        come_from: str,
        *,
        logs_in: bool = False,
    ) -> Answer:
        """One request, to nobody but root's own program. Raises Ends, and Interrupted.

        A login that was asked for cannot be taken back, and without its answer not be logged out.
        """
        signals.ask()
        strangers = local.strangers(self.server, port)
        if strangers:
            text = f"port {port} is held by uid {min(strangers)}, not by root, so nothing was sent there"
            raise self.fails(step, text, look=f"ss -ltnp sport = :{port}")
        self.browser.patience = max(0.0, min(PATIENCE, self.deadline - time.monotonic()))
        self.browser.grace = PARTING if logs_in else 0.0
        try:
            answer = self.browser.open(host, port, path, form, come_from)
        except Unreachable as why:
            signals.ask()
            raise self.fails(step, str(why), remedy=RESTART) from None
        self.secrets += self.browser.cookies(host, port).values()
        return answer

    def took(self, session: Session, answer: Answer) -> bool:
        """Whether a login was taken. A cookie alone does not say so, but calls for logging out."""
        if not self.browser.cookies(session.host, session.port):
            return False
        self.sessions.append(session)
        return not answer.asks_for_a_login

    def log_out(self) -> list[Finding]:
        """End every session, the last one first; no signal stops that."""
        self.browser.patience = self.browser.grace = PARTING
        left = []
        for session in reversed(self.sessions):
            try:
                here = origin(session.host, session.port)
                self.browser.open(session.host, session.port, f"{session.token}/logout/", None, here)
            except Unreachable as why:
                left.append(f"{session.service}: {why}")
        services = " and ".join(session.service for session in self.sessions)
        if not services:
            return []
        if left:
            text = f"not logged out of {'; '.join(left)}: the login ends by itself after 15 idle minutes"
            return [self.went("logout", text, ADVICE, ok=False)]
        return [self.went("logout", f"logged out of {services}")]
