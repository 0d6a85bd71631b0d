"""Values in, response out: headers, Content-Security-Policy and HTML."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.destination import Destination
    from plugin.click.errors import SigninError
    from plugin.click.session import WebmailSession
    from plugin.click.settings import Settings
    from plugin.click.templates import Templates

PHRASES = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


class Response:
    """One CGI response. ``bytes(response)`` is what goes to standard output (RFC 3875 §6)."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: tuple[tuple[str, str], ...], body: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __bytes__(self) -> bytes:
        lines = [
            f"Status: {self.status} {PHRASES[self.status]}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return ("\n".join(lines) + "\n\n" + self.body).encode("utf-8", "replace")


class Links:
    """Where a page leads: ``home`` is the panel, ``again`` a fresh try."""

    __slots__ = ("again", "home")

    def __init__(self, security_token: str, theme: str) -> None:
        folder = f"{security_token}/frontend/{theme}" if security_token else ".."
        self.home = f"{folder}/index.html"
        self.again = f"{folder}/webmail_signin/index.live.cgi"


def signin(
    templates: Templates,
    settings: Settings,
    links: Links,
    nonce: str,
    user: str,
    to: Destination,
    session: WebmailSession,
) -> Response:
    """The form that signs in. The session stands in its one field and nowhere else."""
    body = templates.render(
        "signin.html",
        outcome="signed-in",
        nonce=nonce,
        links=links,
        support=settings.support,
        user=user,
        host=to.host,
        port=to.port,
        direct=to.direct,
        action=f"{to.origin}{session.token}/login",
        session=session.session,
        slow_after=settings.slow_after,
    )
    # A host in brackets is no source expression (CSP3 §2.3.1): browsers ignore it and would block the form.
    target = "https:" if to.host.startswith("[") else f"https://{to.host}:*"
    return Response(200, headers(nonce, target), body)


def failure(
    templates: Templates, settings: Settings, links: Links, nonce: str, error: SigninError, reference: str
) -> Response:
    """A page without form and secret: what happened, what to do, and a way on."""
    body = templates.render(
        "error.html",
        outcome=error.code,
        nonce=nonce,
        links=links,
        support=settings.support,
        reasons=error.reasons,
        reference=reference,
    )
    return Response(error.status, error.headers + headers(nonce, "'none'"), body)


def headers(nonce: str, form_action: str) -> tuple[tuple[str, str], ...]:
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", policy),
    )
