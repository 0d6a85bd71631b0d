"""The locale files: ours, and over them the provider's own sentences."""

from __future__ import annotations

import os
import re

from plugin import content
from plugin.errors import ContentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.places import Places

PLACEHOLDER = re.compile(r"\{(\w*)\}")
ABOUT = ("lang", "dir", "inherits")  # what a file says of itself; the rest are sentences


def tags(places: Places) -> list[str]:
    """All locale tags that there is a file for."""
    found = set()
    for folder in (places.templates, places.own_templates):
        if os.path.isdir(f"{folder}/locale"):
            found |= {name[:-5] for name in os.listdir(f"{folder}/locale") if name.endswith(".yaml")}
    return sorted(found)


def read(places: Places, tag: str) -> dict[str, str]:
    """All sentences of a locale.

    What a locale does not say comes from the one that it names in `inherits`, and in the end from English. Raises
    ContentError if a file is not a flat YAML mapping of known keys to text with the placeholders of the English text.
    """
    if tag == "en":
        english = file_entries(f"{places.templates}/locale/en.yaml")
        return merged(english, f"{places.own_templates}/locale/en.yaml", english)
    english = read(places, "en")
    sentences: dict[str, str] = {}
    for folder in (places.templates, places.own_templates):
        sentences = merged(sentences, f"{folder}/locale/{tag}.yaml", english)
    parent = sentences.pop("inherits", "en")
    if parent in (tag, "en"):
        return {**english, **sentences}
    return {**read(places, parent), **sentences}


def merged(sentences: dict[str, str], file: str, english: dict[str, str]) -> dict[str, str]:
    """`sentences` with those of `file` over them, each checked against the English one."""
    if not os.path.lexists(file):
        return sentences
    own = file_entries(file)
    for key, sentence in own.items():
        if key in ABOUT:
            continue
        if key not in english:
            raise ContentError(file, None, key, "unknown sentence; en.yaml has all that there are")
        if set(PLACEHOLDER.findall(sentence)) - set(PLACEHOLDER.findall(english[key])):
            raise ContentError(file, None, key, "has a {placeholder} that the English sentence does not have")
    if own.get("dir", "ltr") not in ("ltr", "rtl"):
        raise ContentError(file, None, "dir", "must be ltr or rtl")
    return {**sentences, **own}


def file_entries(file: str) -> dict[str, str]:
    try:
        with open(file, encoding="utf-8") as stream:
            found = list(content.entries(stream.read(), file))
    except UnicodeDecodeError:
        raise ContentError(file, None, None, "is not UTF-8 text") from None
    except OSError as error:
        raise ContentError(file, None, None, f"cannot be read: {error.strerror}") from None
    for key, value, line in found:
        if not isinstance(value, str) or not value.strip():
            raise ContentError(file, line, key, "must be text; put it in quotes")
    return {key: value for key, value, _ in found}
