"""Root's side: does a rendered page keep what every page promises, whoever wrote its template?"""

from __future__ import annotations

from html.parser import HTMLParser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.strings import Strings

INJECTED = "injected"  # no element is called so: where it turns up as one, a value was not escaped
Attributes = dict[str, "str | None"]


class Page(HTMLParser):
    """The start tags of a page, by name, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: dict[str, list[Attributes]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.setdefault(tag, []).append(dict(attrs))

    def all(self, tag: str) -> list[Attributes]:
        return self.tags.get(tag, [])


def check(html: str, outcome: str, t: Strings, action: str = "", session: str = "") -> None:
    """Raises ValueError naming the first promise that `html` breaks.

    `action` and `session` are those of the form; without them the page may have none. `session` must be a word that
    stands nowhere else, with characters in it that need escaping.
    """
    page = Page(html)
    said = [{name: tag.get(name) for name in ("lang", "dir", "data-outcome")} for tag in page.all("html")]
    if said != [{"lang": t.lang, "dir": t.dir, "data-outcome": outcome}]:
        raise ValueError('must say <html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">')
    if page.all(INJECTED):
        raise ValueError("must escape every value; one is marked as safe that is not")
    forms = [((form.get("method") or "get").lower(), form.get("action")) for form in page.all("form")]
    fields = [(tag.get("type"), tag.get("name"), tag.get("value")) for tag in page.all("input")]
    if not session:
        if forms or fields:
            raise ValueError("must have no form and no input")
        return
    if forms != [("post", action)] or any("formaction" in tag or "formmethod" in tag for tag in page.all("button")):
        raise ValueError('must have one form, <form method="post" action="{{ action }}">, and nothing that changes it')
    if fields != [("hidden", "session", session)]:
        raise ValueError('must have one input, <input type="hidden" name="session" value="{{ session }}">')
    if html.lower().count(session[:16].lower()) != 1:
        raise ValueError("must hold the session in the form's one input and nowhere else")
