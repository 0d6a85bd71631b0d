"""A browser of this server's own pages: loopback alone, cookies kept, redirects not followed, every wait bounded.

What it sends and gets signs a person in: no value here shows it in its `repr`, and no error quotes it.
"""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlencode

from plugin.admin.html import Page
from plugin.admin.wire import Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1 << 20  # bytes of a page
FORM = "application/x-www-form-urlencoded"
#: What every browser says of a click that leads to a page.
HEADERS = {
    "User-Agent": "webmail-signin check",
    "Accept": "text/html",
    "Accept-Encoding": "identity",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


class Unreachable(Exception):
    """There is no answer; the text says why, and quotes nothing of it."""


class Answer:
    """``source`` is the page as it came, ``page`` what it says."""

    __slots__ = ("headers", "page", "source", "status")

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.source = body.decode(errors="replace")
        self.page = Page(self.source)

    @property
    def asks_for_a_login(self) -> bool:
        """Whether it is a login page, whatever its status: there alone a password is typed."""
        return any(field.get("type") == "password" for field in self.page.all("input"))


class Browser:
    """``patience`` is how long one answer may take, ``grace`` how long a signal waits for it; in seconds."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.grace = 0.0
        self._cookies: dict[str, dict[str, str]] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False  # who listens is known otherwise (`listeners`); `misfit` asks for the name
        self._tls.verify_mode = ssl.CERT_NONE

    def cookies(self, host: str, port: int) -> dict[str, str]:
        """By port too, which is more than a browser does: each service has a session, and a cookie, of its own."""
        return self._cookies.setdefault(f"{host}:{port}", {})

    def misfit(self, host: str, port: int, authorities: str | None) -> str:
        """What a visitor's browser has against the certificate; empty if nothing. Raises Unreachable, Interrupted."""
        try:
            context = ssl.create_default_context(cafile=authorities)
            Wire(host, port, context, self.patience, self.grace).close()
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
        except OSError as error:
            raise Unreachable(reason(error, port, self.patience)) from None
        return ""

    def open(self, host: str, port: int, path: str, form: Mapping[str, str] | None, come_from: str) -> Answer:
        """Follow a link, or post a form, from a page of the origin `come_from`; "" is a page of nobody's.

        Raises Unreachable, and Interrupted.
        """
        cookies = self.cookies(host, port)
        sent = {**HEADERS, "Host": authority(host, port), "Sec-Fetch-Site": "none"}
        if come_from:
            same = come_from == origin(host, port)
            sent |= {"Referer": f"{come_from}/", "Sec-Fetch-Site": "same-origin" if same else "same-site"}
        if form is not None:
            sent |= {"Content-Type": FORM, "Origin": come_from}
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        connection = http.client.HTTPConnection(host, port)
        try:
            connection.sock = Wire(host, port, self._tls, self.patience, self.grace)
            connection.request("GET" if form is None else "POST", path, urlencode(form) if form else None, sent)
            with connection.getresponse() as response:
                content = response.read(MOST)
        except (OSError, http.client.HTTPException, ValueError) as error:  # the last for a length below nothing
            raise Unreachable(reason(error, port, self.patience)) from None
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].strip().partition("=")
            cookies[name] = value
        return Answer(response.status, response.headers, content)


def authority(host: str, port: int) -> str:
    return host if port == 443 else f"{host}:{port}"


def origin(host: str, port: int) -> str:
    return f"https://{authority(host, port)}"


def reason(error: Exception, port: int, patience: float) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens on port {port}"
    if isinstance(error, TimeoutError):
        return f"port {port} did not answer within {patience:g} seconds"
    if isinstance(error, ssl.SSLError):
        return f"port {port} does not speak TLS: {error.reason or 'it broke off'}"
    if isinstance(error, OSError) and error.strerror:
        return f"port {port}: {error.strerror.lower()}"
    return f"port {port} does not answer as a web server does"
