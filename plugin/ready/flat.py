"""The one way YAML is read: a flat mapping, each entry with its line, nothing twice."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from plugin.ready.problem import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NULL = "tag:yaml.org,2002:null"
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
#: What people do to write this, by a part of what YAML says of it.
MISTAKES = {
    "'\\t' that cannot start any token": "; indent with spaces, not with a tab",
    "mapping values are not allowed here": "; a value with a colon in it must be in quotes",
}
LONGEST_WRITTEN = 60  # characters of a value that are quoted in a message


class Entry(NamedTuple):
    """``line`` is from 1; ``written`` is the value as it stands in the file, on one line and not too long."""

    key: str
    value: Any
    line: int
    written: str


def entries(text: str, file: str) -> Iterator[Entry]:
    """Each entry of the YAML `text`; raises Problem naming `file` and line."""
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return
        if isinstance(root, yaml.ScalarNode) and root.tag == NULL:
            return  # comments only
        if not isinstance(root, yaml.MappingNode):
            raise Problem(file, root.start_mark.line + 1, None, "must be lines of `key: value`")
        seen = set()
        for key_node, value_node in root.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in seen:
                raise Problem(file, line, key, "is not a key" if key is None else "stands twice")
            if not isinstance(value_node, yaml.ScalarNode):
                raise Problem(file, line, key, "must be a single value")
            seen.add(key)
            written = text[value_node.start_mark.index : value_node.end_mark.index]
            yield Entry(key, construct(loader, value_node, file, line, key), line, on_a_line(written))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem)
        advice = next((ours for part, ours in MISTAKES.items() if part in problem), "")
        raise Problem(file, mark.line + 1 if mark else None, None, f"not YAML: {problem}{advice}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Problem(file, line, None, f"not YAML: {error.reason}") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise Problem(file, None, None, f"not YAML: {str(error).splitlines()[0]}") from None
    finally:
        if loader is not None:
            loader.dispose()  # type: ignore[no-untyped-call]


def construct(loader: yaml.SafeLoader, node: yaml.ScalarNode, file: str, line: int, key: str) -> Any:
    """What YAML makes of a value; a tag or a date that it can make nothing of has many ways to fail.

    A number that is not written as people write it stays text: YAML takes 010 for 8 and 1:30 for 90.
    """
    try:
        value = loader.construct_object(node)  # type: ignore[no-untyped-call]
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError):
        raise Problem(file, line, key, "is not a value that YAML can make; put it in quotes if it is text") from None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not DECIMAL.fullmatch(node.value):
        return node.value
    return value


def on_a_line(written: str) -> str:
    """What does not show is written as Python escapes it."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in written.strip())
    return shown if len(shown) <= LONGEST_WRITTEN else f"{shown[: LONGEST_WRITTEN - 1]}…"
