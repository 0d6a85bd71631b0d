"""The page's templates and sentences as a click reads them: made ready by root, or else from their source."""

from __future__ import annotations

import json
import os

import jinja2

from plugin import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.places import Places


class Templates:
    def __init__(self, environment: jinja2.Environment, sentences: strings.Strings) -> None:
        self.environment = environment
        self.sentences = sentences

    def render(self, name: str, **values: object) -> str:
        """The page, its language and direction included. Raises jinja2.TemplateError."""
        return self.environment.get_template(name).render(t=self.sentences, **values)


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Everything is escaped and nothing may be undefined, in the provider's own templates too."""
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def from_source(places: Places) -> jinja2.Environment:
    return environment(jinja2.FileSystemLoader([places.own_templates, places.templates]))


def load(places: Places, account_locale: str | None, accept_language: str) -> Templates:
    """What the page needs, in the person's language."""
    try:
        ready = os.path.realpath(places.compiled)
        names = {name[:-5] for name in os.listdir(f"{ready}/locale")}
        tag = strings.choose(names, account_locale, accept_language)
        with open(f"{ready}/locale/{tag}.json", encoding="utf-8") as stream:
            sentences = strings.Strings(json.load(stream))
        return Templates(environment(jinja2.ModuleLoader(f"{ready}/templates")), sentences)
    except (OSError, ValueError, LookupError, TypeError):
        from plugin import locales  # only for a release that root has not made ready

        tag = strings.choose(locales.tags(places), account_locale, accept_language)
        return Templates(from_source(places), strings.Strings(locales.read(places, tag)))
