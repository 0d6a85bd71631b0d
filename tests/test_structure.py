"""The shape of the tests: where they are, how long they are, and what the stand-in may know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.folders import CHECKOUT

TESTS = sorted(path.relative_to(CHECKOUT) for path in (CHECKOUT / "tests").rglob("*.py"))
STAND_IN = [path for path in TESTS if path.parts[1] == "cpanel" and not path.name.startswith(("test_", "conftest"))]
MODULES = sorted(path.relative_to(CHECKOUT) for path in (CHECKOUT / "plugin").rglob("*.py") if path.stem != "__init__")


def imported(path: Path) -> Iterator[str]:
    """Full names of what a file imports."""
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def test_no_test_module_is_longer_than_600_lines() -> None:
    lines = {str(path): len((CHECKOUT / path).read_text(encoding="utf-8").splitlines()) for path in TESTS}
    assert {path: number for path, number in lines.items() if number > 600} == {}


@pytest.mark.parametrize("path", STAND_IN, ids=str)
def test_the_stand_in_knows_neither_the_product_nor_what_its_tests_share(path: Path) -> None:
    assert [name for name in imported(path) if name.startswith(("plugin", "tests.kit", "..kit"))] == []


@pytest.mark.parametrize("path", [path for path in TESTS if path.name == "conftest.py"], ids=str)
def test_what_is_no_fixture_is_in_the_kit(path: Path) -> None:
    classes = [node for node in ast.parse((CHECKOUT / path).read_text()).body if isinstance(node, ast.ClassDef)]
    assert classes == []


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_what_several_test_modules_share_is_in_the_kit(path: Path) -> None:
    assert [name for name in imported(path) if ".test_" in name] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_the_test_of_a_module_is_where_the_module_is(path: Path) -> None:
    assert (CHECKOUT / "tests" / path.parent.name / f"test_{path.stem.strip('_')}.py").exists()
