"""A small browser for tests and the demo: cookies, certificates, and every name of example.com on loopback."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from .accounts import PASSWORD
from .html import Page
from .server import Cpanel

SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in lower case, a header that came twice is joined by a comma."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def page(self) -> Page:
        """The body as HTML."""
        return Page(self.text)

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return urljoin(self.url, self.headers["location"])


class Visitor:
    """Somebody with a browser; `source` is the loopback address that they come from (IPv4 only)."""

    def __init__(self, cp: Cpanel, source: str = "127.0.0.1") -> None:
        self.cp = cp
        self.source = source
        self.base = ""  # https://HOST:PORT/cpsess##########, once signed in
        self.user = ""
        self._cookies: dict[str, dict[str, str]] = {}
        self._tls = ssl.create_default_context(cafile=str(cp.ca_pem))

    def sign_in(self, who: str, origin: str | None = None) -> Answer:
        """Log in at cPanel (or at another `origin`, such as webmail's), and give the first page."""
        origin = origin or self.cp.url
        self.user = self.cp.login(who).user
        answer = self.post(f"{origin}/login/", {"user": self.user, "pass": PASSWORD})
        if answer.status == 303:
            match = re.match(r"https?://[^/]+/cpsess\d{10}", answer.location)
            assert match
            self.base = match.group()
            answer = self.get(answer.location)
        return answer

    def click(self, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        """Follow the plugin's icon."""
        return self.open(method, f"{self.base}/frontend/jupiter/webmail_signin/index.live.cgi", headers)

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        """GET, without following a redirect."""
        return self.open("GET", url, headers)

    def post(self, url: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        """POST a form, without following a redirect."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.open("POST", url, {**kind, **(headers or {})}, urlencode(fields).encode())

    def submit(self, page: Answer) -> Answer:
        """Post the form of a page, and follow the redirect that answers."""
        answer = self._send(page, {})
        return self.get(answer.location) if answer.status == 303 else answer

    def press(self, page: Answer, value: str) -> Answer:
        """Press the button of a page's form that has this value."""
        (pressed,) = [button for button in page.page.all("button") if button.get("value") == value]
        assert "disabled" not in pressed, f"the button {value} cannot be pressed"
        return self._send(page, {pressed["name"]: value})

    def _send(self, page: Answer, pressed: dict[str, str]) -> Answer:
        """Post a page's form as a browser does that was told `Referrer-Policy: origin`."""
        fields = {field["name"]: field.get("value", "") for field in page.page.all("input") if "name" in field}
        here, target = urlsplit(page.url), urljoin(page.url, page.page.first("form").get("action", ""))
        origin = f"{here.scheme}://{here.netloc}"
        same = urlsplit(target)[:2] == here[:2]
        site = {"Origin": origin, "Referer": f"{origin}/", "Sec-Fetch-Site": "same-origin" if same else "same-site"}
        return self.post(target, {**fields, **pressed}, site)

    def open(self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        """One request."""
        parts = urlsplit(url)
        host, plain = parts.hostname or "", parts.scheme == "http"
        port = parts.port or (80 if plain else 443)
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        cookies = self.cookie_header(host)
        if cookies:
            sent.setdefault("Cookie", cookies)
        connection: http.client.HTTPConnection
        if plain:
            connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
            connection.sock = self.reach(host, port)
        else:
            connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=self._tls)
            connection.sock = self.connect(host, port)
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path or "/", body, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        found: dict[str, str] = {}
        for name, value in response.getheaders():
            low = name.lower()
            found[low] = f"{found[low]}, {value}" if low in found else value
            if low == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies.setdefault(host, {})[key] = rest.split(";")[0]
        return Answer(method, url, response.status, found, content)

    def cookie_header(self, host: str) -> str:
        """The cookies that go to a host; they know no ports."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.get(host, {}).items())

    def connect(self, host: str, port: int) -> ssl.SSLSocket:
        """A connection by TLS to a name's port: every name is here, and the port 443 is the front's."""
        plain = self.reach(host, self.cp.front_port if port == 443 else port)
        return self._tls.wrap_socket(plain, server_hostname=host)

    def reach(self, host: str, port: int) -> socket.socket:
        """A connection to a port of this machine, from where the visitor is."""
        if ":" in host:
            return socket.create_connection((host, port), SECONDS)
        return socket.create_connection(("127.0.0.1", port), SECONDS, (self.source, 0))
