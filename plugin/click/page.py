"""Values in, response out: headers, Content-Security-Policy and HTML."""

from __future__ import annotations

from plugin.click.answer import WebmailSession
from plugin.click.destination import Destination

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from plugin.click.errors import SigninError
    from plugin.click.settings import Settings

PHRASES = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


class Response:
    """One CGI response. ``bytes(response)`` is what goes to standard output (RFC 3875 §6)."""

    __slots__ = ("content", "headers", "status")

    def __init__(self, status: int, headers: tuple[tuple[str, str], ...], body: str | bytes | bytearray) -> None:
        self.status = status
        self.headers = headers
        self.content = body.encode("utf-8", "replace") if isinstance(body, str) else body

    @property
    def body(self) -> str:
        return self.content.decode()

    def __bytes__(self) -> bytes:
        lines = [
            f"Status: {self.status} {PHRASES[self.status]}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\n".join([*lines, "", ""]).encode("utf-8", "replace") + self.content


class Links:
    """Where a page leads: ``home`` is the panel, ``again`` a fresh try."""

    __slots__ = ("again", "home")

    def __init__(self, security_token: str, theme: str) -> None:
        folder = f"{security_token}/frontend/{theme}" if security_token else ".."
        self.home = f"{folder}/index.html"
        self.again = f"{folder}/webmail_signin/index.live.cgi"

    def tried_at(self, origin: str) -> Links:
        """The same with the fresh try at another origin, if this page's own place on it is known."""
        found = Links("", "")
        found.home, found.again = self.home, (origin if self.again.startswith("/") else "") + self.again
        return found


class Pages:
    """The pages of one click. ``render`` makes a page from a template's name and its values."""

    __slots__ = ("links", "nonce", "reference", "render", "settings")

    def __init__(
        self, render: Callable[..., Iterator[str]], settings: Settings, links: Links, nonce: str, reference: str
    ) -> None:
        self.render = render
        self.settings = settings
        self.links = links
        self.nonce = nonce
        self.reference = reference

    def signin(self, user: str, to: Destination, session: WebmailSession, chosen: bool = False) -> Response:
        """The form that signs in. The session stands in its one field and nowhere else.

        `chosen`: coming back to this page leads to the list that the mailbox was chosen from.
        """
        body = self.draw(
            "signin.html",
            outcome="signed-in",
            user=user,
            host=to.host,
            port=to.port,
            direct=to.direct,
            action=f"{to.origin}{session.token}/login",
            session=session.session,
            slow_after=self.settings.slow_after,
            open=self.settings.open,
            chosen=chosen,
        )
        # A host in brackets is no source expression (CSP3 §2.3.1): browsers ignore it and would block the form.
        target = "https:" if to.host.startswith("[") else f"https://{to.host}:*"
        return Response(200, headers(self.nonce, target), body)

    def failure(self, error: SigninError) -> Response:
        """A page without form and secret: what happened, what to do, and a way on."""
        body = self.draw(
            "error.html",
            links=self.links.tried_at(error.link),
            outcome=error.code,
            reasons=error.reasons,
            reference=self.reference,
        )
        return Response(error.status, error.headers + headers(self.nonce, "'none'"), body)

    def rehearse(self) -> None:
        """Draw the page once with nothing on it: what it needs is loaded then, and nobody waits for it later."""
        bytes(self.signin("", Destination("localhost"), WebmailSession("", "", None)))

    def draw(self, template: str, **values: Any) -> str:
        return "".join(self.pieces(template, **values))

    def pieces(self, template: str, links: Links | None = None, **values: Any) -> Iterator[str]:
        """A page bit by bit, for one that is long."""
        shared = {"nonce": self.nonce, "links": links or self.links, "support": self.settings.support}
        return self.render(template, **shared, **values)


def headers(nonce: str, form_action: str) -> tuple[tuple[str, str], ...]:
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", policy),
    )
