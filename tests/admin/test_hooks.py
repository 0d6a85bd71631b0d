"""The hook that cPanel keeps: whether ours is in its list, in either form, whatever else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.admin import hooks
from plugin.admin.programs import Failed
from plugin.admin.server import Server
from tests.kit.programs import answering, printing, program

STAGES = "--manual --category System --event upcp --stage post"


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel/bin").mkdir(parents=True)
    return Server(str(tmp_path))


def manage_hooks(server: Server, commands: dict[str, str]) -> None:
    program(Path(server.manage_hooks), answering(commands))


def listing(server: Server, said: object) -> bool:
    manage_hooks(server, {"*JSON*": printing(said), "*": ""})
    return hooks.hooked(server)


def upcp(*paths: str) -> object:
    return {"System": {"upcp": [{"hook": path, "stage": "post"} for path in paths]}}


def test_ours_is_found_among_others(server: Server) -> None:
    assert listing(server, upcp("/usr/local/other/hook", server.hook))


@pytest.mark.parametrize("ending", ["", ".old", "/x"])
def test_only_the_very_path_is_ours(server: Server, ending: str) -> None:
    assert listing(server, upcp(f"{server.hook}{ending}")) is (ending == "")


def test_one_that_is_registered_for_something_else_is_not_it(server: Server) -> None:
    assert not listing(server, {"Whostmgr": {"Accounts::Create": [{"hook": server.hook}]}, "System": {}})


@pytest.mark.parametrize(
    "said",
    [
        *("{}", "[]", "1", "null", "", "[" * 5000, '{"System": null}', '{"System": []}', '{"System": {"upcp": null}}'),
        *('{"System": {"upcp": 1}}', '{"System": {"upcp": [null]}}', '{"System": {"upcp": [[]]}}'),
        *('{"System": {"upcp": "x"}}', '{"System": {"upcp": {"hook": 1}}}'),
    ],
    ids=lambda said: said[:30],
)
def test_a_list_of_another_shape_is_without_ours(server: Server, said: str) -> None:
    assert not listing(server, said)


def lines(server: Server, text: str) -> bool:
    manage_hooks(server, {"*JSON*": "echo 'Unknown option: output'; exit 1", "*": printing(text)})
    return hooks.hooked(server)


def test_where_there_is_no_json_the_lines_are_read(server: Server) -> None:
    assert lines(server, f"System:\n   upcp:\n      stage: post\n      hook: {server.hook} \n      id: x\n")


@pytest.mark.parametrize("line", ["hook: {}.old", "hook: /x{}", "# {} x"])
def test_a_line_of_another_hook_is_none_of_ours(server: Server, line: str) -> None:
    assert not lines(server, line.format(server.hook))


def test_without_a_manage_hooks_there_is_no_hook(server: Server) -> None:
    assert not hooks.hooked(server)


def test_one_that_fails_has_none(server: Server) -> None:
    manage_hooks(server, {"*": "exit 1"})
    assert not hooks.hooked(server)


def noted(server: Server, listed: bool) -> Path:
    """A `manage_hooks` that notes what it is told."""
    notes = Path(server.cpanel, "notes")
    said = json.dumps(upcp(server.hook) if listed else {})
    manage_hooks(server, {"list*": printing(said), "*": f'echo "$*" >> {notes}'})
    return notes


def test_it_is_added_as_it_is_documented(server: Server) -> None:
    notes = noted(server, listed=False)
    hooks.add(server).do()
    assert notes.read_text() == f"add script {server.hook} {STAGES}\n"


@pytest.mark.parametrize("listed", [True, False])
def test_adding_is_undone_where_it_was_added(server: Server, listed: bool) -> None:
    notes = noted(server, listed)
    hooks.add(server).undo()
    expected = f"delete script {server.hook} {STAGES}\n" if listed else ""
    assert (notes.read_text() if notes.exists() else "") == expected


@pytest.mark.parametrize("listed", [True, False])
def test_removing_is_undone_where_it_was_removed(server: Server, listed: bool) -> None:
    notes = noted(server, listed)
    hooks.remove(server).undo()
    assert (notes.read_text() if notes.exists() else "") == ("" if listed else f"add script {server.hook} {STAGES}\n")


def test_a_removal_that_fails_is_a_failure_as_long_as_the_hook_is_there(server: Server) -> None:
    failing = "echo a lock is held; exit 1"
    manage_hooks(server, {"list*": printing(upcp(server.hook)), "*": failing})
    with pytest.raises(Failed, match="a lock is held"):
        hooks.remove(server).do()
    manage_hooks(server, {"list*": printing({}), "*": failing})
    hooks.remove(server).do()


def test_a_removal_by_a_program_that_fails_at_everything_is_a_failure(server: Server) -> None:
    manage_hooks(server, {"*": "echo no licence; exit 1"})
    with pytest.raises(Failed, match="no licence"):
        hooks.remove(server).do()
