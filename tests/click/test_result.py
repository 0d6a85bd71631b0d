"""JSON as a click reads it: without the json package, so in a process of its own that has not loaded it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.kit.account import pages_python
from tests.kit.folders import CHECKOUT

READ = """
import sys
sys.path.append(sys.argv[1])
from plugin.click import answer as result
assert "json" not in sys.modules
for text in sys.argv[2:]:
    try:
        print(repr(result.loads(text)))
    except (ValueError, RecursionError):
        print("refused")
"""
GOOD = ['{"a": [1, 2.5, null, true, "x\\u00e9"]}', " [] ", "0", '"text"', "{}"]
BAD = ["", " ", "{", '{"a": ', '{"a"', "[1,", '"open', "{} {}", "nothing", '{"a": "\n"}', "[" * 100_000, "]"]


@pytest.mark.parametrize("python", sorted({sys.executable, pages_python()}))
@pytest.mark.parametrize(("texts", "expected"), [(GOOD, None), (BAD, "refused")], ids=["good", "bad"])
def test_it_reads_and_refuses_as_json_does(python: str, texts: list[str], expected: str | None) -> None:
    command = [python, "-ISB", "-c", READ, str(CHECKOUT), *texts]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [expected or repr(json.loads(text)) for text in texts]
