"""The shape of the program: who imports what, and how long a module is (design §3)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.folders import CHECKOUT

MODULES = sorted(path for path in (CHECKOUT / "plugin").glob("*/*.py") if path.stem != "__init__")
PURE = ("errors", "host", "request", "answer", "destination", "session", "strings", "page")
ROOTS_SIDE = ("check", "flat", "locales", "manifest", "promises", "prove", "validate", "webmail_port")
#: What of the standard library neither reads nor writes anything.
INNOCENT = {"__future__", "_json", "_socket", "collections", "re", "typing"}
#: Of sockets they know how addresses are written, and no more.
ADDRESSES = {"AF_INET", "AF_INET6", "inet_ntop", "inet_pton"}
#: Ways to a process beside `subprocess`.
PROCESS_WORDS = re.compile(r"^(system|popen|fork|forkpty|spawn\w*|posix_spawn\w*|exec[lv]\w*)$")


def is_for_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All of a module but what only type checkers read."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not is_for_type_checking(child):
            yield from running_nodes(child)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports, at its top or later."""
    found: set[str] = set()
    for node in running_nodes(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}:{node.lineno}: imports are absolute here"
            inner = node.module in ("plugin", "plugin.click", "plugin.ready", "plugin.admin")
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if inner else {node.module}
    return found


def own(name: str) -> set[str]:
    """The plugin's modules that one of them imports."""
    names = {module.split(".")[2] for module in imported(file_of(name)) if re.match(r"plugin\.\w+\.", module)}
    return names - {"__version__"}


def file_of(name: str) -> Path:
    (path,) = (CHECKOUT / "plugin").glob(f"*/{name}.py")
    return path


each_module = pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])
each_pure = pytest.mark.parametrize("name", PURE)


@each_module
def test_only_uapi_imports_subprocess(path: Path) -> None:
    assert path.stem == "uapi" or not imported(path) & {
        "subprocess",
        "multiprocessing",
        "pty",
        "asyncio",
        "_posixsubprocess",
    }


@each_module
def test_no_module_starts_a_process_by_another_way(path: Path) -> None:
    called = [
        node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and PROCESS_WORDS.match(node.attr)
    ]
    assert called == []


@each_pure
def test_a_pure_module_imports_nothing_that_does_io(name: str) -> None:
    outside = {module.partition(".")[0] for module in imported(file_of(name))} - {"plugin"}
    assert outside <= INNOCENT


@each_pure
def test_a_pure_module_takes_no_more_of_sockets_than_how_addresses_are_written(name: str) -> None:
    taken = {
        alias.name
        for node in ast.walk(tree(file_of(name)))
        if isinstance(node, ast.ImportFrom) and node.module == "_socket"
        for alias in node.names
    }
    assert taken <= ADDRESSES


@each_pure
def test_a_pure_module_imports_pure_modules_alone(name: str) -> None:
    assert own(name) <= set(PURE)


@each_pure
def test_a_pure_module_opens_and_prints_nothing(name: str) -> None:
    called = {
        node.func.id
        for node in ast.walk(tree(file_of(name)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "print", "input", "exec", "eval", "__import__", "compile"}


def test_errors_imports_nothing_of_the_plugin() -> None:
    assert own("errors") == set()


@each_module
def test_nothing_imports_main(path: Path) -> None:
    assert "main" not in own(path.stem)


@each_module
def test_main_alone_imports_app(path: Path) -> None:
    assert path.stem == "main" or "app" not in own(path.stem)


def test_imports_go_one_way() -> None:
    left = {path.stem: own(path.stem) for path in MODULES}
    while left:
        free = {name for name, needs in left.items() if not needs & set(left)}
        assert free, f"a circle in {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


@each_module
def test_no_module_is_longer_than_170_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 170


@each_module
def test_only_main_catches_everything(path: Path) -> None:
    broad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    ]
    assert path.stem == "main" or broad == []


def test_the_folder_of_the_entry_holds_nothing_else() -> None:
    assert [path.name for path in (CHECKOUT / "cgi").iterdir() if path.name != "__pycache__"] == ["index.live.cgi"]


@pytest.mark.parametrize("path", [*MODULES, CHECKOUT / "cgi/index.live.cgi"], ids=lambda path: str(path.stem))
def test_no_module_that_python_has_dropped_is_imported(path: Path) -> None:
    assert not imported(path) & {"cgi", "cgitb", "imp", "pipes", "crypt", "distutils", "asyncore"}


@each_module
def test_every_python_from_39_on_can_read_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 9))
