"""The page's templates and sentences, as root has made them ready."""

from __future__ import annotations

import importlib
import json
import os
import sys
from types import ModuleType

from jinja2.environment import Environment, Template
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import StrictUndefined

from plugin.click import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from typing import Any

    from jinja2.loaders import BaseLoader

PACKAGE = "compiled_templates"


class Templates:
    def __init__(self, environment: Environment, sentences: strings.Strings) -> None:
        self.environment = environment
        self.sentences = sentences

    def render(self, name: str, **values: object) -> Iterator[str]:
        """The page in pieces, its language and direction included. Raises jinja2.TemplateError."""
        return self.environment.get_template(name).generate(t=self.sentences, **values)


def environment(loader: BaseLoader | Compiled) -> Environment:
    """Everything is escaped and nothing may be undefined, in the provider's own templates too."""
    return Environment(
        loader=loader,  # type: ignore[arg-type]
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def module_name(template: str) -> str:
    """The Python module that a template is compiled to."""
    return f"t{template.encode().hex()}"


class Compiled:
    """A loader of templates that root has compiled to Python modules in `folder`.

    Jinja's own loaders import OpenSSL to name a file, which costs a click more than rendering does.
    """

    def __init__(self, folder: str) -> None:
        package = ModuleType(PACKAGE)
        package.__path__ = [folder]
        sys.modules[PACKAGE] = package

    def load(self, environment: Environment, name: str, variables: MutableMapping[str, Any]) -> Template:
        try:
            module = importlib.import_module(f"{PACKAGE}.{module_name(name)}")
        except ImportError:
            raise TemplateNotFound(name) from None
        return environment.template_class.from_module_dict(environment, module.__dict__, variables)


def load(release: str, account_locale: str | None, accept_language: str) -> Templates:
    """What the page needs, in the person's language. Raises OSError, ValueError or LookupError in a release that was
    never made ready."""
    ready = os.path.realpath(f"{release}/compiled")  # whatever root applies meanwhile, all of it is of one making
    names = {name[:-5] for name in os.listdir(f"{ready}/locale")}
    tag = strings.choose(names, account_locale, accept_language)
    with open(f"{ready}/locale/{tag}.json", encoding="utf-8") as stream:
        sentences = strings.Strings(json.load(stream))
    return Templates(environment(Compiled(f"{ready}/templates")), sentences)
