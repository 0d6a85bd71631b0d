"""The words themselves: what a list or a count can tell of every sentence in every language."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from plugin.click.main import LAST_DITCH
from plugin.ready import locales
from tests.kit import pages
from tests.kit.languages import OURS, TAGS, WHOLE, own_entries, sentences_of

TEMPLATES = {file.name: file.read_text(encoding="utf-8") for file in sorted(Path(OURS).glob("*.html"))}
SHARED = ("label.", "link.", "page.", "later.")  # what may stand in several states

#: Words of the register that a language does not use, on buttons as in sentences: familiar where it is polite, and the
#: other way round.
OTHER_REGISTER = {
    "cs": r"\b(ty|tě|tebe|tvůj|tvoje|tvého|zkus|klikni|otevři|vyber)\b",
    "da": r"\b(De|Dem|Deres)\b(?<!^De)(?<!\. De)",
    "de": r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]ein\w*|Klicke?|Wähle?|Öffne|Versuche?)\b",
    "el": r"\b(εσύ|σου|δοκίμασε|άνοιξέ|πάτησε|επίλεξε)\b",
    "es": r"\b(tú|tus?|tuyo|contigo|vosotros|vuestr\w+|Prueba|Abre|Elige|Haz|Pulsa|Inténtalo|Vuelve|Usa)\b",
    "fi": r"\b([Tt]e|[Tt]eidän|[Tt]eille|[Aa]vatkaa|[Yy]rittäkää|[Vv]alitkaa)\b",
    "fil": r"\b(ka|mo|iyo|iyong|ikaw)\b",
    "fr": r"\b([Tt]u|[Tt]on|[Tt]a|[Tt]es|toi|Réessaie|Clique|Ouvre|Choisis|Reviens)\b",
    "hu": r"\b(te|téged|neked|kattints|nyisd|próbáld|válassz)\b",
    "id": r"\b([Kk]amu|[Kk]alian|[Ee]ngkau)\b",
    "it": r"\b(Lei|Le|La preghiamo|[Ss]uo|[Ss]ua|[Ss]uoi|Può|[Rr]iprovi|[Aa]pra|[Aa]cceda|[Cc]ontatti|[Tt]orni|"
    r"[Ff]accia|[Ss]celga|[Uu]si|[Pp]rovi|[Dd]isattivi|[Cc]hieda|[Cc]omunichi|[Ee]sca|[Cc]ontinui|[Aa]nnulli)\b",
    "ja": r"(だ|である|しろ|しなさい)。",
    "ko": r"(세요|해요|어요|아요|십시요|한다|하라)[.:?]?$",
    "ms": r"\b([Kk]amu|[Aa]wak|[Ee]ngkau)\b",
    "nb": r"\b(De|Dem|Deres)\b(?<!^De)(?<!\. De)",
    "nl": r"\b([Jj]e|[Jj]ij|[Jj]ou|[Jj]ouw|[Jj]ullie)\b",
    "pl": r"\b(Pan|Pani|Pana|Państwo|Państwa|[Pp]roszę)\b",
    "pt": r"\b([Tt]u|[Tt]eus?|[Tt]uas?|[Vv]ocê|Clica|Tenta|Abre|Escolhe|Volta|Usa)\b",
    "pt_br": r"\b([Tt]u|[Tt]eus?|[Tt]uas?|[Ss]enhor\w*|Clica|Tenta|Abra-o|Escolhe)\b",
    "ro": r"\b([Tt]u|[Tt]ău|[Tt]a|[Tt]ale|[Îî]ncearcă|[Dd]eschide Webmail din|[Aa]lege|[Aa]pasă|[Cc]ontactează)\b",
    "ru": r"\b([Тт]ы|[Тт]еб[яе]|[Тт]во[йёяи]\w*|[Нн]ажми|[Оо]ткрой|[Вв]ыбери)\b",
    "sv": r"\b(Ni|ni|[Ee]r|[Ee]rt|[Ee]ra)\b",
    "th": r"ท่าน(?!ั)|เธอ",
    "tr": r"\b([Ss]en|[Ss]eni|[Ss]ana|[Ss]enin)\b|\w(ebilirsin|abilirsin)\b",
    "uk": r"\b([Тт]и|[Тт]еб[ея]|[Тт]в[оі]\w+|[Нн]атисни|[Вв]ідкрий|[Вв]ибери)\b",
    "vi": r"\b([Qq]uý khách|[Aa]nh|[Cc]hị|[Ee]m)\b",
    "zh": "你",
    "zh_tw": "你",
}
#: Words that make the person, or cPanel, a man or a woman.
GENDERED = {
    "cs": r"\bpřihlášen[iay]?\b|\bsami\b",
    "es": r"conectad[oa]|autorizad[oa]|[Bb]ienvenid[oa]",
    "fr": r"[Vv]ous êtes|connectée?\b|autorisée? à",
    "he": r"\b(אתה|אתן|לחצי?|נסי|פני|בחרי?)\b",
    "it": r"\b[Ss]ei\b|connesso|connessa|autorizzat[oa]",
    "pl": r"\b\w+(łeś|łaś)\b|zalogowan[ya]\b",
    "pt": r"conectad[oa]|autenticad[oa]|autorizad[oa]|ligad[oa]\b",
    "pt_br": r"conectad[oa]|logad[oa]|autorizad[oa]",
    "ro": r"\b[Ss]unteți\b",
    "ru": r"cPanel (отказал|дал|не разрешил|прислал)",
    "uk": r"cPanel (відмови|дала|дав|не дозволи[вл]|надісла)",
}
#: What names the thing before {host} (after it in Turkish and Korean) where a name cannot take an ending.
NOUN = {
    "ar": r"خادم (?=\{host\})",
    "cs": r"server\w* (?=\{host\})",
    "el": r"διακομιστή (?=\{host\})",
    "fi": r"(osoitteen|osoitteeseen|palvelimen|palvelimeen) (?=\{host\})",
    "he": r"(שרת|לשרת|השרת) (?=\{host\})",
    "hu": r"kiszolgáló\w* \((?=\{host\})",
    "ko": r"\{host\}(?= 서버)",
    "pl": r"serwer\w* (?=\{host\})",
    "ro": r"server\w* (?=\{host\})",
    "ru": r"сервер\w* (?=\{host\})",
    "tr": r"\{host\}(?= sunucu)",
    "uk": r"сервер\w* (?=\{host\})",
}
#: The two names where they must have an ending.
NOT_DECLINED = {
    "cs": r"\b(do|k|ke|od|v|ve|z|ze) (Webmail|cPanel)\b",
    "pl": r"\b(do|od|w|we|z|przed|używać|otwarcia|[Oo]twieranie) (Webmail|cPanel)\b",
}
#: How a sentence, what leads to something, and a question end; Thai has no full stop and no question mark.
ENDS = {".": ".。", ":": ":：", "?": "?？؟;"}


def sentences(tag: str) -> dict[str, str]:
    """What `tag` says, what it inherits included, without what the file says of itself."""
    return {key: text for key, text in sentences_of(tag).items() if key not in locales.ABOUT}


def found(pattern: str, tag: str) -> list[str]:
    return [f"{key}: {text}" for key, text in sentences(tag).items() if re.search(pattern, text)]


@pytest.mark.parametrize("tag", TAGS)
def test_no_sentence_stands_under_two_keys(tag: str) -> None:
    assert [text for text, times in Counter(sentences(tag).values()).items() if times > 1] == []


def test_no_sentence_serves_two_states() -> None:
    source = re.sub(r"{% block title %}.*?{% endblock %}", "", "".join(TEMPLATES.values()))  # the heading once more
    asked = Counter(re.findall(r'"([a-z-]+(?:\.[a-z-]+)+)"', source))
    alone = [key for key in own_entries("en") if not key.startswith(SHARED)]
    assert [key for key in alone if asked[key] > 1] == []


def test_every_sentence_stands_on_some_page() -> None:
    source = "".join(TEMPLATES.values())
    said = {"later.do", *re.findall(r'"([a-z-]+(?:\.[a-z-]+)+)"', source)}
    said |= {f"{outcome}.{part}" for outcome in pages.FAILURES for part in ("what", "do")}
    assert [key for key in sentences("en") if key not in said] == []


def test_english_has_a_note_for_translators_at_each_placeholder() -> None:
    note, missing = "", []
    for line in (OURS / "locale" / "en.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            note += line
            continue
        missing += [name for name in locales.PLACEHOLDER.findall(line) if f"{{{name}}}" not in note]
        note = ""
    assert missing == []


def test_what_to_do_names_its_own_subject() -> None:
    told = {key: text.replace("If it happens again", "") for key, text in own_entries("en").items()}
    assert [key for key, text in told.items() if key.endswith(".do") and re.search(r"\b[Ii]ts?\b", text)] == []


@pytest.mark.parametrize("tag", OTHER_REGISTER)
def test_a_language_keeps_to_one_register(tag: str) -> None:
    assert found(OTHER_REGISTER[tag], tag) == []


@pytest.mark.parametrize("tag", ["es_419", "es_es"])
def test_the_spanish_of_a_region_keeps_to_the_register_of_spanish(tag: str) -> None:
    assert found(OTHER_REGISTER["es"], tag) == []


@pytest.mark.parametrize("tag", GENDERED)
def test_neither_the_person_nor_cpanel_has_a_gender(tag: str) -> None:
    assert found(GENDERED[tag], tag) == []


@pytest.mark.parametrize("tag", NOUN)
def test_a_server_is_called_one_before_its_name(tag: str) -> None:
    assert [text for text in sentences(tag).values() if len(re.findall(NOUN[tag], text)) != text.count("{host}")] == []


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "tr"])  # where the noun follows
def test_a_port_stays_with_its_noun(tag: str) -> None:
    assert found(r"\s\{port\}(?<!\u00a0\{port\})", tag) == []


@pytest.mark.parametrize("tag", NOT_DECLINED)
def test_webmail_and_cpanel_are_declined(tag: str) -> None:
    assert found(NOT_DECLINED[tag], tag) == []


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag not in ("en", "th")])
def test_a_sentence_ends_as_the_english_one(tag: str) -> None:
    english, stops = own_entries("en"), "".join(ENDS.values())
    ends = {key: (ENDS.get(english[key][-1], ""), text[-1]) for key, text in sentences(tag).items()}
    assert [key for key, (right, end) in ends.items() if (end not in right if right else end in stops)] == []


@pytest.mark.parametrize("tag", TAGS)
def test_no_line_can_end_with_a_single_letter_and_its_hyphen(tag: str) -> None:
    assert found(r"(?<![^\W\d_])[^\W\d_]-\w", tag) == []  # U+2011, as in E‑Mail, holds the two together


def test_a_french_sign_of_two_parts_follows_a_space_that_does_not_break() -> None:
    assert found(r"[^\u00a0][:»]|«[^\u00a0]|[^\u202f][;?]", "fr") == []


@pytest.mark.parametrize("tag", ["cs", "pl", "ru", "uk"])
def test_a_word_of_one_letter_stays_with_the_next_where_typography_asks_for_it(tag: str) -> None:
    assert found(r"(?<![\w’])[^\W\d_] ", tag) == []


@pytest.mark.parametrize("tag", ["ja", "zh", "zh_tw"])
def test_full_width_writing_has_full_width_signs(tag: str) -> None:
    assert found(r"[,.:;?()]", tag) == []


def test_arabic_has_the_signs_of_arabic() -> None:
    assert found(r"[,;?]", "ar") == []


@pytest.mark.parametrize("key", ["error.title", "internal-error.what", "later.do", "link.again", "link.home"])
def test_the_page_of_last_resort_says_what_the_others_say(key: str) -> None:
    assert own_entries("en")[key] in LAST_DITCH


@pytest.mark.parametrize("tag", WHOLE)
def test_the_words_for_code_and_reference_are_those_of_their_labels(tag: str) -> None:
    """Stems: a word that is declined keeps at least its first half."""
    said = sentences(tag)
    words = [said[key].casefold().split()[-1] for key in ("label.code", "label.reference")]
    assert [word for word in words if word[: max(2, len(word) // 2)] not in said["uapi-missing.do"].casefold()] == []
