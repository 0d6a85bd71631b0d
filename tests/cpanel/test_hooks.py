"""manage_hooks and upcp."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cpanel import Root
from tests.cpanel.kit import script, tree

pytestmark = pytest.mark.long

HOOK = ["--manual", "--category", "System", "--event", "upcp", "--stage", "post"]


ANSWERS = "cat >/dev/null; echo 1 in order"


def hook(root: Root, mode: int = 0o755, script: str = ANSWERS) -> str:
    path = root.path.parent / "hook"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(mode)
    return str(path)


def updated(root: Root, answer: str) -> str:
    """The log of an update whose only hook does this."""
    script(root, "bin/manage_hooks", "add", "script", hook(root, script=answer), *HOOK)
    assert script(root, "scripts/upcp").returncode == 0
    return root.update_log()


def test_a_hook_is_run_at_the_end_of_an_update_and_told_which_event_it_is(root: Root) -> None:
    assert updated(root, ANSWERS) == f"{hook(root)}: 1 in order\n"
    (ran,) = root.hook_runs()
    assert (ran["told"]["context"], ran["errors"]) == ({"category": "System", "event": "upcp", "stage": "post"}, [])


@pytest.mark.parametrize(
    "answer",
    [
        "echo 1 in order",
        "head -c 100 >/dev/null; echo 1 in order",
        "exec </dev/null; echo 1 in order",
        "head -c 200100 >/dev/null; echo 1 in order",
    ],
)
def test_a_hook_that_does_not_read_its_input_to_the_end_is_an_error(root: Root, answer: str) -> None:
    assert "error: it did not read its input to the end" in updated(root, answer)


@pytest.mark.parametrize(
    "answer", ["", "echo", "echo in order", "echo 2 x", "echo 1", "printf '1 x'", "echo '1 a\n1 b'"]
)
def test_a_hook_that_does_not_answer_by_one_line_is_an_error(root: Root, answer: str) -> None:
    assert "error: it did not answer by one line" in updated(root, f"cat >/dev/null; {answer}")


def test_a_hook_that_says_0_has_failed_and_the_update_goes_on(root: Root) -> None:
    assert "error: it failed: the page is lost" in updated(root, "cat >/dev/null; echo 0 the page is lost")


def test_a_hook_that_ends_badly_is_an_error_and_the_update_goes_on(root: Root) -> None:
    assert "error: it ended with 3" in updated(root, f"{ANSWERS}; exit 3")


def listed(root: Root, *words: str) -> str:
    return script(root, "bin/manage_hooks", "list", *words).stdout


def test_the_list_is_blocks_of_indented_lines(root: Root) -> None:
    path = hook(root)
    script(root, "bin/manage_hooks", "add", "script", path, *HOOK)
    lines = listed(root).splitlines()
    assert lines[:5] == ["System:", "   upcp:", "      stage: post", "      escalateprivs: 0", "      weight: 100"]
    assert lines[5].startswith(" " * 16 + "id: ")
    assert lines[6:] == ["      exectype: script", f"      hook: {path}"]


def test_the_list_as_json_has_a_list_of_hooks_for_each_category_and_event(root: Root) -> None:
    path = hook(root)
    script(root, "bin/manage_hooks", "add", "script", path, *HOOK)
    (found,) = json.loads(listed(root, "--output", "JSON"))["System"]["upcp"]
    assert (found["hook"], found["stage"]) == (path, "post")


def test_without_hooks_the_list_is_empty(root: Root) -> None:
    assert (listed(root), json.loads(listed(root, "--output", "JSON"))) == ("", {})


@pytest.mark.parametrize("words", [["list", "System"], ["list", "--output", "XML"], ["remove"], []])
def test_manage_hooks_knows_no_other_words(root: Root, words: list[str]) -> None:
    assert script(root, "bin/manage_hooks", *words).returncode == 1


@pytest.mark.parametrize("words", [["list"], ["add", "script", "HOOK", *HOOK]])
def test_manage_hooks_can_fail(root: Root, words: list[str]) -> None:
    root.switch("manage_hooks", "fail")
    path = hook(root)
    ran = script(root, "bin/manage_hooks", *(path if word == "HOOK" else word for word in words))
    assert (ran.returncode, ran.stdout, "told to fail" in ran.stderr) == (1, "", True)


def test_manage_hooks_can_hang(root: Root) -> None:
    root.switch("manage_hooks", "hung")
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([str(root.cpanel / "bin/manage_hooks"), "list"], timeout=0.5, check=False)


def test_adding_and_deleting_a_hook_leaves_everything_as_before(root: Root) -> None:
    before = tree(root)
    codes = [
        script(root, "bin/manage_hooks", verb, "script", hook(root), *HOOK).returncode for verb in ("add", "delete")
    ]
    assert (codes, tree(root)) == ([0, 0], before)


def test_a_hook_that_others_can_write_is_refused(root: Root) -> None:
    assert script(root, "bin/manage_hooks", "add", "script", hook(root, 0o775), *HOOK).returncode == 1


def test_a_hook_is_added_once_and_deleted_once(root: Root) -> None:
    words = ["script", hook(root), *HOOK]
    verbs = ["add", "add", "delete", "delete"]
    assert [script(root, "bin/manage_hooks", verb, *words).returncode for verb in verbs] == [0, 1, 0, 1]
