"""Root's side: is everything that an administrator can edit fit to be used?"""

from __future__ import annotations

import os
import stat
import traceback
from functools import partial

import jinja2

from plugin.click import destination, errors, page, session, settings, strings, templates
from plugin.ready import config, locales, promises
from plugin.ready.flat import ContentError
from plugin.ready.sources import from_source, is_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.click.places import Places
    from plugin.click.settings import Settings

LARGEST_ICON = 65536  # bytes
LINKS = page.Links("/cpsess0000000000", "jupiter")
HOSTILE = f"<{promises.INJECTED}> &amp; \"'"
SAMPLE = session.WebmailSession("/cpsess0000000000", f"sample0000000000:{HOSTILE}", None)


def check(places: Places) -> tuple[Settings, dict[str, dict[str, str]], list[ContentError]]:
    """The settings, the sentences of every locale, and every problem, not the first alone."""
    chosen = settings.Settings()
    sentences: dict[str, dict[str, str]] = {}
    problems = list(changeable(places))
    if problems:
        return chosen, sentences, problems  # not one of these is even looked into as root
    try:
        chosen = config.load(places)
        if chosen.icon:
            read_icon(places, chosen)
    except ContentError as problem:
        problems.append(problem)
    for tag in locales.tags(places):
        try:
            sentences[tag] = locales.read(places, tag)
        except ContentError as problem:
            problems.append(problem)
    environment = from_source(places)
    names = environment.list_templates(filter_func=is_template)
    broken = [problem for name in names for problem in attempt(places, name, partial(environment.get_template, name))]
    if not problems + broken:
        for texts in sentences.values():
            drawn = templates.Templates(environment, strings.Strings(texts))
            for name, action in every_page(drawn, chosen):
                broken += attempt(places, name, action)
    return chosen, sentences, list({str(problem): problem for problem in problems + broken}.values())


def changeable(places: Places) -> Iterator[ContentError]:
    """What others than root could change. Root renders these templates and every account runs what comes of them."""
    found = [places.config, places.own_templates]
    for folder, folders, files in os.walk(places.own_templates):
        found += [f"{folder}/{name}" for name in folders + files if not name.startswith(".")]
    for path in found:
        if not os.path.lexists(path):
            continue
        seen = os.lstat(path)
        if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
            yield ContentError(path, None, None, "is a symlink or no file; put a file of root's there")
        elif os.geteuid() == 0 and (seen.st_uid != 0 or seen.st_mode & 0o022):
            yield ContentError(path, None, None, "can be changed by others than root; chown it to root and chmod go-w")


def read_icon(places: Places, chosen: Settings) -> bytes:
    """The icon, ours or the provider's; raises ContentError. Only what everybody may read anyhow is ever published."""
    if chosen.icon is None:
        with open(f"{places.release}/plugin/admin/registration/icon.svg", "rb") as stream:
            return stream.read()
    wrong = partial(config.wrong, places.config, "icon")
    try:
        with open(os.open(places.below_root(chosen.icon), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            seen = os.fstat(stream.fileno())
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST_ICON or not seen.st_mode & stat.S_IROTH:
                raise wrong(f"must be a public file of up to {LARGEST_ICON} bytes")
            if os.geteuid() == 0 and seen.st_uid != 0:
                raise wrong(f"{chosen.icon} does not belong to root")
            drawn = stream.read(LARGEST_ICON)
    except OSError as error:
        raise wrong(f"{chosen.icon}: {error.strerror}") from None
    picture = drawn.startswith(b"\x89PNG") if chosen.icon.endswith(".png") else b"<svg" in drawn
    if not picture or b"<script" in drawn.lower():
        raise wrong(f"{chosen.icon} is not a picture without scripts")
    return drawn


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


def every_page(drawn: templates.Templates, chosen: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each template, once for each page that is made of it, and what renders and checks that page."""
    for to in (
        destination.Destination("example.com", 2096, "https://webmail.example.com/"),
        destination.Destination("webmail.example.com"),
    ):
        yield "signin.html", partial(signin, drawn, chosen, to)
    for kind in errors.SigninError.__subclasses__():
        yield "error.html", partial(failure, drawn, chosen, kind("", (HOSTILE,)))


def signin(drawn: templates.Templates, chosen: Settings, to: destination.Destination) -> None:
    body = page.signin(drawn, chosen, LINKS, "nonce", HOSTILE, to, SAMPLE).body
    promises.check(body, "signed-in", drawn.sentences, f"{to.origin}{SAMPLE.token}/login", SAMPLE.session)


def failure(drawn: templates.Templates, chosen: Settings, error: errors.SigninError) -> None:
    body = page.failure(drawn, chosen, LINKS, "nonce", error, "00000000").body
    promises.check(body, error.code, drawn.sentences)
