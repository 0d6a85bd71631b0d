"""Root's side: is everything that an administrator can edit fit to be used?"""

from __future__ import annotations

import os
import traceback
from functools import partial

import jinja2

from plugin import destination, errors, locales, page, session, settings, strings, templates
from plugin.errors import ContentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.places import Places
    from plugin.settings import Settings

SAMPLE = session.WebmailSession("/cpsess0000000000", "user:sample:CREATE_WEBMAIL_SESSION_FOR_SELF,0", None)


def check(places: Places) -> tuple[Settings, dict[str, dict[str, str]], list[ContentError]]:
    """The settings, the sentences of every locale, and every problem, not the first alone."""
    problems = []
    chosen, sentences = settings.Settings(), {}
    try:
        chosen = settings.read(places.config)
        if chosen.icon and not os.path.isfile(places.below_root(chosen.icon)):
            problems.append(ContentError(places.config, None, "icon", f"there is no file {chosen.icon}"))
    except ContentError as problem:
        problems.append(problem)
    for tag in locales.tags(places):
        try:
            sentences[tag] = locales.read(places, tag)
        except ContentError as problem:
            problems.append(problem)
    environment = templates.from_source(places)
    names = environment.list_templates(["html"])
    broken = [problem for name in names for problem in attempt(places, name, partial(environment.get_template, name))]
    if not problems + broken:
        for texts in sentences.values():
            drawn = templates.Templates(environment, strings.Strings(texts))
            for name, outcome, render in every_page(drawn, chosen):
                broken += attempt(places, name, partial(has_outcome, render, outcome))
    return chosen, sentences, problems + list({str(problem): problem for problem in broken}.values())


def attempt(places: Places, name: str, action: Callable[[], object]) -> list[ContentError]:
    """What goes wrong with a template, if anything, named by the innermost template that it happened in."""
    try:
        action()
    except jinja2.TemplateSyntaxError as error:
        return [ContentError(error.filename or name, error.lineno, None, error.message or "syntax error")]
    except (jinja2.TemplateError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        files = [f for f in (places.own_templates, places.templates) if os.path.lexists(f"{f}/{name}")]
        file, line = f"{files[0] if files else places.own_templates}/{name}", None
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename.endswith(".html"):
                file, line = frame.filename, frame.lineno
        return [ContentError(file, line, None, f"{type(error).__name__}: {error}")]
    return []


def has_outcome(render: Callable[[], page.Response], outcome: str) -> None:
    if f'data-outcome="{outcome}"' not in render().body:
        raise ValueError(f"the page must say data-outcome={outcome} on <html>")


def every_page(drawn: templates.Templates, chosen: Settings) -> Iterator[tuple[str, str, Callable[[], page.Response]]]:
    """Template, outcome, and what renders it."""
    links = page.Links("/cpsess0000000000", "jupiter")
    for to in (
        destination.Destination("example.com", 2096, "https://webmail.example.com/"),
        destination.Destination("webmail.example.com"),
    ):
        yield "signin.html", "signed-in", partial(page.signin, drawn, chosen, links, "nonce", "user", to, SAMPLE)
    for kind in errors.SigninError.__subclasses__():
        error = kind("", ("a reason",))
        yield "error.html", kind.code, partial(page.failure, drawn, chosen, links, "nonce", error, "00000000")
