"""Every page, drawn once in every language with odd values and held to what it promises."""

from __future__ import annotations

import traceback
from functools import partial

import jinja2
from jinja2 import meta

from plugin.click import answer, destination, errors, mailboxes, page, strings, templates
from plugin.ready import promises
from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.click.settings import Settings
    from plugin.ready.drawing import Drawing
    from plugin.ready.sources import Sources

LINKS = page.Links("/cpsess0000000000", "jupiter")
HOSTILE = f"<{promises.INJECTED}> &amp; \"'"
MANY = [mailboxes.Mailbox(f"m{number}@example.com", f"m{number}@example.com", False) for number in range(20)]
SAMPLE = answer.WebmailSession("/cpsess0000000000", f"sample0000000000:{HOSTILE}", None)


def problems(
    drawing: Drawing, sources: Sources, chosen: Settings, sentences: dict[str, dict[str, str]]
) -> list[Problem]:
    """What is wrong with the templates; each page is drawn in each language that there are `sentences` of."""
    found: list[Problem] = []
    for name in drawing.templates:
        found += attempt(drawing, sources, name, partial(drawing.environment.get_template, name))
    if not found:
        for texts in sentences.values():
            drawn = templates.Templates(drawing.environment, strings.Strings(texts))
            for name, action in every_page(drawn, chosen):
                found += attempt(drawing, sources, name, action)
    return found


def attempt(drawing: Drawing, sources: Sources, name: str, action: Callable[[], object]) -> list[Problem]:
    """What goes wrong with a page, if anything, named by the innermost template that it happened in."""
    try:
        action()
    except jinja2.TemplateSyntaxError as error:
        return [Problem(error.filename or name, error.lineno, None, error.message or "cannot be understood")]
    except (jinja2.TemplateError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
        file, line = (frames[-1].filename, frames[-1].lineno) if frames else (suspect(drawing, sources, name), None)
        return [Problem(file, line, None, said(error))]
    return []


def said(error: Exception) -> str:
    """In an administrator's words."""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template {error}"
    if isinstance(error, RecursionError):
        return "includes or extends itself"
    if isinstance(error, KeyError):
        return f"there is no sentence {error}"
    return str(error)


def suspect(drawing: Drawing, sources: Sources, name: str) -> str:
    """Of the templates that a page is made of, the first of the provider's own; else the page's."""
    seen = [name]
    for each in seen:
        referenced = meta.find_referenced_templates(drawing.tree(each))
        seen += [other for other in referenced if other in drawing.templates and other not in seen]
    return drawing.templates[next((each for each in seen if each in sources.own), name)].file


def every_page(drawn: templates.Templates, chosen: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each template, once for each page that is made of it, and what draws and checks that page."""
    for to in (
        destination.Destination("example.com", 2096, "https://webmail.example.com/"),
        destination.Destination("webmail.example.com"),
    ):
        yield "signin.html", partial(signin, drawn, chosen, to)
    yield "choose.html", partial(choose, drawn, chosen, [])
    yield "choose.html", partial(choose, drawn, chosen, MANY)
    for kind in errors.SigninError.__subclasses__():
        yield "error.html", partial(failure, drawn, chosen, kind("", (HOSTILE,)))


def pages_of(drawn: templates.Templates, chosen: Settings) -> page.Pages:
    return page.Pages(drawn.render, chosen, LINKS, promises.NONCE, "00000000")


def signin(drawn: templates.Templates, chosen: Settings, to: destination.Destination) -> None:
    body = pages_of(drawn, chosen).signin(HOSTILE, to, SAMPLE).body
    action = f"{to.origin}{SAMPLE.token}/login"
    promises.check(body, "signed-in", drawn.sentences, action, SAMPLE.session, chosen.open or "")


def choose(drawn: templates.Templates, chosen: Settings, more: list[mailboxes.Mailbox]) -> None:
    found = [*more, mailboxes.Mailbox(HOSTILE, HOSTILE, True)]
    body = mailboxes.choose(pages_of(drawn, chosen), "example", found).body
    values = ["example", *(each.address for each in found)]
    promises.check_choice(body, drawn.sentences, LINKS.again, values)


def failure(drawn: templates.Templates, chosen: Settings, error: errors.SigninError) -> None:
    body = pages_of(drawn, chosen).failure(error).body
    promises.check(body, error.code, drawn.sentences)
