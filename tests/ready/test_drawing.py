"""drawing: what the settings put on every page is put in once, by root."""

from __future__ import annotations

from plugin.click.settings import Settings
from plugin.ready import drawing
from plugin.ready.sources import Sources, Text


def made(template: str, **fixed: str) -> drawing.Drawing:
    return drawing.Drawing(Sources(None, {"a.html": Text("/ours/a.html", template)}, {}, {}, [], []), fixed)


def test_a_value_stands_in_the_module_that_a_click_reads() -> None:
    python = made("{{ brand }}", brand="Example").python("a.html")
    assert "Example" in python and "'brand'" not in python


def test_a_value_is_escaped() -> None:
    assert made("{{ brand }}", brand="<b>&").environment.get_template("a.html").render() == "&lt;b&gt;&amp;"


def test_what_is_tried_is_what_a_click_reads() -> None:
    drawn = made("{% if brand %}{{ brand }} {{ user }}{% endif %}", brand="Example")
    assert drawn.environment.get_template("a.html").render(user="alice") == "Example alice"


def test_a_template_keeps_its_own_name_for_something() -> None:
    assert made("{% set brand = 1 %}x", brand="Example").environment.get_template("a.html").render() == "x"


def test_without_branding_each_value_is_empty() -> None:
    fixed = drawing.branding(Settings(), {})
    assert (fixed["brand"], fixed["logo"], fixed["palette"]["light"]) == ("", "", {"strong": "", "tint": ""})


def test_a_logo_stands_in_the_page_itself() -> None:
    fixed = drawing.branding(Settings({"logo": "/x.svg"}), {"logo": b"<svg/>"})
    assert fixed["logo"] == "data:image/svg+xml;base64,PHN2Zy8+"


def test_a_logo_of_pixels_says_so() -> None:
    assert drawing.branding(Settings({"logo": "/x.png"}), {"logo": b""})["logo"] == "data:image/png;base64,"
