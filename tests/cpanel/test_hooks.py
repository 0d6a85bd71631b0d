"""manage_hooks and upcp."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cpanel import Root
from tests.cpanel.kit import script, tree

HOOK = ["--manual", "--category", "System", "--event", "upcp", "--stage", "post"]


def hook(root: Root, mode: int = 0o755) -> str:
    path = root.path.parent / "hook"
    path.write_text('#!/bin/sh\ncat >"$0.ran"\n')
    path.chmod(mode)
    return str(path)


def test_a_hook_is_run_at_the_end_of_an_update(root: Root) -> None:
    path = hook(root)
    assert script(root, "bin/manage_hooks", "add", "script", path, *HOOK).returncode == 0
    assert script(root, "scripts/upcp").returncode == 0
    assert json.loads(Path(f"{path}.ran").read_text())["context"]["event"] == "upcp"


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
