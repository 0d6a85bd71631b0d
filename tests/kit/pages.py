"""Every page in every language, rendered from the checkout and served on loopback to look at."""

from __future__ import annotations

import contextlib
import functools
import http.server
import pathlib
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from plugin.click import answer, destination, errors, mailboxes, page, strings, templates
from plugin.click.settings import Settings
from plugin.ready import drawing, locales, sources
from plugin.ready.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
PLACES = Places(str(CHECKOUT))
PLACES.config = PLACES.own_templates = "/nonexistent"  # whatever a provider may have set on this machine is left aside
SOURCES = sources.read(PLACES)
#: A provider's name, colour and logo: a wide one, dark on nothing.
BRAND: dict[str, Any] = {"brand": "Example Hosting", "logo": "/etc/webmail-signin/logo.svg", "colour": "#c8102e"}
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32"><path fill="#12263f" d="M0 0h32v32H0z"/>'
    b'<path fill="#12263f" d="M40 4h56v8H40zm0 16h40v8H40z"/><circle fill="#c8102e" cx="16" cy="16" r="8"/></svg>'
)

# A session such as cPanel makes, as long as the contract lets it be without being all escapes.
SESSION = "example:" + "D7NiAZv1nf4bXeg9" * 58 + ":CREATE_WEBMAIL_SESSION_FOR_SELF,728fb86a7df1cf20690c65f349ac3137"
MOST_BYTES = 8 * 1024  # of a page
LINKS = page.Links("/cpsess1234567890", "jupiter")
FAILURES = {kind.code: kind for kind in errors.SigninError.__subclasses__()}
OUTCOMES = ("signed-in", "choose", *FAILURES)
#: What an account may have beside its own: a long one, one in other letters, one that is suspended.
ADDRESSES = ("info@example.com", "an-address-that-is-rather-long@department.example.com", "info@xn--mgbh0fb.example")
REASONS = {"uapi-refused": ("Your account’s disk quota is used up.", "The mail service is turned off.")}


@functools.cache
def drawn(tag: str, brand: str | None, logo: str | None, colour: str | None) -> templates.Templates:
    """The templates with the sentences of one locale and what the settings put on every page."""
    fixed = drawing.branding(Settings({"brand": brand, "logo": logo, "colour": colour}), {"logo": LOGO})
    environment = drawing.Drawing(SOURCES, fixed).environment
    return templates.Templates(environment, strings.Strings(locales.read(SOURCES, tag)))


def response(
    outcome: str,
    tag: str = "en",
    host: str = "server.example.com",
    port: int | None = 2096,
    direct: str | None = "https://webmail.example.com/",
    user: str = "example",
    support: str | None = "https://help.example.net/",
    slow_after: float = 8,
    cpsess: str = SESSION,
    brand: str | None = None,
    logo: str | None = None,
    colour: str | None = None,
    count: int | str = 12,
    chosen: bool = False,
    open: str | None = None,
) -> page.Response:
    """The page of an outcome; `tag` is a locale's, times are in seconds, `count` is that of the mailboxes.

    With `chosen`, `user` is a mailbox that was chosen.
    """
    settings = Settings({"support": support, "slow_after": slow_after, "logo": logo, "open": open})
    made = page.Pages(drawn(tag, brand, logo, colour).render, settings, LINKS, "0" * 32, "4f1c09ab")
    if outcome == "signed-in":
        to = destination.Destination(host, port, direct)
        return made.signin(user, to, answer.WebmailSession("/cpsess2462418786", cpsess, None), chosen)
    if outcome == "choose":
        return mailboxes.choose(made, user, account(int(count)))
    error = FAILURES[outcome]("", REASONS.get(outcome, ()))
    return made.failure(error)


def account(count: int) -> list[mailboxes.Mailbox]:
    """The mailboxes of an account that has so many, the second one suspended."""
    addresses = [*ADDRESSES, *(f"person{number}@example.com" for number in range(count))][:count]
    return mailboxes.listed([{"email": each, "suspended_login": int(n == 1)} for n, each in enumerate(addresses)])


class Handler(http.server.BaseHTTPRequestHandler):
    """``/OUTCOME?tag=ar&slow_after=1``: what stands in the query goes to `response`."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        options: dict[str, Any] = dict(parse_qsl(asked.query))
        if "slow_after" in options:
            options["slow_after"] = float(options["slow_after"])
        made = response(asked.path.strip("/"), **options)
        self.send_response(made.status)
        for name, value in made.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(made.body.encode())

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address that the pages are served at."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def stay(context: BrowserContext) -> None:
    """Let the form's target answer 204, so that the page stays as it is while Webmail has not answered.

    While a navigation is really under way, Chromium's tools have to wait.
    """
    context.route("https://*/cpsess*/login", lambda route: route.fulfill(status=204))
