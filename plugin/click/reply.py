"""The second half of a click: from what `uapi` printed, or what went wrong, to the page. Loads while `uapi` runs."""

from __future__ import annotations

import sys
from types import ModuleType

# Jinja's own __init__ imports pickle, tempfile and OpenSSL, for a cache that a click does not use.
if "jinja2" not in sys.modules:
    jinja2 = ModuleType("jinja2")
    jinja2.__path__ = [f"{folder}/jinja2" for folder in sys.path if folder.endswith("/vendor")]
    sys.modules["jinja2"] = jinja2

from plugin.click import destination, page, request, session, templates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.app import Click
    from plugin.click.errors import SigninError


class Reply:
    """Everything that the page of one click needs but the answer: templates and sentences are loaded here."""

    def __init__(self, click: Click) -> None:
        self.click = click
        self.links = page.Links(request.security_token(click.environ), click.theme)
        accept_language = click.environ.get("HTTP_ACCEPT_LANGUAGE", "")
        self.templates = templates.load(click.places.release, click.locale, accept_language)

    def rehearse(self) -> None:
        """Draw the page once with nothing on it: what it needs is loaded then, and the person does not wait for it."""
        nobody, nowhere = session.WebmailSession("", "", None), destination.Destination("localhost")
        bytes(page.signin(self.templates, self.click.settings, self.links, "", "", nowhere, nobody))

    def to_answer(self, asked: request.Request, output: bytes) -> page.Response:
        """The page that signs in; raises the SigninError of an answer that does."""
        click = self.click
        answer = session.parse(output)
        to = destination.choose(asked, answer.hostname, click.settings, click.node_name)
        click.record.update(outcome="signed-in", target=to.authority)
        return page.signin(self.templates, click.settings, self.links, click.nonce, asked.user, to, answer)

    def to_error(self, error: SigninError) -> page.Response:
        click = self.click
        click.record["outcome"] = error.code
        if error.status != 200:
            click.record["detail"] = error.detail
        return page.failure(self.templates, click.settings, self.links, click.nonce, error, click.reference)
