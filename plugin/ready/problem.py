"""What of an administrator's files cannot be used."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(Exception):
    """Settings, a template, a locale file or a picture that cannot be used.

    ``str()`` names file, line (from 1, where it is known), key and remedy.
    """

    def __init__(self, file: str, line: int | None, key: str | None, problem: str) -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(": ".join(part for part in (place, key, problem) if part))
        self.file = file
        self.line = line
        self.key = key
        self.problem = problem


def by_line(problem: Problem) -> int:
    """The order of a file; what is said of all of it comes first."""
    return problem.line or 0


def nearest(word: str, words: Iterable[str], others: str = "") -> str:
    """What somebody who wrote `word` may have meant, or all that there is; `others` is said of many."""
    known = list(words)
    close = difflib.get_close_matches(word.lower(), known, 1)
    return f"did you mean {close[0]}?" if close else others or f"there are {', '.join(known)}"
