"""flat.read: YAML as a flat mapping, each entry with its line, nothing twice."""

from __future__ import annotations

import pytest

from plugin.ready import flat
from plugin.ready.problem import Problem


def entries(text: str) -> list[tuple[str, object, int]]:
    """Raises the first Problem."""
    found = flat.read(text, "FILE")
    for problem in found.problems:
        raise problem
    return [entry[:3] for entry in found.entries]


def test_each_entry_comes_with_its_line() -> None:
    assert entries("# first\na: 1\n\nb: two\n") == [("a", 1, 2), ("b", "two", 4)]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n"])
def test_an_empty_file_has_no_entries(text: str) -> None:
    assert entries(text) == []


@pytest.mark.parametrize("text", ["010", "0x10", "0b1", "1_0", "1:30", "1:30.5", ".nan", "-.inf"])
def test_a_number_that_people_do_not_write_so_stays_text(text: str) -> None:
    assert entries(f"a: {text}\n") == [("a", text, 1)]


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-7", -7), ("+10", 10), ("2.50", 2.5), ("1.5e+3", 1500)])
def test_a_decimal_number_is_one(text: str, number: float) -> None:
    assert entries(f"a: {text}\n") == [("a", number, 1)]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert entries("\ufeffa: 1\n") == [("a", 1, 1)]


BROKEN = {
    "an array": ("- a\n", 1, None),
    "a text": ("\n\nonly words\n", 3, None),
    "a key twice": ("a: 1\nb: 2\na: 3\n", 3, "a"),
    "a nested mapping": ("a:\n  b: 1\n", 1, "a"),
    "a nested array": ("a: [1]\n", 1, "a"),
    "a mapping as key": ("? {a: 1}\n: 2\n", 1, None),
    "an unclosed quote": ('a: 1\nb: "x\nc: 2\n', 2, "b"),
    "a tab": ("a: 1\n\tb: 2\n", 2, None),
    "two documents": ("a: 1\n---\nb: 2\n", 2, None),
    "an unknown anchor": ("a: *b\n", 1, "a"),
    "an object of Python's": ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "b"),
    "a name of Python's": ("a: !!python/name:os.system\n", 1, "a"),
}


@pytest.mark.parametrize(("text", "line", "key"), BROKEN.values(), ids=BROKEN)
def test_anything_else_is_refused_with_its_line(text: str, line: int, key: str | None) -> None:
    with pytest.raises(Problem) as raised:
        entries(text)
    assert (raised.value.file, raised.value.line, raised.value.key) == ("FILE", line, key)


def test_what_is_wrong_with_one_entry_does_not_hide_the_next() -> None:
    found = flat.read("a: [1]\nb: 1\nb: 2\nc: !!int x\n? [d]\n: 1\ne: 2\n", "FILE")
    assert [entry[:3] for entry in found.entries] == [("b", 1, 2), ("e", 2, 7)]
    assert [(problem.line, problem.key) for problem in found.problems] == [(1, "a"), (3, "b"), (4, "c"), (5, None)]


@pytest.mark.parametrize(
    "text", ["a: \0", "a: \x07", "[" * 1000, "{" * 1000], ids=["NUL", "bell", "deep arrays", "deep objects"]
)
def test_what_the_reader_cannot_take_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="FILE"):
        entries(text)


def test_a_character_that_yaml_forbids_is_told_with_its_line() -> None:
    with pytest.raises(Problem, match=r"^FILE:2: not YAML: "):
        entries("a: 1\nb: \x07\n")


def test_an_error_names_file_line_key_and_problem() -> None:
    with pytest.raises(Problem, match=r"^FILE:2: a: stands twice$"):
        entries("a: 1\na: 1\n")


def test_a_file_of_comments_after_a_document_start_is_empty() -> None:
    assert entries("---\n# timeout: 20\n") == []


@pytest.mark.parametrize(
    "value",
    ['!!int ""', '!!float ""', "!!bool maybe", "!!timestamp soon", "2001-99-99", "!!int x", "!!float x", "!!binary é"],
)
def test_a_value_that_yaml_cannot_make_is_told_with_its_place(value: str) -> None:
    with pytest.raises(Problem) as raised:
        entries(f"# note\norder: {value}\n")
    assert (raised.value.line, raised.value.key) == (2, "order")


def test_a_value_is_kept_as_it_is_written() -> None:
    text = "a: 'it''s'  # why\nb: 0x10\nc:\nd: \"\\t\"\ne: |\n  one\n  two\n"
    written = [entry.written for entry in flat.read(text, "FILE").entries]
    assert written == ["'it''s'", "0x10", "", '"\\t"', "|\\n  one\\n  two"]


def test_a_long_value_is_cut_where_it_is_quoted() -> None:
    ((entry,), _) = flat.read("a: " + "x" * 100, "FILE")
    assert entry.written == "x" * 59 + "…"
