"""The locale files: ours, and over them the provider's own sentences."""

from __future__ import annotations

import functools
import os
import re

from plugin.ready import allowed, flat
from plugin.ready.problem import Problem, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.ready.sources import Sources, Text

PLACEHOLDER = re.compile(r"\{(\w*)\}")
ABOUT = ("lang", "dir", "inherits")  # what a file says of itself; the rest are sentences


def read(sources: Sources, tag: str, children: tuple[str, ...] = ()) -> dict[str, str]:
    """All sentences of a locale, which `children` inherit.

    What a locale does not say comes from the one that it names in `inherits`, and in the end from English. Raises
    Problem if a file is not a flat YAML mapping of known keys to text with the placeholders of our English text, or if
    `inherits` leads nowhere.
    """
    sentences: dict[str, str] = {}
    for source in sources.locales[tag]:
        for problem in problems(source, sources.locales["en"][0]):
            raise problem
        sentences |= {key: sentence for key, sentence, _ in file_entries(source)}
    file = sources.locales[tag][-1].file
    if not sentences.keys() & {"lang", "inherits"}:
        raise Problem(file, None, "lang", "is missing; say what language this is, such as pt-BR")
    parent = sentences.pop("inherits", "en")
    if tag == "en":
        return sentences
    if parent in (tag, *children) or parent not in sources.locales:
        raise Problem(file, None, "inherits", "must name another locale, and none that inherits from this one")
    return {**read(sources, parent, (tag, *children)), **sentences}


@functools.cache
def problems(source: Text, ours: Text) -> list[Problem]:
    """Everything that is wrong with one file, held against our English one; every locale asks this of English."""
    return list(faults(source, {key: sentence for key, sentence, _ in file_entries(ours)}))


def faults(source: Text, english: dict[str, str]) -> Iterator[Problem]:
    """One after the other, in the order of the file."""
    file = source.file
    if not re.fullmatch(allowed.LOCALE, os.path.basename(file)[:-5]):
        yield Problem(file, None, None, "must be named by a locale tag of cPanel's, such as pt_br.yaml")
    try:
        found = file_entries(source)
    except Problem as problem:
        yield problem
        return
    for key, sentence, line in found:
        if key == "dir" and sentence not in ("ltr", "rtl"):
            yield Problem(file, line, key, "must be ltr or rtl")
        if key == "lang" and not re.fullmatch("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", sentence):
            yield Problem(file, line, key, "must be a language tag, such as pt-BR")
        if key not in (*ABOUT, *english):
            yield Problem(file, line, key, f"is no sentence; {nearest(key, english, others='our own en.yaml has all')}")
        elif set(PLACEHOLDER.findall(sentence)) - set(PLACEHOLDER.findall(english.get(key, ""))):
            yield Problem(file, line, key, "has a {placeholder} that the English sentence does not have")


@functools.cache
def file_entries(source: Text) -> list[tuple[str, str, int]]:
    """Key, text and line (from 1) of each entry. YAML is slow, and every locale asks for English."""
    found = list(flat.entries(source.text, source.file))
    for key, value, line, written in found:
        if not isinstance(value, str) or not value.strip():
            raise Problem(source.file, line, key, f"must be text, in quotes; it is {written or 'empty'}")
    return [(key, value, line) for key, value, line, _ in found]
