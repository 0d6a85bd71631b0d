"""What was installed: the settings, and a release with all that root has made ready in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plugin.click.templates import module_name
from tests.kit import faults
from tests.kit.faults import Ground
from tests.kit.folders import CHECKOUT
from tests.whole.cells import IN, OURS, PANEL, Cell, Fault

# Settings, and what root has made ready of them.

FILE_WAYS: dict[str, Callable[[Path], object]] = {
    "missing": faults.missing,
    "unreadable": faults.unreadable,
    "another account's": faults.of_another_account,
    "empty": faults.empty,
    "truncated": faults.truncated,
    "garbage": faults.garbage,
    "a folder": faults.a_folder,
    "a link in a circle": faults.a_circle,
    "a pipe": faults.a_pipe,
}


def config_is(breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.config)


def etc_is(breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.etc)


def configured(text: str) -> Fault:
    return lambda ground: ground.configure(text)


SETTINGS = [
    *(Cell("config.yaml", way, IN, config_is(breaks)) for way, breaks in FILE_WAYS.items()),
    Cell("config.yaml", "huge", IN, configured("# no more than a comment\n" * 400_000)),
    Cell("config.yaml", "a huge value", IN, configured(f"support: {'x' * 4_000_000}\n")),
    Cell("config.yaml", "nested without end", IN, configured(f"support: {'[' * 100_000}\n")),
    Cell("config.yaml", "an alias of aliases", IN, configured("support: &a [x]\nlabel: *a\n")),
    Cell("config.yaml", "edited and wrong", IN, configured("timeout: soon\n")),
    Cell("/etc/webmail-signin", "missing", IN, etc_is(faults.missing)),
    Cell("/etc/webmail-signin", "unreadable", IN, etc_is(faults.unreadable)),
]


# The release: what root has made ready, the sources, the packages, our own modules.


def part(path: str, breaks: Callable[[Path], object]) -> Fault:
    return lambda ground: breaks(ground.release / path)


def parts(thing: str, path: str, outcomes: dict[str, object]) -> list[Cell]:
    return [Cell(thing, way, outcome, part(path, FILE_WAYS[way])) for way, outcome in outcomes.items()]


def replaced(path: str, text: str) -> Fault:
    return lambda ground: (ground.release / path).write_text(text)


def template(breaks: Callable[[Path], object], bytecode: bool) -> Fault:
    """The sign-in page's ready-made form: its source or its bytecode."""

    def break_it(ground: Ground) -> None:
        folder, name = ground.release / "compiled/templates", module_name("signin.html")
        (found,) = (folder / "__pycache__").glob(f"{name}.*.pyc") if bytecode else [folder / f"{name}.py"]
        breaks(found)

    return break_it


def without_bytecode(path: str, breaks: Callable[[Path], object]) -> Fault:
    """A module of the release; its bytecode is gone too, or a damage that keeps size and time would not be seen."""

    def break_it(ground: Ground) -> None:
        module = ground.release / path
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
            compiled.unlink()
        breaks(module)

    return break_it


#: What a click imports, and what becomes of it without that. `main` is the one module that nothing can stand in for.
CLICK: dict[str, object] = {
    "main": PANEL,
    **dict.fromkeys(
        ("app", "destination", "ending", "errors", "host", "liveapi", "page", "request", "answer", "shortcuts"),
        OURS,
    ),
    **dict.fromkeys(("settings", "strings", "templates", "uapi"), OURS),
}
#: Root's side of the program is not missed by a click.
MODULES = {
    file: CLICK.get(file.stem, IN) if file.parent.name == "click" else IN
    for file in sorted(path.relative_to(CHECKOUT) for path in (CHECKOUT / "plugin").glob("*/[a-z]*.py"))
}
DAMAGED: dict[str, object] = {way: IN if way == "another account's" else OURS for way in FILE_WAYS if way != "a pipe"}
TEMPLATE_BYTECODE = {way: FILE_WAYS[way] for way in ("missing", "unreadable", "empty", "garbage", "a folder")}
RELEASE = [
    *parts("the ready-made settings", "compiled/settings.json", DAMAGED),
    Cell("the ready-made settings", "huge", OURS, replaced("compiled/settings.json", " " * 8_000_000 + "{}")),
    Cell("the ready-made settings", "nested without end", OURS, replaced("compiled/settings.json", "[" * 200_000)),
    Cell(
        "the ready-made settings",
        "of another type",
        OURS,
        replaced("compiled/settings.json", '{"timeout": 1}'),
    ),
    *parts("the ready-made sentences", "compiled/locale/en.json", DAMAGED),
    Cell("the ready-made sentences", "of another type", OURS, replaced("compiled/locale/en.json", "[1, 2]")),
    Cell(
        "the ready-made sentences",
        "incomplete",
        OURS,
        replaced("compiled/locale/en.json", '{"lang": "en", "dir": "ltr"}'),
    ),
    Cell("the ready-made languages", "missing", OURS, part("compiled/locale", faults.missing)),
    Cell("the ready-made languages", "unreadable", OURS, part("compiled/locale", faults.unreadable)),
    *(
        Cell("the ready-made template's bytecode", way, IN, template(breaks, True))
        for way, breaks in TEMPLATE_BYTECODE.items()
    ),
    Cell("the ready-made template's bytecode", "truncated", OURS, template(faults.truncated, True)),
    Cell("the ready-made template", "missing", OURS, template(faults.missing, False)),
    Cell("the ready-made template", "unreadable", IN, template(faults.unreadable, False)),
    Cell("the ready-made template", "garbage", IN, template(faults.garbage, False)),
    Cell("the ready-made templates", "missing", OURS, part("compiled/templates", faults.missing)),
    Cell("the ready-made templates", "unreadable", OURS, part("compiled/templates", faults.unreadable)),
    Cell("all that is ready-made", "missing", OURS, part("compiled", faults.missing)),
    Cell("all that is ready-made", "a link in a circle", OURS, part("compiled", faults.a_circle)),
    Cell(
        "all that is ready-made",
        "unreadable",
        OURS,
        lambda ground: faults.unreadable((ground.release / "compiled").resolve()),
    ),
    *parts("a template's source", "templates/signin.html", dict.fromkeys(("missing", "unreadable", "garbage"), IN)),
    *parts(
        "the sentences' source", "templates/locale/en.yaml", dict.fromkeys(("missing", "unreadable", "garbage"), IN)
    ),
    Cell("jinja2", "missing", OURS, part("vendor/jinja2", faults.missing)),
    Cell("jinja2", "unreadable", OURS, part("vendor/jinja2", faults.unreadable)),
    Cell("jinja2", "truncated", OURS, without_bytecode("vendor/jinja2/environment.py", faults.truncated)),
    Cell("jinja2", "garbage", OURS, without_bytecode("vendor/jinja2/runtime.py", faults.garbage)),
    Cell("markupsafe", "missing", OURS, part("vendor/markupsafe", faults.missing)),
    Cell("markupsafe", "unreadable", OURS, part("vendor/markupsafe", faults.unreadable)),
    Cell("yaml", "missing", IN, part("vendor/yaml", faults.missing)),
    Cell("vendor", "missing", OURS, part("vendor", faults.missing)),
    Cell("vendor", "unreadable", OURS, part("vendor", faults.unreadable)),
    *(Cell(str(file), "missing", it, without_bytecode(str(file), faults.missing)) for file, it in MODULES.items()),
    *(Cell(str(file), "garbage", it, without_bytecode(str(file), faults.garbage)) for file, it in MODULES.items()),
    Cell("plugin/click/app.py", "unreadable", OURS, without_bytecode("plugin/click/app.py", faults.unreadable)),
    Cell("plugin/click/app.py", "truncated", OURS, without_bytecode("plugin/click/app.py", faults.truncated)),
    Cell("plugin/click/app.py", "another account's", IN, part("plugin/click/app.py", faults.of_another_account)),
    Cell("our bytecode", "missing", IN, part("plugin/click/__pycache__", faults.missing)),
    Cell("our bytecode", "unreadable", IN, part("plugin/click/__pycache__", faults.unreadable)),
    Cell("plugin", "missing", PANEL, part("plugin", faults.missing)),
    Cell("the release", "missing", PANEL, lambda ground: ground.point("current", "releases/none")),
    Cell("the release", "unreadable", PANEL, lambda ground: faults.unreadable(ground.release)),
    Cell("the release", "a link in a circle", PANEL, lambda ground: ground.point("current", "current")),
]
