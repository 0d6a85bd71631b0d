"""Does a rendered page keep what every page promises, whoever wrote its template? ValueError names the first break."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.strings import Strings

INJECTED = "injected"  # no element is called so: where it turns up as one, a value was not escaped
NONCE = "the-nonce"
Attributes = dict[str, "str | None"]

# The page's Content-Security-Policy blocks what these load or where they lead.
BLOCKED = ("base", "link", "iframe", "frame", "object", "embed", "applet", "audio", "video", "track", "source")
LOADING = ("srcset", "background", "poster", "data", "ping", "srcdoc", "manifest", "dynsrc", "lowsrc")
STYLE_LOADS = re.compile(r"""@import|@font-face|image-set\(|url\((?!\s*["']?(#|data:image/))""", re.IGNORECASE)
PICTURES = re.compile(r"data:image/[a-z+]+[;,]")


class Page(HTMLParser):
    """The start tags of a page, in order, each with its attributes, and the text of its styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.styles = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "style":
            self.styles += data

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]


def check(html: str, outcome: str, t: Strings, action: str = "", session: str = "", goto: str = "") -> None:
    """Raises ValueError naming the first promise that `html` breaks.

    `action` and `session` are those of the form; without them the page may have none. `session` must be a word that
    stands nowhere else, with characters in it that need escaping. `goto` is `open` of the settings.
    """
    page = read(html, outcome, t)
    forms = [((form.get("method") or "get").lower(), form.get("action")) for form in page.all("form")]
    fields = [(tag.get("type"), tag.get("name"), tag.get("value")) for tag in page.all("input")]
    if not session:
        if forms or fields:
            raise ValueError("must have no form and no input")
        return
    if forms != [("post", action)] or any("formaction" in tag or "formmethod" in tag for _, tag in page.tags):
        raise ValueError('must have one form, <form method="post" action="{{ action }}">, and nothing that changes it')
    if fields[:1] != [("hidden", "session", session)] or len(fields) != (2 if goto else 1):
        raise ValueError('must have one input, <input type="hidden" name="session" value="{{ session }}">')
    if goto and fields[1] != ("hidden", "goto_uri", goto):
        raise ValueError('must have <input type="hidden" name="goto_uri" value="{{ open }}"> as its second input')
    if html.lower().count(session[:16].lower()) != 1:
        raise ValueError("must hold the session in the form's one input and nowhere else")


def check_choice(html: str, t: Strings, action: str, values: list[str]) -> None:
    """The same for the page to choose a mailbox on: one form that leads to `action`, a button for each of `values`."""
    page = read(html, "choose", t)
    forms = [((form.get("method") or "get").lower(), form.get("action")) for form in page.all("form")]
    if forms != [("post", action)] or any("formaction" in tag or "formmethod" in tag for _, tag in page.tags):
        raise ValueError(
            'must have one form, <form method="post" action="{{ links.again }}">, and nothing that changes it'
        )
    if any("name" in field for field in page.all("input")):
        raise ValueError("must have no input with a name: a button says all that is chosen")
    buttons = [(tag.get("name"), tag.get("value"), "disabled" in tag) for tag in page.all("button") if "name" in tag]
    if buttons != [("mailbox", value, number == len(values) - 1) for number, value in enumerate(values)]:
        raise ValueError(
            'must have a <button name="mailbox" value="…"> for {{ user }} and each {{ mailbox.address }}, '
            "disabled if {{ mailbox.suspended }}"
        )


def read(html: str, outcome: str, t: Strings) -> Page:
    """The page, if it keeps what all pages promise; raises ValueError."""
    page = Page(html)
    said = [{name: tag.get(name) for name in ("lang", "dir", "data-outcome")} for tag in page.all("html")]
    if said != [{"lang": t.lang, "dir": t.dir, "data-outcome": outcome}]:
        raise ValueError('must say <html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">')
    if page.all(INJECTED):
        raise ValueError("must escape every value; one is marked as safe that is not")
    for tag, attributes in page.tags:
        problem = blocked(tag, attributes)
        if problem:
            raise ValueError(problem)
    if STYLE_LOADS.search(page.styles):
        raise ValueError("must have no style that loads something: the page's policy would block it")
    return page


def blocked(tag: str, attributes: Attributes) -> str:
    """What the page's policy would block of an element, if anything."""
    by_policy = "the page's policy would block it"
    if tag == "link" and attributes.get("rel") == "icon" and (attributes.get("href") or "").startswith("data:"):
        return ""
    if tag in BLOCKED:
        return f"must have no <{tag}>: {by_policy}"
    if tag in ("script", "style") and attributes.get("nonce") != NONCE:
        return f'must have no <{tag}> without nonce="{{{{ nonce }}}}": {by_policy}'
    if tag == "meta" and (attributes.get("http-equiv") or (attributes.get("name") or "").lower() == "referrer"):
        return "must have no <meta> that takes a header's place: the page has its headers"
    for name, value in attributes.items():
        if name == "style" or name.startswith("on"):
            return f"must have no {name}= on <{tag}>: {by_policy}; use <{'style' if name == 'style' else 'script'}>"
        if name in LOADING or (name == "src" and not (tag == "img" and PICTURES.match(value or ""))):
            return f"must load nothing by {name}= on <{tag}>: {by_policy}"
        if name in ("href", "xlink:href", "action", "formaction") and leads_astray(tag, value or ""):
            return f'must have no {name}="{value}" on <{tag}>: {by_policy}'
    return ""


def leads_astray(tag: str, address: str) -> bool:
    """Whether an address runs something, or loads something where it is no link."""
    bare = re.sub(r"[\x00-\x20]", "", address).lower()  # as browsers read it
    return bare.startswith(("javascript:", "vbscript:", "data:")) or (
        tag not in ("a", "area", "form") and not bare.startswith("#")
    )
