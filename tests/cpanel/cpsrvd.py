"""cpsrvd on 2083: logins, the security token, the Tools page, plain files and live scripts (cpanel-facts.md §1)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote_to_bytes

from aiohttp import web
from multidict import CIMultiDict

from . import pages
from .accounts import PASSWORD, Login
from .live import LIVE, NOT_CONNECTED, Place, Refused, Runner, check_file, environment, stamp, take_apart
from .programs import panel
from .root import Root

OWN_HEADERS = (
    ("Server", "cpsrvd"),
    ("Cache-Control", "no-cache, no-store, must-revalidate, private"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-Content-Type-Options", "nosniff"),
)
TOKEN = re.compile(r"(/cpsess\d{10})(/.*)")
#: The title of the page that comes first where a switch wants it.
WELCOME = "Welcome to your new server"
INVALID = "The login is invalid."
EXPIRED = "Your session has expired. Please log in again."
ADDRESS_CHANGED = "Your IP address has changed. Please log in again."
#: Requests for these are cpsrvd's own business and no header of the script (or no safe one).
NOT_PASSED_ON = {"authorization", "content-length", "content-type", "proxy", "connection", "transfer-encoding"}


@dataclass(frozen=True)
class PanelSession:
    """Somebody who is logged in to one of the services."""

    token: str
    login: Login
    remote_address: str
    locale: str
    shown: str  # what logs call it by


@dataclass(frozen=True)
class Visit:
    """A request as the panel sees it."""

    request: web.Request
    place: Place
    path: str  # raw, without the query
    query: str
    remote_address: str
    host: str | None  # its port is already stripped, as in HTTP_HOST

    @classmethod
    def of(cls, request: web.Request, place: Place) -> Visit:
        """From what came over the wire."""
        path, _, query = request.raw_path.partition("?")
        peer = request.transport.get_extra_info("peername") if request.transport else None
        host = request.headers.get("Host")
        stripped = re.sub(r":\d+$", "", host) if host else None
        return cls(request, place, path, query, peer[0] if peer else "", stripped)


class Cpsrvd:
    """The service; `Webmail` is the same program on other ports."""

    service = "cpanel"
    name = "cPanel"
    daemon = "cpaneld"
    cookie = "cpsession"
    slow_switch = "cpsrvd"

    def __init__(self, root: Root, runner: Runner) -> None:
        self.root = root
        self.runner = runner
        self.sessions: dict[str, PanelSession] = {}

    def complain(self, text: str) -> None:
        """A line in the error log."""
        with self.root.error_log.open("a", encoding="utf-8") as log:
            log.write(f"{stamp()} {self.service}: {text}\n")

    async def answer(self, request: web.Request, place: Place) -> web.Response:
        """Answer one request, with the panel's own headers added to whatever there is."""
        visit = Visit.of(request, place)
        seconds = self.root.switches(self.slow_switch).get("slow")
        if seconds:
            await asyncio.sleep(float(seconds))
        response = await self._answer(visit)
        for name, value in OWN_HEADERS:
            response.headers.add(name, value)
        with (self.root.cpanel / "logs/access_log").open("a", encoding="utf-8", errors="replace") as log:
            shown = visit.path if "session=" in visit.query else request.raw_path
            log.write(f'{visit.remote_address} "{request.method} {shown}" {response.status}\n')
        return response

    async def _answer(self, visit: Visit) -> web.Response:
        if visit.path in ("/", "/login", "/login/", "/logout", "/logout/"):
            if visit.request.method == "POST" and visit.path == "/login/":
                return await self.log_in(visit)
            return html(200, pages.login(self.name))
        match = TOKEN.fullmatch(visit.path)
        if match and match.group(2) in ("/login", "/login/") and "session" in parse_qs(visit.query):
            return self.user_session(visit, match.group(1))
        key = visit.request.cookies.get(self.cookie, "")
        session = self.sessions.get(key)
        if session is None:
            return html(401, pages.login(self.name, "You must log in first."))
        if not match or match.group(1) != session.token:
            self.complain(f"wrong or missing security token, user {session.login.user}")
            return html(403, pages.message("Invalid security token", "The security token is missing or wrong."))
        if session.remote_address != visit.remote_address:
            return html(401, pages.login(self.name, ADDRESS_CHANGED))
        if match.group(2) in ("/logout", "/logout/"):
            del self.sessions[key]
            panel.log_session(str(self.root.path), f"PURGE {session.login.user}:{session.shown} logout")
            return html(200, pages.login(self.name, "You have logged out."))
        if "welcome-first" in self.root.switches("cpsrvd"):
            return html(200, pages.message(WELCOME, "Read this before you go on."))
        return await self.page(visit, session, match.group(2))

    def user_session(self, visit: Visit, token: str) -> web.Response:
        """`TOKEN/login/?session=`, made by `create_user_session`. Refused, it is the login page with the status 200."""
        on = self.root.switches("cpsrvd")
        sent = parse_qs(visit.query)["session"][0]
        waiting = self.root.spool("user_sessions") / hashlib.sha256(sent.encode()).hexdigest()
        content = json.loads(waiting.read_text(encoding="utf-8")) if waiting.exists() else {}
        right = (content.get("token"), content.get("service")) == (token, self.daemon)
        login = self.root.login(content["user"]) if right else None
        if login is None or "session-refused" in on or visit.request.method != "GET":
            return html(200, pages.login(self.name, EXPIRED))
        waiting.unlink()
        response = self.let_in(visit, login, content["locale"], token)
        response.set_status(200 if "login-as-page" in on else 307)
        return response

    async def log_in(self, visit: Visit) -> web.Response:
        """`POST /login/` with user and pass."""
        fields = parse_qs((await visit.request.read()).decode("latin-1"), keep_blank_values=True)
        login = self.root.login(fields.get("user", [""])[0])
        right = secrets.compare_digest(fields.get("pass", [""])[0], PASSWORD)
        if not login or not right or login.service not in (self.service, "cpanel"):
            return html(401, pages.login(self.name, INVALID))
        return self.let_in(visit, login, login.account.locale)

    def let_in(
        self, visit: Visit, login: Login, locale: str, token: str | None = None, goto: str | None = None
    ) -> web.Response:
        """Begin a session: cookie, and a redirect to the first page below its token, or to the path `goto`."""
        token = token or f"/cpsess{secrets.randbelow(10**10):010}"
        key = f"{login.user}:{secrets.token_hex(16)}"
        shown = hashlib.sha256(key.encode()).hexdigest()[:16]
        session = PanelSession(token, login, visit.remote_address, locale, shown)
        self.sessions[key] = session
        panel.log_session(str(self.root.path), f"NEW {login.user}:{session.shown} service={self.service},method=login")
        response = html(303, pages.message("Welcome", "You are being sent on."))
        response.headers["Location"] = token + (goto or self.first_page(login))
        secure = "; Secure" if visit.place.https else ""
        response.headers["Set-Cookie"] = f"{self.cookie}={key}; HttpOnly; Path=/{secure}"
        return response

    def first_page(self, login: Login) -> str:
        """Where a login leads."""
        return f"/frontend/{self.root.themes[0]}/index.html"

    async def page(self, visit: Visit, session: PanelSession, path: str) -> web.Response:
        """A page of somebody who is logged in; `path` is raw and without the token."""
        plain = unquote_to_bytes(path).decode("utf-8", "replace")
        parts = plain.split("/")
        if parts[:2] != ["", "frontend"] or {"", ".", ".."} & set(parts[1:]) or re.search(r"[\0\\]", plain):
            return html(404, pages.message("Not found", "There is no such page."))
        if len(parts) == 4 and parts[3] == "index.html" and parts[2] in self.root.themes:
            query = parse_qs(visit.query).get("q", [""])[0]
            return html(200, self.tools(session.login, parts[2], query))
        file = self.root.cpanel / "base" / plain.lstrip("/")
        if not file.is_file():
            return html(404, pages.message("Not found", "There is no such page."))
        if LIVE.search(file.name):
            return await self.live(visit, session, file)
        return plain_file(file)

    def tools(self, login: Login, theme: str, query: str) -> str:
        """The Tools page, drawn from the dynamicui files; only tools whose feature is on."""
        folder = self.root.cpanel / "base/frontend" / theme
        root, user = str(self.root.path), panel.account(str(self.root.path), login.account.name)
        assert user is not None
        items = []
        for file in sorted((folder / "dynamicui").glob("dynamicui*.conf")):
            for line in file.read_text(encoding="utf-8").splitlines():
                item = dict(part.split("=>", 1) for part in line.split(","))
                icons = sorted((folder / "assets/application_icons").glob(f"{item['file']}.*"))
                item["icon"] = f"assets/application_icons/{icons[0].name}" if icons else "data:,"
                searched = f"{item['itemdesc']} {item['searchtext']} {item['group']}".lower()
                on = not item["feature"] or panel.feature(root, user, item["feature"]) == 1
                if on and query.lower() in searched:
                    items.append(item)
        items.sort(key=lambda item: int(item["itemorder"]))
        groups = {group: [item for item in items if item["group"] == group] for group in panel.GROUPS}
        return pages.tools(login.user, {name: found for name, found in groups.items() if found}, query)

    async def live(self, visit: Visit, session: PanelSession, file: Path) -> web.Response:
        """Run a live script and pass its answer on."""
        try:
            check_file(self.root, file)
        except Refused as refusal:
            self.complain(f"live script refused: {refusal}")
            return html(403, pages.message("Forbidden", "The panel does not run this file."))
        account = session.login.account
        body = await visit.request.read()
        environ = environment(
            self.root, session.login, visit.place, session.token, self._request_variables(visit, len(body))
        )
        try:
            with self.root.error_log.open("ab") as stderr:
                finished = await self.runner.run(account, environ, file, body, stderr)
            script = take_apart(finished.stdout, self.complain)
        except (Refused, OSError, ValueError, asyncio.TimeoutError) as error:
            self.complain(f"live script {file.name} failed: {error or type(error).__name__}")
            return html(500, pages.message("Internal Error", "500 Internal Error"))
        if finished.returncode != 0:
            self.complain(f"live script {file.name} ended with {finished.returncode}")
        shown = script.body
        if not finished.connected:
            self.complain(f"{NOT_CONNECTED} (error 10)")
            shown += NOT_CONNECTED.encode()
        headers = CIMultiDict(script.headers)
        return web.Response(status=script.status, reason=script.reason, headers=headers, body=shown)

    def _request_variables(self, visit: Visit, length: int) -> dict[str, str]:
        request = visit.request
        version = request.version
        found: dict[str, str] = {
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": visit.query,
            "REQUEST_URI": request.raw_path,
            "SCRIPT_NAME": visit.path,
            "SERVER_PROTOCOL": f"HTTP/{version.major}.{version.minor}",
            "REMOTE_ADDR": visit.remote_address,
        }
        for name, value in request.headers.items():
            if name.lower() not in NOT_PASSED_ON and "_" not in name:
                key = "HTTP_" + name.upper().replace("-", "_")
                joint = "; " if key == "HTTP_COOKIE" else ", "
                found[key] = found[key] + joint + value if key in found else value
        if visit.host is not None:
            found["HTTP_HOST"] = visit.host
        if length:
            found["CONTENT_LENGTH"] = str(length)
            found["CONTENT_TYPE"] = request.headers.get("Content-Type", "")
        return found


def html(status: int, text: str) -> web.Response:
    """A page of the panel itself."""
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


def plain_file(file: Path) -> web.Response:
    """A file as it is; a `.cgi` that is no live file is offered for download."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = web.Response(body=file.read_bytes(), content_type=kind)
    if file.suffix == ".cgi":
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response
