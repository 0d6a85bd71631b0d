"""What every page is made of, in every language, and how it stands up in Chromium."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

from plugin.click import answer
from plugin.ready import locales
from tests.kit import pages
from tests.kit.browser import TOO_WIDE
from tests.kit.languages import TAGS
from tests.kit.long import long
from tests.kit.pages import MOST_BYTES
from tests.screenshots import STATES, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOURCES = {name: source.text for name, source in pages.SOURCES.ours.items()}
#: Lets only addresses break within a word.
WHOLE_WORDS = """() => {
  document.body.style.overflowWrap = "normal";
  for (const each of document.querySelectorAll("a, bdi")) each.style.overflowWrap = "anywhere";
}"""
#: Those of the texts that do not fit on one line of the page's button.
TOO_LONG = """texts => {
  const button = document.querySelector(".go");
  const height = text => { button.textContent = text; return button.clientHeight; };
  return texts.filter(text => height(text) > height("x"));
}"""
AXE = """rules => axe.run(rules.length ? {runOnly: rules} : {}).then(
  found => ({violations: found.violations, passes: found.passes.length}))"""
#: What axe looks at in each: all, and what the colours alone decide.
SCHEMES: dict[Literal["light", "dark"], list[str]] = {"light": [], "dark": ["color-contrast"]}
LONG_HOST = "a-rather-long-name-of-a-machine.in-some-department.example.com"

browser_test = pytest.mark.browser


def at_length(*quick: str) -> list[Any]:
    """Every language; all but these take long together."""
    return [*quick, *long(*(tag for tag in TAGS if tag not in quick))]


@pytest.mark.parametrize("tag", TAGS)
def test_no_page_is_larger_than_8_kb(tag: str) -> None:
    made = {outcome: pages.response(outcome, tag) for outcome in pages.OUTCOMES}
    made["chosen"] = pages.response("signed-in", tag, user="info@example.com", chosen=True)
    sizes = {name: len(response.body.encode()) for name, response in made.items()}
    assert max(sizes.values()) <= MOST_BYTES, sizes


@pytest.mark.parametrize("tag", TAGS)
def test_the_longest_words_of_a_provider_and_of_cpanel_leave_it_at_8_kb(
    monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setitem(pages.REASONS, "uapi-refused", answer.messages(["字" * 300] * 6))
    longest: dict[str, Any] = {"support": "ก" * 200, "brand": "ก" * 40, "colour": "#c8102e", "open": "/" + "x" * 99}
    made = {each: pages.response(each, tag, cpsess="x" * 100, **longest) for each in pages.OUTCOMES}
    sizes = {outcome: len(response.body.encode()) for outcome, response in made.items()}
    assert max(sizes.values()) <= MOST_BYTES, sizes


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_template_has_nothing_that_the_policy_forbids(name: str) -> None:
    assert not re.search(r"<[^>]*\s(on\w+|style)\s*=", SOURCES[name])
    assert not re.search(r"<(style|script)(?! nonce=\"{{ nonce }}\">)", SOURCES[name])
    assert not re.search(
        r"\b(src(?!=.{{ logo }})|url\()|@import|<link(?! rel=.icon. href=.data:,.>)|javascript:", SOURCES[name]
    )


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_template_speaks_only_by_the_locale_files(name: str) -> None:
    text = re.sub(
        r"(?s){#.*?#}|{% block style.*?{% endblock %}|<(style|script).*?</\1>|{%.*?%}|{{.*?}}|<[^>]*>",
        "",
        SOURCES[name],
    )
    assert text.strip() == ""


def test_the_network_is_blamed_only_for_a_port_of_its_own() -> None:
    assert "Your network may be blocking" not in pages.response("signed-in", port=None).body
    assert "port\u00a0\u20682096\u2069" in pages.response("signed-in", port=2096).body


def test_the_login_page_of_webmail_is_offered_where_there_is_one() -> None:
    assert (
        'href="https://webmail.example.com/"' in pages.response("signed-in", direct="https://webmail.example.com/").body
    )
    assert "email address and password" not in pages.response("signed-in", direct=None).body


@pytest.mark.parametrize(
    ("support", "shown"),
    [
        ("https://help.example.net/", '<a href="https://help.example.net/" dir="ltr">https://help.example.net/</a>'),
        ("mailto:help@example.net", '<a href="mailto:help@example.net" dir="ltr">help@example.net</a>'),
        ("Call 555 & ask.", "<bdi>Call 555 &amp; ask.</bdi>"),
    ],
    ids=["https", "mailto", "sentence"],
)
@pytest.mark.parametrize("outcome", ["signed-in", "uapi-timeout"])
def test_support_is_shown_as_what_it_is(outcome: str, support: str, shown: str) -> None:
    assert shown in pages.response(outcome, support=support).body


def test_without_support_nothing_is_said_of_it() -> None:
    assert "Help from your hosting provider" in pages.response("uapi-timeout").body
    assert "Help from your hosting provider" not in pages.response("uapi-timeout", support=None).body


def test_a_mailbox_that_was_chosen_is_called_one() -> None:
    shown = '<dt>{}</dt><dd dir="ltr" translate="no">{}</dd>'
    assert shown.format("Account", "example") in pages.response("signed-in").body
    assert (
        shown.format("Mailbox", "info@example.com")
        in pages.response("signed-in", user="info@example.com", chosen=True).body
    )


def test_the_panels_own_messages_claim_no_language() -> None:
    said = pages.REASONS["uapi-refused"]
    assert pages.response("uapi-refused").body.count('<li><bdi lang="">') == len(said)


@browser_test
@pytest.mark.parametrize("tag", at_length("ar", "de"))
def test_nothing_overflows_at_320_pixels(phone: Page, address: str, tag: str) -> None:
    for state in STATES:
        if state != "no-script":
            show(phone, address, state, tag)
            assert phone.evaluate(TOO_WIDE) == [], state
            if tag != "ja":  # a phrase may be longer than a line
                phone.evaluate(WHOLE_WORDS)
                assert phone.evaluate(TOO_WIDE) == [], f"{state}: a word is broken"


@browser_test
@pytest.mark.parametrize(("tag", "breaks"), [("ja", "auto-phrase"), ("ko", "keep-all"), ("zh", "normal")])
def test_japanese_breaks_between_phrases_and_korean_between_words(
    phone: Page, address: str, tag: str, breaks: str
) -> None:
    show(phone, address, "uapi-timeout", tag)
    assert phone.evaluate("getComputedStyle(document.querySelector('h1')).wordBreak") == breaks


@browser_test
@pytest.mark.parametrize("tag", TAGS)
def test_each_button_is_one_line_at_320_pixels(phone: Page, address: str, tag: str) -> None:
    show(phone, address, "uapi-timeout", tag)
    texts = [text for key, text in locales.read(pages.SOURCES, tag).items() if re.search(r"\blink\b", key)]
    assert phone.evaluate(TOO_LONG, texts) == []


@browser_test
def test_a_long_host_and_a_long_account_break_at_320_pixels(phone: Page, address: str) -> None:
    phone.goto(
        f"{address}/signed-in?slow_after=.05&user={'abcdefgh' * 4}&host={LONG_HOST}&direct=https://webmail.{LONG_HOST}/"
    )
    phone.wait_for_selector("h2")
    assert phone.evaluate(TOO_WIDE) == []


@browser_test
@pytest.mark.parametrize("tag", ["de", "ru", "ar"])
def test_text_of_twice_the_size_still_fits(phone: Page, address: str, tag: str) -> None:
    for state in "slow", "used", "uapi-refused":
        show(phone, address, state, tag)
        phone.set_viewport_size({"width": 640, "height": 800})
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.evaluate(TOO_WIDE) == [], state


@browser_test
@pytest.mark.parametrize("tag", at_length("ar"))
def test_axe_finds_nothing(browser: Browser, address: str, tag: str) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    pages.stay(context)
    page = context.new_page()
    for state in STATES:
        if state == "no-script":
            continue
        show(page, address, state, tag)
        if state == "used":
            page.locator("summary").click()
        page.evaluate(axe)
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            found = page.evaluate(AXE, rules)
            assert found["violations"] == [], (state, scheme)
            assert found["passes"] >= (len(rules) or 10), (state, scheme)
    context.close()


@browser_test
def test_focus_is_visible_on_everything_that_takes_it(phone: Page, address: str) -> None:
    show(phone, address, "slow", "en")
    seen = set()
    for _ in range(4):
        phone.keyboard.press("Tab")
        style = phone.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; }"
        )
        assert style == ["solid", "3px"]
        seen.add(phone.evaluate("document.activeElement.href"))
    assert len(seen) == 4


#: What the way to a fresh try is called, where it is not "Try again".
AGAIN = {
    **dict.fromkeys(("no-such-mailbox", "mailbox-suspended", "bad-form"), "Back to the list"),
    "not-secure": "Continue securely",
    "not-clicked": "Open Webmail",
}
#: Where it cannot help.
HOME_FIRST = (
    *("not-in-cpanel", "wrong-user", "team-user", "webmail-user", "feature-off", "uapi-missing"),
    *("method-not-allowed", "foreign-form"),
)


@pytest.mark.parametrize("outcome", pages.FAILURES)
def test_the_button_is_what_the_sentence_above_it_says_and_the_other_way_stands_below(outcome: str) -> None:
    made = pages.response(outcome, support=None).body
    ways = [(pages.LINKS.again, AGAIN.get(outcome, "Try again")), (pages.LINKS.home, "Back to cPanel")]
    button, other = reversed(ways) if outcome in HOME_FIRST else ways
    found = re.findall(r'<a( class="go")? href="([^"]*)">(.*)</a>', made)
    assert found == [(' class="go"', *button), ("", *other)]


@browser_test
@pytest.mark.parametrize(("tag", "edge"), [("en", "left"), ("ar", "right")])
def test_code_and_reference_stand_below_their_labels(phone: Page, address: str, tag: str, edge: str) -> None:
    show(phone, address, "method-not-allowed", tag)
    edges = f"""all => all.map(each => [...each.children].map(part => {{
      const text = new Range();
      text.selectNodeContents(part);
      return text.getBoundingClientRect().{edge};
    }}))"""
    for label, value in phone.locator(".facts dl div").evaluate_all(edges):
        assert label == value


@browser_test
def test_code_and_reference_are_each_selected_as_a_whole(phone: Page, address: str) -> None:
    show(phone, address, "uapi-timeout", "en")
    for text in "uapi-timeout", "4f1c09ab":
        phone.get_by_text(text, exact=True).click()
        assert phone.evaluate("String(getSelection())") == text


@browser_test
def test_print_keeps_what_support_needs_and_leaves_the_buttons_out(phone: Page, address: str) -> None:
    show(phone, address, "uapi-timeout", "en")
    phone.emulate_media(media="print")
    expect(phone.get_by_text("4f1c09ab")).to_be_visible()
    expect(phone.get_by_text("Try again", exact=True)).to_be_hidden()


@browser_test
def test_the_drawing_follows_forced_colours(phone: Page, address: str) -> None:
    phone.emulate_media(forced_colors="active")
    show(phone, address, "signed-in", "en")
    colours = phone.evaluate(
        "() => [getComputedStyle(document.querySelector('path')).stroke, getComputedStyle(document.body).color]"
    )
    assert colours[0] == colours[1]


@browser_test
def test_the_slow_notice_stands_in_the_one_live_region(phone: Page, address: str) -> None:
    show(phone, address, "slow", "en")
    (region,) = phone.get_by_role("status").all()
    expect(region.get_by_role("heading")).to_have_text("This is taking longer than usual.")


@browser_test
def test_the_slow_notice_takes_the_place_of_the_button_and_of_what_was_promised(phone: Page, address: str) -> None:
    show(phone, address, "slow", "en")
    for gone in ("form", "section:first-of-type > p"):
        expect(phone.locator(gone)).to_be_hidden()
    expect(phone.get_by_role("link", name="Try again")).to_be_visible()


@browser_test
@pytest.mark.parametrize("state", STATES)
def test_a_page_has_one_heading_of_the_first_rank_that_is_its_title(
    browser: Browser, phone: Page, address: str, state: str
) -> None:
    if state == "no-script":
        phone = browser.new_context(java_script_enabled=False).new_page()
    show(phone, address, state, "en")
    expect(phone.get_by_role("main").get_by_role("heading", level=1)).to_have_text(phone.evaluate("document.title"))
