"""What a choice of a mailbox touches beside what every click does: the list, the form's body, the code of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plugin.click.templates import module_name
from tests.kit import faults
from tests.kit.faults import Ground
from tests.whole.cells import IN, OURS, Cell, Fault
from tests.whole.cells.installed import part, without_bytecode
from tests.whole.cells.surroundings import full_pipe

OFFERED = "choose"
BODY = "mailbox=info%40alice.example.com"


def choosing(fault: Fault | None = None) -> Fault:
    """`mailbox: choose` in force, and something else broken."""

    def break_it(ground: Ground) -> None:
        ground.apply(mailbox="choose")
        if fault:
            fault(ground)

    return break_it


def switched(*switches: tuple[object, ...]) -> Fault:
    def switch(ground: Ground) -> None:
        for area, name, *value in switches:
            ground.cp.switch(str(area), str(name), *value)

    return choosing(switch)


#: LiveAPI's list cannot be had, so the command is asked for it.
LIVEAPI = (
    "no-socket", "socket-missing", "refused", "closes", "broken", "silent", "drip", "nonsense", "huge", "status-0",
    "empty-result",
)  # fmt: skip
LISTS = {"role-off": IN, "null": IN, "object": IN, "nonsense": OFFERED, "hostile": OFFERED, "foreign": OFFERED}
LIST = [
    *(Cell("LiveAPI", f"{how}, of mailboxes", OFFERED, switched(("liveapi", how))) for how in LIVEAPI),
    *(Cell("the list of mailboxes", how, outcome, switched(("list_pops", how))) for how, outcome in LISTS.items()),
    *(
        Cell(
            "the list of mailboxes", f"{how}, by command", outcome, switched(("list_pops", how), ("liveapi", "refused"))
        )
        for how, outcome in LISTS.items()
    ),
]


def posted(stdin: str, length: object = len(BODY)) -> dict[str, object]:
    """A POST whose body is what a shell's redirection says."""
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": None if length is None else str(length),
        "HTTP_SEC_FETCH_SITE": "same-origin",
    }
    return {"environ": environ, "start": f"{stdin.partition('|')[0]}| ENTRY" if "|" in stdin else f"exec ENTRY {stdin}"}


def body(way: str, outcome: object, stdin: str, length: object = len(BODY), fault: Fault | None = None) -> Cell:
    return Cell("the form's body", way, outcome, choosing(fault), **posted(stdin, length))  # type: ignore[arg-type]


def silent_pipe(ground: Ground) -> None:
    ground.undo.enter_context(full_pipe(ground.folder / "pipe"))


SAID = f"printf '%s' '{BODY}'"
FORM = [
    body("whole", IN, f"{SAID} |"),
    body("in pieces", IN, f"{{ printf 'mailbox=info'; sleep 0.3; printf '%s' '{BODY[12:]}'; }} |"),
    body("closed", "bad-form", "<&-"),
    body("empty", "bad-form", "</dev/null"),
    body("endless", "bad-form", "</dev/zero"),
    body("longer than it says", "no-such-mailbox", f"{SAID} |", len(BODY) - 1),
    body("shorter than it says", "bad-form", f"{SAID} |", len(BODY) + 1),
    body("never sent", "bad-form", "sleep 8 |"),
    body("random", "bad-form", "</dev/urandom"),
    body("a megabyte", "bad-form", "head -c 1000000 /dev/zero |", 1_000_000),
    *(
        body(f"of the length {length}", "bad-form", f"{SAID} |", length)
        for length in (None, "", "x", "-1", "1e2", "9" * 99)
    ),
]


def page(breaks: Callable[[Path], object], bytecode: bool) -> Fault:
    """The ready-made page to choose on: its source or its bytecode."""

    def break_it(ground: Ground) -> None:
        folder, name = ground.release / "compiled/templates", module_name("choose.html")
        (found,) = (folder / "__pycache__").glob(f"{name}.*.pyc") if bytecode else [folder / f"{name}.py"]
        breaks(found)

    return choosing(break_it)


MODULES = {"plugin/click/mailboxes.py": OURS, "plugin/click/form.py": OFFERED, "plugin/click/fallback.py": OFFERED}
CODE = [
    *(
        Cell(file, f"{way} where people choose", outcome, choosing(without_bytecode(file, breaks)))
        for file, outcome in MODULES.items()
        for way, breaks in {"missing": faults.missing, "garbage": faults.garbage}.items()
    ),
    Cell("the page to choose on", "missing", OURS, page(faults.missing, False)),
    Cell("the page to choose on", "without bytecode", OFFERED, page(faults.missing, True)),
    Cell("the page to choose on", "garbage", OURS, page(faults.truncated, True)),
    Cell("the page to choose on", "missing where nobody chooses", IN, part("templates/choose.html", faults.missing)),
]
CHOICE = [*LIST, *FORM, *CODE]
