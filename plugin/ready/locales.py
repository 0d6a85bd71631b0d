"""The locale files: ours, and over them the provider's own sentences."""

from __future__ import annotations

import os
import re

from plugin.ready import config, flat
from plugin.ready.flat import ContentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.places import Places

PLACEHOLDER = re.compile(r"\{(\w*)\}")
ABOUT = ("lang", "dir", "inherits")  # what a file says of itself; the rest are sentences


def tags(places: Places) -> list[str]:
    """All locale tags that there is a file for."""
    found = set()
    for folder in (places.templates, places.own_templates):
        if os.path.isdir(f"{folder}/locale"):
            found |= {name[:-5] for name in os.listdir(f"{folder}/locale") if name.endswith(".yaml") and name[0] != "."}
    return sorted(found)


def read(places: Places, tag: str, children: tuple[str, ...] = ()) -> dict[str, str]:
    """All sentences of a locale, which `children` inherit.

    What a locale does not say comes from the one that it names in `inherits`, and in the end from English. Raises
    ContentError if a file is not a flat YAML mapping of known keys to text with the placeholders of our English text,
    or if `inherits` leads nowhere.
    """
    english = {key: sentence for key, sentence, _ in file_entries(f"{places.templates}/locale/en.yaml")}
    sentences: dict[str, str] = {}
    for folder in (places.templates, places.own_templates):
        sentences = merged(sentences, f"{folder}/locale/{tag}.yaml", english)
    if not sentences.keys() & {"lang", "inherits"}:
        file = f"{places.own_templates}/locale/{tag}.yaml"
        raise ContentError(file, None, "lang", "is missing; say what language this is, such as pt-BR")
    parent = sentences.pop("inherits", "en")
    if tag == "en":
        return sentences
    if parent in (tag, *children) or parent not in tags(places):
        owns = os.path.lexists(f"{places.own_templates}/locale/{tag}.yaml")
        file = f"{places.own_templates if owns else places.templates}/locale/{tag}.yaml"
        raise ContentError(file, None, "inherits", "must name another locale, and none that inherits from this one")
    return {**read(places, parent, (tag, *children)), **sentences}


def merged(sentences: dict[str, str], file: str, english: dict[str, str]) -> dict[str, str]:
    """`sentences` with those of `file` over them, each checked against the English one."""
    if not os.path.lexists(file):
        return sentences
    if not re.fullmatch(config.LOCALE, os.path.basename(file)[:-5]):
        raise ContentError(file, None, None, "must be named by a locale tag of cPanel's, such as pt_br.yaml")
    own = {}
    for key, sentence, line in file_entries(file):
        if key == "dir" and sentence not in ("ltr", "rtl"):
            raise ContentError(file, line, key, "must be ltr or rtl")
        if key == "lang" and not re.fullmatch("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", sentence):
            raise ContentError(file, line, key, "must be a language tag, such as pt-BR")
        if key not in (*ABOUT, *english):
            raise ContentError(file, line, key, "unknown sentence; our own en.yaml has all that there are")
        if set(PLACEHOLDER.findall(sentence)) - set(PLACEHOLDER.findall(english.get(key, ""))):
            raise ContentError(file, line, key, "has a {placeholder} that the English sentence does not have")
        own[key] = sentence
    return {**sentences, **own}


def file_entries(file: str) -> list[tuple[str, str, int]]:
    """Key, text and line (from 1) of each entry."""
    found = list(flat.entries(flat.read(file), file))
    for key, value, line in found:
        if not isinstance(value, str) or not value.strip():
            raise ContentError(file, line, key, "must be text; put it in quotes")
    return found
