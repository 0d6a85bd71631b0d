"""rehearsal: every page is drawn before people see it, and what breaks is named by its template."""

from __future__ import annotations

import functools

import pytest

from plugin.click.settings import Settings
from plugin.ready import drawing, locales, rehearsal
from plugin.ready.sources import Text
from tests.kit import pages

HTML = '<!DOCTYPE html><html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">'
FIELD = '<input type="hidden" name="session" value="{{ session }}">'
FORM = '<form method="post" action="{{ action }}">' + FIELD + "<button>Go</button></form>"
FIXED = drawing.branding(Settings(), {})


@functools.cache
def sentences() -> dict[str, dict[str, str]]:
    return {"en": locales.read(pages.SOURCES, "en")}


def told(**own: str) -> list[str]:
    """What is said of the provider's own templates, by their names without .html."""
    texts = {f"{name}.html": Text(f"/own/{name}.html", text) for name, text in own.items()}
    sources = pages.SOURCES._replace(own=texts)
    found = rehearsal.problems(drawing.Drawing(sources, FIXED), sources, Settings(), sentences())
    return list(dict.fromkeys(str(problem) for problem in found))


def test_our_own_templates_keep_every_promise() -> None:
    assert told() == []


def test_templates_of_the_least_that_is_promised_are_taken() -> None:
    assert told(signin=HTML + FORM, error=HTML) == []


def test_a_template_may_build_on_ours() -> None:
    assert told(signin='{% extends "base.html" %}{% block main %}own' + FORM + "{% endblock %}") == []


PROMISES = {
    "no language": ("error", HTML.replace("lang=", "x=")),
    "no direction": ("error", HTML.replace("dir=", "x=")),
    "the outcome elsewhere": ("error", '<html><p data-outcome="{{ outcome }}">'),
    "two pages": ("error", HTML + HTML),
    "a value marked as safe": ("error", HTML + "{{ reasons|join|safe }}"),
    "a form on an error page": ("error", HTML + "<form></form>"),
    "a field on an error page": ("error", HTML + "<input>"),
    "no form": ("signin", HTML),
    "a form that puts the session into the address": ("signin", HTML + FORM.replace("post", "get")),
    "a form without a method": ("signin", HTML + FORM.replace('method="post"', "")),
    "a form that leads elsewhere": ("signin", HTML + FORM.replace("{{ action }}", "https://example.net/")),
    "a button that leads elsewhere": ("signin", HTML + FORM.replace("<button", "<button formaction=/")),
    "two forms": ("signin", HTML + FORM + FORM),
    "no field": ("signin", HTML + FORM.replace(FIELD, "")),
    "a field that shows": ("signin", HTML + FORM.replace("hidden", "text")),
    "one more field": ("signin", HTML + FORM.replace(FIELD, FIELD + '<input name="goto_uri">')),
    "a session that is changed": ("signin", HTML + FORM.replace("{{ session", "{{ session|upper")),
    "the session a second time": ("signin", HTML + FORM + "{{ session }}"),
    "the session in a comment": ("signin", HTML + FORM + "<!-- {{ session }} -->"),
    "a style without the nonce": ("error", HTML + "<style>p{margin:0}</style>"),
}


@pytest.mark.parametrize(("name", "text"), PROMISES.values(), ids=PROMISES)
def test_a_template_that_breaks_a_promise_of_the_page_is_refused(name: str, text: str) -> None:
    assert told(**{name: text})[0].startswith(f"/own/{name}.html: must ")


def test_a_promise_that_an_own_base_breaks_is_told_of_the_base() -> None:
    assert all(each.startswith("/own/base.html: must ") for each in told(base="<html>{% block main %}{% endblock %}"))


SAID = {
    "a syntax error": ("one\n{% if %}\n", "/own/error.html:2: Expected an expression, got 'end of statement block'"),
    "an unknown filter": ("{{ outcome|nonsense }}", "/own/error.html:1: No filter named 'nonsense'."),
    "an unknown value": ("{{ nonsense }}", "/own/error.html:1: 'nonsense' is undefined"),
    "an unknown sentence": ('\n{{ t("nonsense") }}', "/own/error.html:2: there is no sentence 'nonsense'"),
    "an unknown template": ('{% extends "nonsense.html" %}', "/own/error.html:1: there is no template nonsense.html"),
    "a wrong type": ("{{ 1 + outcome }}", "/own/error.html:1: unsupported operand type(s) for +: 'int' and 'str'"),
    "a circle": ('{% include "error.html" %}', "/own/error.html:1: includes or extends itself"),
}


@pytest.mark.parametrize(("text", "said"), SAID.values(), ids=SAID)
def test_what_breaks_is_told_with_its_line_and_without_an_exceptions_name(text: str, said: str) -> None:
    assert told(error=text) == [said]


def test_a_template_that_no_page_is_made_of_is_looked_at_too() -> None:
    assert told(other="{% if %}") == ["/own/other.html:1: Expected an expression, got 'end of statement block'"]
