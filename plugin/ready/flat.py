"""The one way YAML is read: a flat mapping, each entry with its line, nothing twice."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from plugin.ready.problem import Problem

NULL = "tag:yaml.org,2002:null"
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
KEY = re.compile(r"([A-Za-z][\w.-]*):")  # at the start of a line
UNCLOSED = "found unexpected end of stream"  # after a quote; where that stands, people have to look
#: What people do to write this, by a part of what YAML says of it.
MISTAKES = {
    "'\\t' that cannot start any token": "; indent with spaces, not with a tab",
    UNCLOSED: "; a quote is not closed",
    "mapping values are not allowed here": "; a value with a colon in it must be in quotes",
}
LONGEST_WRITTEN = 60  # characters of a value that are quoted in a message


class Entry(NamedTuple):
    """``line`` is from 1; ``written`` is the value as it stands in the file, on one line and not too long."""

    key: str
    value: Any
    line: int
    written: str


class Flat(NamedTuple):
    entries: list[Entry]
    problems: list[Problem]


def read(text: str, file: str) -> Flat:
    """What the YAML `text` says, and each thing in it that says nothing; the problems name `file` and line."""
    found = Flat([], [])
    try:
        root = composed(text, file)
    except Problem as problem:
        return Flat([], [problem])
    seen: set[str] = set()
    for key_node, value_node in root.value if root else ():
        try:
            found.entries.append(entry(text, key_node, value_node, file, seen))
        except Problem as problem:
            found.problems.append(problem)
    return found


def composed(text: str, file: str) -> yaml.MappingNode | None:
    """None if there is nothing but comments. Raises Problem."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        problem = str(error.problem)
        mark = error.context_mark if UNCLOSED in problem else error.problem_mark or error.context_mark
        advice = next((ours for part, ours in MISTAKES.items() if part in problem), "")
        begun = KEY.match(text[mark.index - mark.column :]) if mark else None
        raise Problem(
            file, mark.line + 1 if mark else None, begun and begun[1], f"not YAML: {problem}{advice}"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Problem(file, line, None, f"not YAML: {error.reason}") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise Problem(file, None, None, f"not YAML: {str(error).splitlines()[0]}") from None
    if root is None or (isinstance(root, yaml.ScalarNode) and root.tag == NULL):
        return None
    if not isinstance(root, yaml.MappingNode):
        raise Problem(file, root.start_mark.line + 1, None, "must be lines of `key: value`")
    return root


def entry(text: str, key_node: yaml.Node, value_node: yaml.Node, file: str, seen: set[str]) -> Entry:
    """One of the mapping's; its key is then among those that were `seen`. Raises Problem."""
    line = key_node.start_mark.line + 1
    if not isinstance(key_node, yaml.ScalarNode):
        raise Problem(file, line, None, "is not a key")
    key = str(key_node.value)
    if key in seen:
        raise Problem(file, line, key, "stands twice")
    seen.add(key)
    if not isinstance(value_node, yaml.ScalarNode):
        raise Problem(file, line, key, "must be a single value")
    written = text[value_node.start_mark.index : value_node.end_mark.index]
    return Entry(key, construct(value_node, file, line, key), line, on_a_line(written))


def construct(node: yaml.ScalarNode, file: str, line: int, key: str) -> Any:
    """What YAML makes of a value; a tag or a date that it can make nothing of has many ways to fail.

    A number that is not written as people write it stays text: YAML takes 010 for 8 and 1:30 for 90.
    """
    try:
        value = yaml.SafeLoader("").construct_object(node)  # type: ignore[no-untyped-call]
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError):
        raise Problem(file, line, key, "is not a value that YAML can make; put it in quotes if it is text") from None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not DECIMAL.fullmatch(node.value):
        return node.value
    return value


def on_a_line(written: str) -> str:
    """What does not show is written as Python escapes it."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in written.strip())
    return shown if len(shown) <= LONGEST_WRITTEN else f"{shown[: LONGEST_WRITTEN - 1]}…"
