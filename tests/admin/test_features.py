"""WHM's feature lists: what they say of us, and how the icon is hidden from everybody and shown again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.admin import features
from plugin.admin.programs import Failed
from plugin.admin.server import ID, Server
from tests.kit.programs import answering, printing, program

LISTS = {"default": {"ftp": 1}, "disabled": {"ftp": 1}, "mine": {"ftp": 0, ID: 1}, "off already": {ID: 0}}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel/bin").mkdir(parents=True)
    (tmp_path / "var/cpanel/features").mkdir(parents=True)
    return Server(str(tmp_path))


def write(server: Server, name: str, text: str) -> None:
    Path(server.root, "var/cpanel/features", name).write_text(text)


@pytest.mark.parametrize("text", [f"{ID}=0", f"ftp=1\n{ID}=0\nwebmail=1\n", f"{ID} = 0\n"])
def test_a_list_that_says_off_is_off(server: Server, text: str) -> None:
    write(server, "default", text)
    assert features.is_off(server, "default")


@pytest.mark.parametrize("text", ["", f"{ID}=1", f"x{ID}=0", f"{ID}=00", "webmail=0"])
def test_every_other_is_on(server: Server, text: str) -> None:
    write(server, "default", text)
    assert not features.is_off(server, "default")


def test_without_lists_nothing_is_off(tmp_path: Path) -> None:
    server = Server(str(tmp_path))
    assert (features.saying_off(server), list(features.look(server))) == ([], [])


def test_those_that_say_off_are_named_in_order(server: Server) -> None:
    for name in ("b", "a", "c"):
        write(server, name, f"{ID}={int(name == 'c')}\n")
    assert features.saying_off(server) == ["a", "b"]


def test_both_our_feature_and_webmail_must_be_on_where_packages_start_and_for_all(server: Server) -> None:
    write(server, "default", f"{ID}=0\nwebmail=1\n")
    write(server, "disabled", "webmail=0\n")
    write(server, "a package's own", f"{ID}=0\n")
    found = list(features.look(server))
    assert [each.text.split(";")[0] for each in found] == [
        f"the feature {ID} is off in the feature list default",
        "the feature webmail is off in the feature list disabled",
    ]
    assert {each.level for each in found} == {"warning"}


def says(data: object) -> str:
    return printing({"metadata": {"result": 1, "reason": "OK"}, "data": data})


def whm(server: Server, more: dict[str, str] | None = None) -> Path:
    """A `whmapi1` with four lists, which notes what is changed."""
    notes = Path(server.root, "notes")
    commands = {"*get_featurelists": says({"featurelists": list(LISTS)})}
    for name, values in LISTS.items():
        rows = [{"id": feature, "value": str(value)} for feature, value in values.items()]
        commands[f'*"get_featurelist_data featurelist={name}"'] = says({"features": rows})
    commands["*"] = f'shift; echo "$*" >> {notes}\n{says(None)}'
    program(Path(server.cpanel, "bin/whmapi1"), answering({**(more or {}), **commands}))
    return notes


def changes(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def test_it_is_switched_off_in_every_list_and_nothing_else_is_changed(server: Server) -> None:
    notes = whm(server)
    features.hide(server).do()
    assert changes(notes) == [
        f"update_featurelist featurelist=default ftp=1 {ID}=0",
        f"update_featurelist featurelist=mine ftp=0 {ID}=0",
    ]


def test_what_was_switched_off_is_switched_on_again_and_what_was_off_stays(server: Server) -> None:
    notes = whm(server)
    step = features.hide(server)
    step.do()
    notes.unlink()
    step.undo()
    assert changes(notes) == [
        f"update_featurelist featurelist=default ftp=1 {ID}=1",
        f"update_featurelist featurelist=mine ftp=0 {ID}=1",
    ]


def test_undoing_what_was_not_begun_changes_nothing(server: Server) -> None:
    notes = whm(server)
    features.hide(server).undo()
    assert changes(notes) == []


def test_one_that_fails_halfway_is_undone_with_those_before_it(server: Server) -> None:
    notes = whm(server, {"*update*mine*=0": says("x").replace('"result": 1', '"result": 0')})
    step = features.hide(server)
    with pytest.raises(Failed, match="whmapi1 update_featurelist: OK"):
        step.do()
    notes.unlink()
    step.undo()
    assert [line.split()[1] for line in changes(notes)] == ["featurelist=default", "featurelist=mine"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"metadata": {"result": 0, "reason": "No such list."}}, "No such list."),
        ("The licence has expired.", "The licence has expired."),
        ([], "[]"),
        ({"metadata": None}, '{"metadata": null}'),
    ],
    ids=["a refusal", "a sentence", "a list", "null"],
)
def test_what_whmapi1_says_instead_is_told(server: Server, said: object, why: str) -> None:
    program(Path(server.cpanel, "bin/whmapi1"), printing(said))
    with pytest.raises(Failed) as caught:
        features.whmapi1(server, "get_featurelists")
    assert str(caught.value) == f"whmapi1 get_featurelists: {why}"


@pytest.mark.parametrize("data", [None, [], {}, {"featurelists": None}, {"features": [{"id": "x"}]}], ids=json.dumps)
def test_an_answer_of_another_shape_fails_in_words(server: Server, data: object) -> None:
    program(Path(server.cpanel, "bin/whmapi1"), says(data))
    with pytest.raises(Failed, match="whmapi1 get_featurelist"):
        features.hide(server).do()


@pytest.mark.parametrize(
    "row", [{"id": "x", "value": "on"}, {"id": "x", "value": None}, {"value": 1}, 1, None], ids=json.dumps
)
def test_a_feature_of_another_shape_fails_in_words(server: Server, row: object) -> None:
    whm(server, {"*data*": says({"features": [row]})})
    with pytest.raises(Failed, match="whmapi1 get_featurelist_data"):
        features.hide(server).do()
