"""The sentences: every language whole, right and short enough; the provider's own over ours."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from plugin.ready import locales, sources, validate
from plugin.ready.places import Places
from plugin.ready.problem import Problem
from tests.kit.languages import OURS, TAGS, WHOLE, own_entries, sentences_of

OTHER_SCRIPTS = ["ar", "el", "he", "ja", "ko", "ru", "th", "uk", "zh", "zh_tw"]

NAMES = ("Webmail", "cPanel", "VPN")
LATIN_WORDS = {*NAMES, "IP", "Proxy", "email"}  # what stays in Latin letters in languages with letters of their own
LOANS = {
    "label.account": ("fil", "it", "nl"),
    "label.code": ("fil",),
    "label.mailbox": ("fil", "nl"),
    "label.reference": ("da",),
}

# A 320 px phone leaves about 245 px inside the card, and 215 px inside a button: on a line 18 average Latin letters of
# a title, 22 of a button, 30 of other text. Hence a title of two lines, a button or link of one, a label of two, a
# sentence of at most six; and no word is longer than a line.
MOST = {"title": 36, "link": 22, "label": 45, "sentence": 165}
A_LINE = {"title": 18, "sentence": 28}

LINE = re.compile(r'([a-z0-9-]+(?:\.[a-z-]+)*): "([^"\\]+)"')


def read(places: Places, tag: str) -> dict[str, str]:
    return locales.read(sources.read(places), tag)


def kind(key: str) -> str:
    first, _, last = key.partition(".")
    if first in ("label", "link"):
        return first
    if key in ("choose.own", "choose.suspended", "choose.search", "choose.left"):
        return "label"
    last = last.rpartition(".")[2]
    return last if last in MOST and key != "signin.slow.title" else "sentence"


def width(text: str) -> int:
    """Columns of `text`: none for marks above or below a letter, two for a full-width character."""
    return sum(
        0 if unicodedata.category(letter) == "Mn" else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A staged tree with our own templates and nothing of the provider's yet."""
    release = tmp_path / "usr/local/cpanel/3rdparty/webmail-signin/releases/1.0.0"
    release.mkdir(parents=True)
    for part in ("templates", "plugin"):
        (release / part).symlink_to(OURS.parent / part)
    return Places(str(release))


def provide(places: Places, tag: str, text: str) -> str:
    file = Path(places.own_templates, "locale", f"{tag}.yaml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file)


# Our files.


def test_there_is_a_file_for_every_locale_of_cpanel_and_no_other() -> None:
    assert sorted(path.name for path in (OURS / "locale").iterdir()) == [f"{tag}.yaml" for tag in TAGS]


@pytest.mark.parametrize("tag", TAGS)
def test_a_file_has_one_quoted_entry_a_line(tag: str) -> None:
    lines = (OURS / "locale" / f"{tag}.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("# ") and not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("tag", WHOLE)
def test_a_file_has_the_keys_of_english_in_the_same_order(tag: str) -> None:
    assert list(own_entries(tag)) == list(own_entries("en"))


@pytest.mark.parametrize("tag", TAGS)
def test_a_sentence_has_the_placeholders_of_english(tag: str) -> None:
    found = {key: sorted(locales.PLACEHOLDER.findall(text)) for key, text in sentences_of(tag).items()}
    assert found == {key: sorted(locales.PLACEHOLDER.findall(text)) for key, text in own_entries("en").items()}


@pytest.mark.parametrize("tag", TAGS)
def test_lang_is_the_bcp_47_tag(tag: str) -> None:
    language, _, region = tag.partition("_")
    assert own_entries(tag)["lang"] == (f"{language}-{region.upper()}" if region else language)


@pytest.mark.parametrize("tag", TAGS)
def test_only_arabic_and_hebrew_run_from_right_to_left(tag: str) -> None:
    assert sentences_of(tag)["dir"] == ("rtl" if tag in ("ar", "he") else "ltr")


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_nothing_is_left_in_english(tag: str) -> None:
    english = own_entries("en")
    same = {key for key, text in own_entries(tag).items() if text == english.get(key) and text not in ("ltr", *NAMES)}
    assert same <= {key for key, tags in LOANS.items() if tag in tags}


@pytest.mark.parametrize("tag", OTHER_SCRIPTS)
def test_a_language_with_its_own_letters_uses_them(tag: str) -> None:
    sentences = [re.sub(r"\{\w+\}", "", text) for key, text in own_entries(tag).items() if key not in locales.ABOUT]
    assert {word for text in sentences for word in re.findall("[A-Za-z]+", text)} <= LATIN_WORDS


@pytest.mark.parametrize("tag", TAGS)
def test_webmail_and_cpanel_keep_their_names(tag: str) -> None:
    english, sentences = own_entries("en"), sentences_of(tag)
    named = [(key, name) for key, text in english.items() for name in NAMES if name in text]
    assert [(key, name) for key, name in named if name not in sentences[key]] == []


@pytest.mark.parametrize("tag", TAGS)
def test_no_sentence_shouts_or_has_stray_blanks(tag: str) -> None:
    entries = own_entries(tag)
    assert [key for key, text in entries.items() if re.search(r"[!！'`]|\s\s|^\s|\s$", text)] == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_sentence_fits_the_card_of_a_small_phone(tag: str) -> None:
    sentences = {key: text for key, text in own_entries(tag).items() if key not in locales.ABOUT}
    assert [key for key, text in sentences.items() if width(text) > MOST[kind(key)]] == []


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag not in ("ja", "th", "zh", "zh_tw")])  # break anywhere
def test_every_word_fits_on_a_line_of_a_small_phone(tag: str) -> None:
    words = [(key, word) for key, text in own_entries(tag).items() for word in re.split(r"[\s-]", text)]
    assert [word for key, word in words if width(word) > A_LINE.get(kind(key), A_LINE["sentence"])] == []


def test_every_page_renders_in_every_language(places: Places) -> None:
    checked = validate.check(places)
    assert (sorted(checked.sentences), checked.problems) == (TAGS, [])


# Inheriting.


@pytest.mark.parametrize("tag", ["es_419", "es_es"])
def test_a_spanish_of_a_region_says_only_what_differs(tag: str) -> None:
    spanish = own_entries("es")
    assert [key for key, text in own_entries(tag).items() if text == spanish.get(key)] == []


@pytest.mark.parametrize("tag", ["es_419", "es_es"])
def test_a_spanish_of_a_region_has_the_rest_from_spanish(tag: str) -> None:
    own = {key: text for key, text in own_entries(tag).items() if key != "inherits"}
    assert sentences_of(tag) == {**own_entries("es"), **own}


def test_a_locale_of_the_providers_own_has_what_it_does_not_say_from_english(places: Places) -> None:
    provide(places, "sk", 'lang: "sk"\nlink.open: "Otvoriť Webmail"\n')
    assert read(places, "sk") == {**own_entries("en"), "lang": "sk", "link.open": "Otvoriť Webmail"}


def test_a_locale_of_the_providers_own_is_one_of_the_tags(places: Places) -> None:
    provide(places, "sk", 'lang: "sk"\n')
    assert sorted(sources.read(places).locales) == sorted([*TAGS, "sk"])


@pytest.mark.parametrize(
    "parent", [pytest.param("es_419", id="which inherits from it"), pytest.param("xx", id="that there is not")]
)
def test_inheriting_from_a_locale_is_refused(parent: str, places: Places) -> None:
    file = provide(places, "es", f'inherits: "{parent}"\n')
    with pytest.raises(Problem) as caught:
        read(places, "es_419")
    assert (caught.value.file, caught.value.key) == (file, "inherits")


# The provider's own sentences.


@pytest.mark.parametrize("tag", ["de", "en"])
def test_a_providers_sentence_wins_and_the_rest_stays(tag: str, places: Places) -> None:
    provide(places, tag, 'link.open: "Mail"\n')
    assert read(places, tag) == {**own_entries(tag), "link.open": "Mail"}


def test_a_providers_spanish_sentence_is_inherited_too(places: Places) -> None:
    provide(places, "es", 'link.open: "Mi correo"\n')
    assert read(places, "es_419")["link.open"] == "Mi correo"


def test_a_provider_may_leave_a_placeholder_out(places: Places) -> None:
    provide(places, "de", 'signin.slow.network: "Ihr Netzwerk sperrt Webmail."\n')
    assert read(places, "de")["signin.slow.network"] == "Ihr Netzwerk sperrt Webmail."


def test_a_placeholder_left_out_in_the_providers_english_may_stand_in_german(places: Places) -> None:
    provide(places, "en", 'signin.slow.network: "Your network blocks Webmail."\n')
    assert read(places, "de") == own_entries("de")


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        pytest.param('link.opn: "Mail"', "link.opn", id="an unknown key"),
        pytest.param('link.open: "Mail {name}"', "link.open", id="an unknown placeholder"),
        pytest.param('dir: "up"', "dir", id="a direction that there is not"),
        pytest.param("link.open: 7", "link.open", id="a number"),
        pytest.param('link.open: ""', "link.open", id="nothing"),
    ],
)
@pytest.mark.parametrize("tag", ["de", "en"])
def test_a_mistake_is_named_with_file_line_and_key(tag: str, entry: str, key: str, places: Places) -> None:
    file = provide(places, tag, f'# ours\nsignin.title: "Mail"\n{entry}\n')
    with pytest.raises(Problem) as caught:
        read(places, tag)
    assert (caught.value.file, caught.value.line, caught.value.key) == (file, 3, key)


def test_every_mistake_is_told_once_and_in_the_order_of_the_file(places: Places) -> None:
    provide(places, "De", 'link.open: 7\nlink.opn: "{x}"\nlink.home: [a]\nlink.home: ""\nsignin.title: "{x}"\n')
    (source,) = sources.read(places).locales["De"]
    found = locales.problems(source, sources.read(places).locales["en"][0])
    assert [(each.line, each.key) for each in found] == [
        (None, None), (1, "link.open"), (2, "link.opn"), (3, "link.home"), (4, "link.home"), (5, "signin.title"),
    ]  # fmt: skip


def test_a_language_of_the_providers_own_must_say_which_it_is(places: Places) -> None:
    file = provide(places, "xy", 'signin.title: "Mail"\n')
    with pytest.raises(Problem) as caught:
        read(places, "xy")
    assert (caught.value.file, caught.value.key) == (file, "lang")


def test_one_that_inherits_need_not(places: Places) -> None:
    provide(places, "de_at", 'inherits: "de"\n')
    assert read(places, "de_at") == own_entries("de")
