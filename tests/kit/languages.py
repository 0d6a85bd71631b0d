"""Our languages, and what their files say."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from plugin.ready import flat, locales, sources
from plugin.ready.places import Places
from tests.kit.folders import CHECKOUT

OURS = CHECKOUT / "templates"
# fmt: off
TAGS = [  # cpanel-facts.md §8
    "ar", "cs", "da", "de", "el", "en", "es", "es_419", "es_es", "fi", "fil", "fr", "he", "hu", "id", "it",
    "ja", "ko", "ms", "nb", "nl", "pl", "pt", "pt_br", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh", "zh_tw",
]
# fmt: on
WHOLE = [tag for tag in TAGS if tag not in ("es_419", "es_es")]


@functools.cache
def own_entries(tag: str) -> Mapping[str, str]:
    """What the file of `tag` says itself, inherited sentences left out."""
    file = OURS / "locale" / f"{tag}.yaml"
    return {entry.key: entry.value for entry in flat.read(file.read_text(encoding="utf-8"), str(file)).entries}


@functools.cache
def sentences_of(tag: str) -> Mapping[str, str]:
    """All sentences of a locale of ours, inherited ones too."""
    places = Places(str(OURS.parent))
    places.own_templates = "/nonexistent"  # whatever a provider may have set on this machine is left aside
    return locales.read(sources.read(places), tag)
