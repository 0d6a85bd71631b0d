"""strings: which language, and a sentence of it."""

from __future__ import annotations

import pytest

from plugin.click import strings

AVAILABLE = ["ar", "de", "en", "es", "es_419", "es_es", "fil", "fr", "he", "id", "nb", "pt", "pt_br", "zh", "zh_tw"]


def choose(account: str | None = None, accept_language: str = "") -> str:
    return strings.choose(AVAILABLE, account, accept_language)


def test_the_accounts_language_comes_before_the_browsers() -> None:
    assert choose("es", "de") == "es"


def test_an_account_language_without_sentences_gives_way_to_the_browsers() -> None:
    assert choose("ja", "de") == "de"


@pytest.mark.parametrize("account", [None, "", "i_cpanel_snowmen", "../../etc/passwd"])
def test_without_a_usable_language_it_is_english(account: str | None) -> None:
    assert choose(account) == "en"


BROWSERS = {
    "de": "de",
    "DE": "de",
    "de-CH": "de",
    "de-CH-1996": "de",
    "fr-CA, de": "fr",
    "ja, ko, de": "de",
    "fr;q=0.5, de;q=0.9": "de",
    "fr;q=0.5,de": "de",
    "fr; q=0.1 , de ; q = 0.2": "de",
    "fr;q=0, de": "de",
    "fr;q=1, de;q=1.0": "fr",
    "es-MX": "es_419",
    "es-AR": "es_419",
    "es-ES": "es_es",
    "es-419": "es_419",
    "es": "es",
    "pt-BR": "pt_br",
    "pt-PT": "pt",
    "zh-TW": "zh_tw",
    "zh-HK": "zh_tw",
    "zh-Hant-HK": "zh_tw",
    "zh-Hans-CN": "zh",
    "no": "nb",
    "nn-NO": "nb",
    "iw": "he",
    "in": "id",
    "tl": "fil",
    "*": "en",
    ",,;,": "en",
    "fr;q=high, de;q=0.1": "de",
    "fr;q=nan, de;q=0.1": "de",
    "fr;q=-1, de;q=0.1": "de",
    "fr;q=2, de;q=0.1": "de",
    "../../etc/passwd": "en",
    "\udcff\0": "en",
}


@pytest.mark.parametrize(("header", "expected"), BROWSERS.items(), ids=map(ascii, BROWSERS))
def test_the_browsers_language_is_found(header: str, expected: str) -> None:
    assert choose(accept_language=header) == expected


def test_languages_that_are_wanted_equally_come_in_their_order() -> None:
    assert strings.accepted("c;q=0.5, a, b, d;q=0.5") == ["a", "b", "c", "d"]


def test_an_endless_header_has_an_end() -> None:
    assert len(strings.accepted("de," * 1_000_000)) < 1000


@pytest.fixture
def sentences() -> strings.Strings:
    return strings.Strings(
        {"lang": "en", "dir": "ltr", "plain": "Hello.", "two": "{host} and {port}, {host}", "brace": "{} {x}"}
    )


def test_a_sentence_is_looked_up(sentences: strings.Strings) -> None:
    assert sentences("plain") == "Hello."


def test_an_unknown_sentence_is_an_error(sentences: strings.Strings) -> None:
    with pytest.raises(LookupError):
        sentences("missing")


def test_each_placeholder_is_replaced_and_keeps_its_own_direction(sentences: strings.Strings) -> None:
    assert sentences("two", host="a", port=1) == "\u2068a\u2069 and \u20681\u2069, \u2068a\u2069"


def test_braces_that_are_no_placeholder_stay(sentences: strings.Strings) -> None:
    assert sentences("brace", host="a") == "{} {x}"


def test_a_tag_without_end_is_not_taken_apart() -> None:
    assert len(list(strings.candidates("_" * 100_000))) <= 64
