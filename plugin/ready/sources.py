"""The templates' sources: the provider's own before ours."""

from __future__ import annotations

from jinja2.loaders import FileSystemLoader

from plugin.click import templates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jinja2.environment import Environment

    from plugin.click.places import Places


def from_source(places: Places) -> Environment:
    return templates.environment(FileSystemLoader([places.own_templates, places.templates]))


def is_template(name: str) -> bool:
    """Whether a file is one of ours or the provider's templates; editors leave others beside them."""
    return name.endswith(".html") and "/." not in f"/{name}"
