"""problem: what is said of a file that cannot be used."""

from __future__ import annotations

import pytest

from plugin.ready.problem import Problem, nearest


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [(3, "order", "FILE:3: order: is odd"), (None, "order", "FILE: order: is odd"), (3, None, "FILE:3: is odd")],
)
def test_it_names_file_line_and_key_as_far_as_they_are_known(line: int | None, key: str | None, said: str) -> None:
    assert str(Problem("FILE", line, key, "is odd")) == said


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("lable", "did you mean label?"),
        ("COLOR", "did you mean colour?"),
        ("time_out", "did you mean timeout?"),
        ("zzz", "there are label, colour, timeout"),
    ],
)
def test_the_nearest_word_is_told_or_else_all(word: str, said: str) -> None:
    assert nearest(word, ["label", "colour", "timeout"]) == said


def test_of_many_words_not_all_are_told() -> None:
    assert nearest("zzz", ["label"], others="see the manual") == "see the manual"
