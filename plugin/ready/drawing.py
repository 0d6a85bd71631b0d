"""The templates as Jinja compiles them, with what is the same on every page put in while root is at it."""

from __future__ import annotations

import base64

from jinja2 import nodes
from jinja2.exceptions import TemplateNotFound
from jinja2.loaders import BaseLoader
from jinja2.visitor import NodeTransformer

from plugin.click import templates
from plugin.ready import colours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import CodeType
    from typing import Any

    from jinja2.environment import Environment, Template

    from plugin.click.settings import Settings
    from plugin.ready.sources import Sources, Text

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def branding(chosen: Settings, pictures: dict[str, bytes]) -> dict[str, Any]:
    """What the settings put on every page, by the names that templates have for it; empty where there is none."""
    logo = ""
    if chosen.logo and "logo" in pictures:
        logo = f"data:{TYPES[chosen.logo[-3:]]};base64,{base64.b64encode(pictures['logo']).decode()}"
    return {"brand": chosen.brand or "", "logo": logo, "palette": colours.palette(chosen.colour)}


class Fixing(NodeTransformer):
    """Puts values in the place of their names."""

    def __init__(self, fixed: dict[str, Any]) -> None:
        self.fixed = fixed

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        if node.ctx == "load" and node.name in self.fixed:
            return nodes.Const(self.fixed[node.name], lineno=node.lineno, environment=node.environment)
        return node


class Drawing(BaseLoader):
    """Loads templates just as a click does once they are compiled: what is tried is what people get."""

    def __init__(self, sources: Sources, fixed: dict[str, Any]) -> None:
        self.templates: dict[str, Text] = {**sources.ours, **sources.own}
        self.fixed = fixed
        self.environment: Environment = templates.environment(self)

    def tree(self, name: str) -> nodes.Template:
        """A template as Jinja reads it. Raises TemplateSyntaxError."""
        file, text = self.templates[name]
        return self.environment.parse(text, name, file)

    def python(self, name: str) -> str:
        """The source of the module that a click reads. Raises TemplateSyntaxError."""
        tree = Fixing(self.fixed).visit(self.tree(name))
        return self.environment.compile(tree, name, self.templates[name].file, raw=True, defer_init=True)

    def code(self, name: str) -> CodeType:
        tree = Fixing(self.fixed).visit(self.tree(name))
        return self.environment.compile(tree, name, self.templates[name].file)

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:
        if name not in self.templates:
            raise TemplateNotFound(name)
        return environment.template_class.from_code(environment, self.code(name), environment.make_globals(globals))
