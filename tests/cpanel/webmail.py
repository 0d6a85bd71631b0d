"""Webmail on 2096 (cpanel-facts.md §7): each session once, for a few minutes, from the address it was made for."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import re
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from . import pages
from .accounts import Account, Login, mailbox_login
from .cpsrvd import ADDRESS_CHANGED, EXPIRED, INVALID, TOKEN, Cpsrvd, PanelSession, Visit, html
from .live import Runner
from .root import Root

LIFETIME = 300.0  # seconds until an unused session has died
HANG_SECONDS = 300.0
USED = "This session has been used already. Please log in again."
BAD_TOKEN = "Invalid security token."
NOT_POSTED = "A session must be sent by POST."
BAD_FORM = "The login needs the field “session”, may have “goto_uri”, and nothing else."
BAD_REFERER = "The request came from another page than it should."
FORM = "application/x-www-form-urlencoded"
#: The *Webmail* page, which a person meets who has not asked for the inbox, and where its checkbox is sent.
HOME = "/webmail/jupiter/index.html"
OPEN_INBOX = "/webmail/jupiter/open_inbox"
ROUNDCUBE = "/3rdparty/roundcube/index.php"
#: One slash, then a path of this server, perhaps with a query.
GOTO = re.compile(r"/(?!/)[!-\[\]-~]*")


@dataclass(frozen=True)
class WebmailPost:
    """What came to `TOKEN/login`; `refusal` is None where it signed in. `repr` does not show the session."""

    method: str
    path: str
    host: str
    remote_address: str
    referer: str | None
    origin: str | None
    refusal: str | None
    fields: dict[str, list[str]] = field(repr=False)


@dataclass(frozen=True)
class Redeemed:
    """A session that was good."""

    login: Login
    locale: str
    goto: str | None


class SessionRefused(Exception):
    """The text is what the person sees."""


class Webmail(Cpsrvd):
    """The service."""

    service = "webmail"
    name = "Webmail"
    daemon = "webmaild"
    cookie = "webmailsession"
    slow_switch = "webmail"

    def __init__(self, root: Root, runner: Runner) -> None:
        super().__init__(root, runner)
        self.posts: list[WebmailPost] = []
        self.open_inbox: set[str] = set()  # who has ticked "Open my inbox when I log in"

    def first_page(self, login: Login) -> str:
        """The *Webmail* page, or the inbox for those who want that."""
        return ROUNDCUBE if login.remote_user in self.open_inbox else HOME

    async def _answer(self, visit: Visit) -> web.Response:
        on = self.root.switches("webmail")
        if "hung" in on:
            await asyncio.sleep(HANG_SECONDS)
        match = TOKEN.fullmatch(visit.path)
        if match and match.group(2) == "/login":
            return await self._session_login(visit, match.group(1))
        return await super()._answer(visit)

    async def page(self, visit: Visit, session: PanelSession, path: str) -> web.Response:
        """The *Webmail* page, Roundcube, and what every port of cpsrvd serves."""
        who = session.login.remote_user
        if path == HOME:
            return html(200, pages.webmail(who, session.locale, ROUNDCUBE, OPEN_INBOX, who in self.open_inbox))
        if path in (ROUNDCUBE, ROUNDCUBE.rpartition("/")[0] + "/"):
            return html(200, pages.inbox(who, session.locale))
        if path == OPEN_INBOX and visit.request.method == "POST":
            wanted = b"open=1" in await visit.request.read()
            (self.open_inbox.add if wanted else self.open_inbox.discard)(who)
            response = html(303, pages.message("Kept", "Your choice is kept."))
            response.headers["Location"] = session.token + HOME
            return response
        return await super().page(visit, session, path)

    async def _session_login(self, visit: Visit, token: str) -> web.Response:
        """`POST TOKEN/login` with `session`, perhaps `goto_uri`: signed in, or the login page with the reason."""
        request = visit.request
        body = (await request.read()).decode("latin-1")
        fields = parse_qs(body if request.method == "POST" else visit.query, keep_blank_values=True)
        refusal = None
        try:
            redeemed = self._redeem(visit, token, fields)
        except SessionRefused as refused:
            refusal = str(refused)
            self.complain(f"session refused for {visit.remote_address}: {refusal}")
        self.posts.append(
            WebmailPost(
                request.method,
                visit.path,
                request.headers.get("Host", ""),
                visit.remote_address,
                request.headers.get("Referer"),
                request.headers.get("Origin"),
                refusal,
                fields,
            )
        )
        if refusal:
            status = 403 if refusal in (BAD_TOKEN, BAD_REFERER) else 401
            if "refuses-with-200" in self.root.switches("webmail"):
                status = 200
            return html(status, pages.login(self.name, refusal))
        if "no-content" in self.root.switches("webmail"):
            return web.Response(status=204)
        goto = None if "goto-ignored" in self.root.switches("webmail") else redeemed.goto
        return self.let_in(visit, redeemed.login, redeemed.locale, token, goto)

    def _redeem(self, visit: Visit, token: str, fields: dict[str, list[str]]) -> Redeemed:
        """Take the session out of the spool; SessionRefused with what the person must be told."""
        on = self.root.switches("webmail")
        if visit.request.method != "POST":
            raise SessionRefused(NOT_POSTED)
        once = all(len(values) == 1 for values in fields.values()) and not visit.query
        if visit.request.content_type != FORM or not once or not {"session"} <= set(fields) <= {"session", "goto_uri"}:
            raise SessionRefused(BAD_FORM)
        goto = fields["goto_uri"][0] if "goto_uri" in fields else None
        if goto is not None and not GOTO.fullmatch(goto):
            raise SessionRefused(BAD_FORM)
        self._check_referer(visit)
        digest = hashlib.sha256(fields["session"][0].encode("latin-1")).hexdigest()
        waiting, used = self.root.spool("sessions") / digest, self.root.spool("used") / digest
        if used.exists():
            raise SessionRefused(USED)
        if isinstance(on.get("refuse"), str):
            raise SessionRefused(on["refuse"])
        if not waiting.exists() or "refuse" in on:
            raise SessionRefused(EXPIRED)
        content, state = json.loads(waiting.read_text(encoding="utf-8")), waiting.stat()
        account = next((each for each in self.root.accounts.values() if each.name == content["account"]), None)
        too_old = time.time() - state.st_mtime > float(on.get("lifetime", LIFETIME))
        if account is None or state.st_uid != account.uid or too_old:
            raise SessionRefused(EXPIRED)
        if content["token"] != token:
            raise SessionRefused(BAD_TOKEN)
        if not self._same_address(visit.remote_address, content["remote_address"]):
            raise SessionRefused(ADDRESS_CHANGED)
        login = self._login(account, content["mailbox"])
        waiting.rename(used)
        return Redeemed(login, content["locale"], goto)

    def _login(self, account: Account, mailbox: str | None) -> Login:
        """Whom the session is for; a mailbox may have gone since it was made."""
        if mailbox is None:
            return Login(account.name, account, "webmail", account.name)
        if not self.root.login(mailbox):
            raise SessionRefused(INVALID)
        return mailbox_login(account, mailbox)

    def _same_address(self, visitor: str, meant: str) -> bool:
        on = self.root.switches("webmail")
        if "any-address" in on:
            return True
        if "loose-address" in on and "." in meant:
            return ipaddress.ip_address(visitor) in ipaddress.ip_network(f"{meant}/24", strict=False)
        return visitor == meant

    def _check_referer(self, visit: Visit) -> None:
        """The two Tweak Settings, off by default (cpanel-facts.md §7)."""
        on = self.root.switches("webmail")
        referer = visit.request.headers.get("Referer")
        if not referer:
            if "referrerblanksafety" in on:
                raise SessionRefused(BAD_REFERER)
        elif "referrersafety" in on:
            came_from, here = urlsplit(referer).hostname or "", (visit.host or "").strip("[]")
            if _without_service(came_from) != _without_service(here):
                raise SessionRefused(BAD_REFERER)


def _without_service(host: str) -> str:
    """`cpanel.REST` and `webmail.REST` are one place."""
    return re.sub(r"^(cpanel|webmail)\.", "", host.lower())
