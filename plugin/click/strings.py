"""Choose a language, look up a sentence."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# What browsers call languages that cPanel has under another name (cpanel-facts.md §8).
ALIASES = {
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "in": "id",
    "tl": "fil",
    "zh_hant": "zh_tw",
    "zh_hk": "zh_tw",
    "zh_mo": "zh_tw",
}
LATIN_AMERICA = set("ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve".split())  # noqa: SIM905
MAX_ACCEPT_LANGUAGE = 1000  # characters
MAX_TAG = 64  # likewise


def choose(available: Collection[str], account: str | None, accept_language: str) -> str:
    """The first of `available` locale tags that suits: the account's language, then the browser's, then English."""
    for wanted in (account or "", *accepted(accept_language)):
        for tag in candidates(wanted):
            if tag in available:
                return tag
    return "en"


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, most wanted first (RFC 9110 §12.5.4); nonsense is left out."""
    found = []
    for item in header[:MAX_ACCEPT_LANGUAGE].split(","):
        language, _, parameter = item.strip().partition(";")
        name, _, quality = parameter.strip().partition("=")
        try:
            weight = float(quality) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if 0 < weight <= 1:
            found.append((-weight, language.strip()))
    return [language for _, language in sorted(found, key=lambda entry: entry[0])]


def candidates(language: str) -> Iterator[str]:
    """Locale tags for a language as browsers or the panel write it, the most exact first."""
    tag = language[:MAX_TAG].lower().replace("-", "_")
    parts = tag.split("_")
    if parts[0] == "es" and parts[-1] in LATIN_AMERICA:
        tag = "es_419"
    while tag:
        yield ALIASES.get(tag, tag)
        tag = tag.rpartition("_")[0]


class Strings:
    """The sentences of one language. ``lang`` is the BCP 47 tag, ``dir`` is ltr or rtl."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self.lang = sentences["lang"]
        self.dir = sentences["dir"]
        self._sentences = sentences

    def __call__(self, key: str, **values: object) -> str:
        """The sentence, each ``{name}`` replaced; a value keeps its own direction in a right-to-left sentence."""
        sentence = self._sentences[key]
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", f"\u2068{value}\u2069")
        return sentence
