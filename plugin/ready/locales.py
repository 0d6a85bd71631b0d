"""The locale files: ours, and over them the provider's own sentences."""

from __future__ import annotations

import functools
import os
import re

from plugin.ready import allowed, flat
from plugin.ready.problem import Problem, by_line, nearest

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
        sentences |= {entry.key: entry.value for entry in written(source).entries}
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
    return sorted(faults(source, ours), key=by_line)


def faults(source: Text, ours: Text) -> Iterator[Problem]:
    file = source.file
    entries, damage = written(ours)
    if damage:  # nothing can be held against it
        yield from damage
        return
    english = {key: sentence for key, sentence, *_ in entries}
    if not re.fullmatch(allowed.LOCALE, os.path.basename(file)[:-5]):
        yield Problem(file, None, None, "must be named by a locale tag of cPanel's, such as pt_br.yaml")
    entries, unfit = written(source)
    yield from unfit
    for key, sentence, line, _ in entries:
        if key == "dir" and sentence not in ("ltr", "rtl"):
            yield Problem(file, line, key, "must be ltr or rtl")
        if key == "lang" and not re.fullmatch("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", sentence):
            yield Problem(file, line, key, "must be a language tag, such as pt-BR")
        if key not in (*ABOUT, *english):
            yield Problem(file, line, key, f"is no sentence; {nearest(key, english, others='our own en.yaml has all')}")
        elif set(PLACEHOLDER.findall(sentence)) - set(PLACEHOLDER.findall(english.get(key, ""))):
            yield Problem(file, line, key, "has a {placeholder} that the English sentence does not have")


@functools.cache
def written(source: Text) -> flat.Flat:
    """The entries that are text; any other is a problem. YAML is slow, and every locale asks for English."""
    found = flat.read(source.text, source.file)
    for entry in found.entries[:]:
        if not isinstance(entry.value, str) or not entry.value.strip():
            found.entries.remove(entry)
            text = f"must be text, in quotes; it is {entry.written or 'empty'}"
            found.problems.append(Problem(source.file, entry.line, entry.key, text))
    return found
