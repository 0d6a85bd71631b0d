"""The running stand-in: cpsrvd, webmail and the front, on loopback, in one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import resource
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import trustme
from aiohttp import web

from . import pages
from .accounts import Login
from .cpsrvd import Cpsrvd, html
from .live import Place, Runner, environment
from .liveapi import LiveapiCall
from .root import Created, Root
from .webmail import Webmail, WebmailPost

T = TypeVar("T")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOCALHOSTS = ("127.0.0.1", "::1")
NAMES = ("localhost", *LOCALHOSTS, "example.com", "*.example.com")
OPEN_FILES = 8192  # hundreds of clicks at once, a few files each
START_SECONDS = STOP_SECONDS = 30.0
BARE_SECONDS = 180.0
MAX_BODY = 4 * 1024 * 1024


class Cpanel:
    """`with Cpanel(root) as cp:` serves until the block ends.

    `ports` is "free" (any, so that tests may run beside each other) or "real" (2082, 2083 and 2096; OSError where
    they are taken). The services believe that they are on those and, through the front, on 443, whatever is real.
    """

    def __init__(self, root: Root, *, ports: str = "free") -> None:
        self.root = root
        self._fixed = {"real": (2083, 2096, 0, 2082), "free": (0, 0, 0, 0)}[ports]
        self._calls: list[LiveapiCall] = []

    def __enter__(self) -> Cpanel:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < OPEN_FILES <= hard or (soft < OPEN_FILES and hard == resource.RLIM_INFINITY):
            resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
        # Short, because a Unix socket's path has little room, and open, because accounts connect to what is in it.
        self._folder = Path(tempfile.mkdtemp(prefix="cpanel-"))
        self._folder.chmod(0o711)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_pem)
        (self.root.path / "etc/pki/tls/certs/ca-bundle.crt").write_bytes(authority.cert_pem.bytes())
        self._tls, self._other_name, self._own = (ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) for _ in range(3))
        authority.issue_cert(*NAMES).configure_cert(self._tls)
        authority.issue_cert("other.example.net").configure_cert(self._other_name)
        trustme.CA().issue_cert(*NAMES).configure_cert(self._own)
        self._tls.sni_callback = self._choose_certificate
        self._runner = Runner(self.root, self._folder, self._calls, self._complain)
        self._cpsrvd = Cpsrvd(self.root, self._runner)
        self._webmail = Webmail(self.root, self._runner)
        self._apps: list[web.AppRunner] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cpanel", daemon=True)
        self._thread.start()
        try:
            self._await(self._start(), START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._await(self._stop(), STOP_SECONDS)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_SECONDS)
            self._loop.close()
            shutil.rmtree(self._folder)

    # Addresses

    @property
    def ca_pem(self) -> Path:
        """The certificate of the authority that a client must trust."""
        return self._folder / "ca.pem"

    @property
    def url(self) -> str:
        """cPanel's address by host name; the same port answers on 127.0.0.1 and [::1]."""
        return f"https://localhost:{self.port}"

    @property
    def plain_url(self) -> str:
        """cPanel's address without TLS, which believes in port 2082."""
        return f"http://localhost:{self.plain_port}"

    @property
    def webmail_url(self) -> str:
        """Webmail's address by host name."""
        return f"https://localhost:{self.webmail_port}"

    @property
    def front_url(self) -> str:
        """cPanel's service subdomain; a browser reaches it by `chromium_rules`, `Visitor` by itself."""
        return "https://cpanel.example.com"

    @property
    def chromium_rules(self) -> str:
        """The value for Chromium's --host-resolver-rules: all of example.com is here, its port 443 is the front.

        localhost is 127.0.0.1 too: a visitor whose address is another for each name is refused by webmail.
        """
        services = ("cpanel.example.com", "webmail.example.com")
        front = ", ".join(f"MAP {name}:443 127.0.0.1:{self.front_port}" for name in services)
        return f"{front}, MAP *.example.com 127.0.0.1, MAP localhost 127.0.0.1"

    # What tests ask and tell

    def switch(self, area: str, name: str, value: Any = True) -> None:
        """Turn one misbehaviour on (README.md has the table)."""
        self.root.switch(area, name, value)
        self._await(self._follow_closed_switch(), START_SECONDS)

    def reset(self) -> None:
        """Turn every misbehaviour off."""
        self.root.reset()
        self._await(self._follow_closed_switch(), START_SECONDS)

    def sessions_created(self) -> list[Created]:
        """Every webmail session that was made, the oldest first."""
        return self.root.sessions_created()

    def webmail_posts(self) -> list[WebmailPost]:
        """All that came to webmail's `TOKEN/login`, in its order, accepted or not."""
        return list(self._webmail.posts)

    def logged_in(self) -> list[tuple[str, str]]:
        """(service, login) of every session that has begun and has not been logged out, and of every login that root
        has made and nobody used."""
        services = (self._cpsrvd, self._webmail)
        begun = [(each.service, found.login.user) for each in services for found in list(each.sessions.values())]
        made = self.root.spool("user_sessions").glob("[0-9a-f]*")
        return begun + [("unused", json.loads(file.read_text(encoding="utf-8"))["user"]) for file in made]

    def liveapi_calls(self) -> list[LiveapiCall]:
        """All that came over LiveAPI sockets, in its order."""
        return list(self._calls)

    def error_log(self) -> str:
        """logs/error_log: what live scripts wrote to stderr, and what the servers complain of."""
        return self.root.error_log.read_text(encoding="utf-8", errors="replace")

    def access_log(self) -> str:
        """logs/access_log: address, request line and status of every request."""
        return (self.root.cpanel / "logs/access_log").read_text(encoding="utf-8")

    def entry(self, theme: str = "jupiter") -> Path:
        """Where the plugin's live script is."""
        return self.root.cpanel / "base/frontend" / theme / "webmail_signin/index.live.cgi"

    def login(self, who: str) -> Login:
        """The login of an account, by its kind, or of a team user or mailbox, by its address."""
        account = self.root.accounts.get(who)
        found = self.root.login(account.name if account else who)
        assert found, f"nobody can log in as {who}"
        return found

    def environ(self, who: str, **overrides: str | None) -> dict[str, str]:
        """The environment that cpsrvd gives a live script (without the socket: `run_bare` adds it).

        An override of None takes a variable away.
        """
        token = f"/cpsess{secrets.randbelow(10**10):010}"
        address = f"{token}/frontend/jupiter/webmail_signin/index.live.cgi"
        request = {
            "REQUEST_URI": address,
            "SCRIPT_NAME": address,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT": "text/html",
            "HTTP_ACCEPT_LANGUAGE": "en",
            "HTTP_COOKIE": f"cpsession={who}:{secrets.token_hex(16)}",
            "HTTP_USER_AGENT": "stand-in",
        }
        environ = environment(self.root, self.login(who), Place(), token, request)
        environ.update({name: value for name, value in overrides.items() if value is not None})
        return {name: value for name, value in environ.items() if overrides.get(name, "") is not None}

    def run_bare(
        self, who: str, environ: dict[str, str], path: Path | None = None, body: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a live script as the account ("root": as this process) without HTTP, its LiveAPI socket answered."""
        account = None if who == "root" else self.login(who).account
        script = path or self.entry()
        finished = self._await(self._runner.run(account, environ, script, body), BARE_SECONDS)
        return subprocess.CompletedProcess([str(script)], finished.returncode, finished.stdout, finished.stderr)

    # The event loop's side

    def _await(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def _complain(self, text: str) -> None:
        self._cpsrvd.complain(text)

    def _choose_certificate(self, connection: ssl.SSLObject, name: str | None, usual: ssl.SSLContext) -> None:
        on = self.root.switches("certificate")
        if "other-name" in on:
            connection.context = self._other_name
        elif "untrusted" in on:
            connection.context = self._own

    async def _start(self) -> None:
        async def cpanel(request: web.Request) -> web.StreamResponse:
            return await self._cpsrvd.answer(request, Place(2083))

        async def plain(request: web.Request) -> web.StreamResponse:
            return await self._cpsrvd.answer(request, Place(2082, https=False))

        async def webmail(request: web.Request) -> web.StreamResponse:
            if "closed" in self.root.switches("webmail") and request.transport:
                request.transport.abort()  # a connection from before the port was closed
            return await self._webmail.answer(request, Place(2096))

        async def front(request: web.Request) -> web.StreamResponse:
            """Apache's 443: service subdomains lead to the services, by the name that was asked for."""
            service = request.headers.get("Host", "").split(":")[0].partition(".")[0]
            if service == "cpanel":
                return await self._cpsrvd.answer(request, Place(443, proxied=True))
            if service == "webmail":
                return await self._webmail.answer(request, Place(443, proxied=True))
            return html(404, pages.message("Not found", "No service has this name."))

        self.port = await self._serve(cpanel, self._fixed[0])
        self.webmail_port = await self._serve(webmail, self._fixed[1])
        self._webmail_app = self._apps[-1]
        self.front_port = await self._serve(front, self._fixed[2])
        self.plain_port = await self._serve(plain, self._fixed[3], tls=False)
        ports = {"cpanel": self.port, "webmail": self.webmail_port}
        self.root.spool("ports.json").write_text(json.dumps(ports), encoding="utf-8")

    async def _serve(self, answer: Answer, port: int, tls: bool = True) -> int:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{rest:.*}", answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        self._apps.append(runner)
        return await self._listen(runner, port, tls)

    async def _listen(self, runner: web.AppRunner, port: int, tls: bool = True) -> int:
        sockets = loopback(port)
        for each in sockets:
            await web.SockSite(runner, each, ssl_context=self._tls if tls else None, backlog=1024).start()
        found: int = sockets[0].getsockname()[1]
        return found

    async def _follow_closed_switch(self) -> None:
        """Only the port itself can say that nothing listens on it."""
        closed = "closed" in self.root.switches("webmail")
        if closed:
            for site in list(self._webmail_app.sites):
                await site.stop()
        elif not self._webmail_app.sites:
            await self._listen(self._webmail_app, self.webmail_port)

    async def _stop(self) -> None:
        await self._runner.close()
        for app in self._apps:
            await app.cleanup()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def loopback(port: int, attempts: int = 50) -> list[socket.socket]:
    """Sockets bound to one port (0: any that is free) of 127.0.0.1 and, where the machine has it, ::1."""
    for _ in range(attempts):
        sockets: list[socket.socket] = []
        try:
            for family, address in zip((socket.AF_INET, socket.AF_INET6), LOCALHOSTS):
                with contextlib.ExitStack() as undo:
                    each = undo.enter_context(socket.socket(family))
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    each.bind((address, sockets[0].getsockname()[1] if sockets else port))
                    undo.pop_all()
                    sockets.append(each)
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and sockets:
                return sockets  # no IPv6 here
            for each in sockets:
                each.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
            continue
        return sockets
    raise OSError(errno.EADDRINUSE, "no port is free on both loopback addresses")
