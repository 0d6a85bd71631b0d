"""The shape of the program: three rooms, imports that go one way, and who may do what (design §3).

A rule is a function that yields what breaks it in a tree of `plugin/`; each is shown to see that in a made-up one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.folders import CHECKOUT

#: What only takes and returns values.
PURE = ("errors", "host", "request", "answer", "destination", "settings", "strings", "page", "mailboxes")
#: What the pure ones may use of the standard library, and of the shortcuts: how addresses and JSON are written.
INNOCENT = {"__future__", "collections.abc", "typing"}
INNOCENT_SHORTCUTS = {"AF_INET", "AF_INET6", "inet_ntop", "inet_pton", "loads"}
#: What `__main__` of admin calls.
VERBS = (
    "admin.verbs",
    "admin.install",
    "admin.check",
    "admin.apply",
    "admin.rollback",
    "admin.uninstall",
    "admin.hook",
)
#: The one place of each room that runs programs; and that loads what it runs them with, but runs none.
RUNNERS = ("click.uapi", "admin.programs")
LOADER = "click.shortcuts"
PROCESSES = {"subprocess", "multiprocessing", "pty", "asyncio", "_posixsubprocess"}
PROCESS_WORDS = re.compile(r"^(Popen|system|popen|fork|forkpty|spawn\w*|posix_spawn\w*)$")
DROPPED = {"cgi", "cgitb", "imp", "pipes", "crypt", "distutils", "asyncore"}
INPUT_AND_OUTPUT = {"open", "print", "input", "exec", "eval", "__import__", "compile"}


class Module:
    """One file of `plugin/`. ``imports`` are full names, those that only a type checker reads included."""

    def __init__(self, path: Path) -> None:
        self.name = f"{path.parent.name}.{path.stem}"
        self.room = path.parent.name
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text, str(path), feature_version=(3, 9))
        self.imports: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                self.imports |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module, f"{path}:{node.lineno}: imports are absolute here"
                rooms = re.fullmatch(r"plugin(\.\w+)?", node.module)
                self.imports |= {f"{node.module}.{alias.name}" for alias in node.names} if rooms else {node.module}
        self.own = {name[len("plugin.") :] for name in self.imports if name.startswith("plugin.")} - {"__version__"}
        self.outside = {name for name in self.imports if name.partition(".")[0] != "plugin"}

    @property
    def pure(self) -> bool:
        return self.room == "click" and self.name[len("click.") :] in PURE

    def taken_from(self, module: str) -> set[str]:
        return {
            alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module == module
            for alias in node.names
        }


Tree = dict[str, Module]
Rule = Callable[[Tree], Iterator[str]]


def read(plugin: Path) -> Tree:
    found = [Module(path) for path in sorted(plugin.glob("*/*.py")) if path.stem != "__init__"]
    return {module.name: module for module in found}


def edges(tree: Tree) -> Iterator[tuple[Module, str]]:
    return ((module, name) for module in tree.values() for name in sorted(module.own))


def no_circle(tree: Tree) -> Iterator[str]:
    left = {name: module.own for name, module in tree.items()}
    while left:
        free = {name for name, needs in left.items() if not needs & set(left)}
        if not free:
            yield f"a circle in {sorted(left)}"
            return
        left = {name: needs for name, needs in left.items() if name not in free}


def rooms_in_order(tree: Tree) -> Iterator[str]:
    """`click` knows of nobody, `ready` of `click`; `admin` takes values from `click` and never imports `ready`."""
    allowed = {"click": {"click"}, "ready": {"click", "ready"}, "admin": {"click", "admin"}}
    for module, name in edges(tree):
        if name.partition(".")[0] not in allowed[module.room]:
            yield f"{module.name} imports {name}"
        elif module.room == "admin" and name in ("click.main", "click.app", "click.templates", "click.shortcuts"):
            yield f"{module.name} takes more than values: {name}"


def main_app_the_rest_errors(tree: Tree) -> Iterator[str]:
    for module, name in edges(tree):
        if name == "click.main":
            yield f"{module.name} imports main"
        if name == "click.app" and module.name != "click.main":
            yield f"{module.name} imports app"
        if module.name == "click.errors":
            yield f"errors imports {name}"


def main_verbs_the_rest(tree: Tree) -> Iterator[str]:
    for module, name in edges(tree):
        if name in ("admin.__main__", "ready.__main__"):
            yield f"{module.name} imports {name}"
        if name in VERBS and module.name not in ("admin.__main__", *VERBS):
            yield f"{module.name} imports the verb {name}"


def pure_stays_pure(tree: Tree) -> Iterator[str]:
    for module in filter(lambda module: module.pure, tree.values()):
        yield from (f"{module.name} imports {name}" for name in module.outside - INNOCENT)
        for name in module.own - {"click.shortcuts"}:
            if name not in tree or not tree[name].pure:
                yield f"{module.name} imports {name}"
        taken = module.taken_from("plugin.click.shortcuts") - INNOCENT_SHORTCUTS
        yield from (f"{module.name} takes {name}" for name in taken)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in INPUT_AND_OUTPUT:
                yield f"{module.name}:{node.lineno} calls {node.func.id}"


def one_place_runs_programs(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        if module.name not in RUNNERS:
            if module.name != LOADER:
                yield from (f"{module.name} imports {name}" for name in module.outside & PROCESSES)
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Attribute) and PROCESS_WORDS.match(node.attr):
                    yield f"{module.name}:{node.lineno} starts a process"


def one_place_takes_shortcuts(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        private = {name for name in module.outside if re.match(r"_(?!_)", name)}
        if private and module.name != "click.shortcuts":
            yield f"{module.name} imports {sorted(private)}"


def only_main_catches_everything(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or module.name in ("click.main", "admin.__main__"):
                continue
            kind = node.type.id if isinstance(node.type, ast.Name) else node.type
            raised = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
            if kind in (None, "Exception", "BaseException") and not raised:
                yield f"{module.name}:{node.lineno} catches everything"


def no_module_is_long(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        if len(module.text.splitlines()) > 150:
            yield f"{module.name} is longer than 150 lines"


def nothing_that_python_has_dropped(tree: Tree) -> Iterator[str]:
    for module in tree.values():
        yield from (f"{module.name} imports {name}" for name in module.outside & DROPPED)


RULES: list[Rule] = [
    no_circle,
    rooms_in_order,
    main_app_the_rest_errors,
    main_verbs_the_rest,
    pure_stays_pure,
    one_place_runs_programs,
    one_place_takes_shortcuts,
    only_main_catches_everything,
    no_module_is_long,
    nothing_that_python_has_dropped,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_the_program_keeps(rule: Rule) -> None:
    assert list(rule(read(CHECKOUT / "plugin"))) == []


TYPES = "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    "
#: Trees that break a rule, each in one way: a file by its path, and what stands in it.
BROKEN: list[tuple[Rule, dict[str, str]]] = [
    (no_circle, {"click/a.py": "from plugin.click import b", "click/b.py": "from plugin.click import a"}),
    (no_circle, {"click/a.py": "from plugin.click import b", "click/b.py": f"{TYPES}from plugin.click.a import A"}),
    (no_circle, {"admin/a.py": "import plugin.admin.b", "admin/b.py": "def f():\n    from plugin.admin.a import A"}),
    (no_circle, {"ready/a.py": "from plugin.ready import b", "ready/b.py": "from plugin.ready import c",
                 "ready/c.py": "from plugin.ready import a"}),
    (rooms_in_order, {"click/a.py": "from plugin.ready import b"}),
    (rooms_in_order, {"click/a.py": f"{TYPES}from plugin.admin.b import B"}),
    (rooms_in_order, {"ready/a.py": "from plugin.admin import b"}),
    (rooms_in_order, {"admin/a.py": "def f():\n    from plugin.ready import b"}),
    (rooms_in_order, {"admin/a.py": f"{TYPES}from plugin.ready.b import B"}),
    (rooms_in_order, {"admin/a.py": "from plugin.click import app"}),
    (main_app_the_rest_errors, {"click/app.py": "from plugin.click import main"}),
    (main_app_the_rest_errors, {"click/page.py": f"{TYPES}from plugin.click.app import Click"}),
    (main_app_the_rest_errors, {"click/errors.py": "from plugin.click import host"}),
    (main_verbs_the_rest, {"admin/release.py": "from plugin.admin import check"}),
    (main_verbs_the_rest, {"admin/verbs.py": "from plugin.admin.__main__ import main"}),
    (pure_stays_pure, {"click/request.py": "import os"}),
    (pure_stays_pure, {"click/page.py": f"{TYPES}from plugin.click.templates import T", "click/templates.py": ""}),
    (pure_stays_pure, {"click/host.py": "from plugin.click.shortcuts import socket"}),
    (pure_stays_pure, {"click/settings.py": "def f():\n    return open('x')"}),
    (one_place_runs_programs, {"click/app.py": "import subprocess"}),
    (one_place_runs_programs, {"ready/a.py": "import os\nos.posix_spawn('x', [], {})"}),
    (one_place_takes_shortcuts, {"click/answer.py": "from _json import make_scanner"}),
    (only_main_catches_everything, {"click/app.py": "try:\n    f()\nexcept Exception:\n    pass"}),
    (only_main_catches_everything, {"ready/a.py": "try:\n    f()\nexcept:\n    pass"}),
    (no_module_is_long, {"admin/a.py": "x = 1\n" * 151}),
    (nothing_that_python_has_dropped, {"admin/a.py": "import cgi"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "files"), BROKEN, ids=[f"{rule.__name__}-{'-'.join(files)}" for rule, files in BROKEN]
)
def test_a_tree_that_breaks_a_rule_is_seen(tmp_path: Path, rule: Rule, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert list(rule(read(tmp_path))) != []


def test_each_rule_has_a_tree_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(RULES)


def test_the_folder_of_the_entry_holds_nothing_else() -> None:
    assert [path.name for path in (CHECKOUT / "cgi").iterdir() if path.name != "__pycache__"] == ["index.live.cgi"]


def test_every_python_from_39_on_can_read_the_entry() -> None:
    text = (CHECKOUT / "cgi/index.live.cgi").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 9))
