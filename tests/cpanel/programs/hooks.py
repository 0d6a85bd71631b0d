"""`bin/manage_hooks` and `scripts/upcp` (cpanel-facts.md §4), with the registered hooks in `var/cpanel/hooks.json`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from . import panel

Hook = dict[str, str]
USAGE = (
    "usage: manage_hooks add|delete script PATH --manual --category System --event upcp --stage post\n"
    "       manage_hooks list"
)


def load(root: str) -> list[Hook]:
    """The registered hooks, oldest first."""
    try:
        with open(os.path.join(root, "var/cpanel/hooks.json"), encoding="utf-8") as file:
            hooks: list[Hook] = json.load(file)
    except FileNotFoundError:
        return []
    return hooks


def store(root: str, hooks: list[Hook]) -> None:
    """Keep the hooks; without any there is no file, as before the first."""
    place = os.path.join(root, "var/cpanel/hooks.json")
    if not hooks:
        if os.path.exists(place):
            os.unlink(place)
        return
    with open(place, "w", encoding="utf-8") as file:
        json.dump(hooks, file, indent=1)


def hook_of(words: list[str]) -> Hook:
    """The hook that the words after the verb describe; every one of them is needed."""
    if len(words) < 2 or words[0] != "script" or "--manual" not in words:
        raise SystemExit(USAGE)
    rest = [word for word in words[2:] if word != "--manual"]
    options = dict(zip(rest[::2], rest[1::2]))
    if set(options) != {"--category", "--event", "--stage"} or len(rest) != 6:
        raise SystemExit(USAGE)
    return {"hook": words[1], **{name[2:]: value for name, value in options.items()}}


def check_script(root: str, path: str) -> None:
    """A hook is run by root: it must be root's own, mode 0755 (cpanel-facts.md §4)."""
    if not os.path.isabs(path) or not os.path.isfile(path):
        raise SystemExit(f"manage_hooks: {path} is not the absolute path of a file")
    state = os.stat(path)
    if state.st_uid != os.stat(root).st_uid or state.st_mode & 0o7777 != 0o755:
        raise SystemExit(f"manage_hooks: {path} must belong to root and have the mode 0755")


def manage() -> int:
    """`manage_hooks`: a hook that is there already, or is not there, is a failure."""
    root = panel.own_root()
    if os.geteuid() != os.stat(root).st_uid:
        raise SystemExit("manage_hooks: this program must be run by root")
    if "fail" in panel.switches(root, "manage_hooks"):
        raise SystemExit("manage_hooks: the stand-in was told to fail")
    hooks = load(root)
    verb, words = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if verb == "list" and not words:
        for hook in hooks:
            print(f"{hook['category']}::{hook['event']} {hook['stage']} script {hook['hook']}")
        return 0
    if verb not in ("add", "delete"):
        raise SystemExit(USAGE)
    hook = hook_of(words)
    if verb == "add":
        check_script(root, hook["hook"])
        if hook in hooks:
            raise SystemExit("manage_hooks: this hook is there already")
        hooks.append(hook)
    elif hook in hooks:
        hooks.remove(hook)
    else:
        raise SystemExit("manage_hooks: there is no such hook")
    store(root, hooks)
    print(f"{'Added' if verb == 'add' else 'Deleted'} hook for {hook['category']}::{hook['event']}")
    return 0


def update() -> int:
    """`upcp`: what remains of an update is its end, where the registered hooks are run one after the other."""
    root = panel.own_root()
    failed = 0
    for hook in load(root):
        if (hook["category"], hook["event"], hook["stage"]) != ("System", "upcp", "post"):
            continue
        told = json.dumps({"context": {"category": "System", "event": "upcp", "stage": "post"}, "data": {}})
        done = subprocess.run([hook["hook"]], input=told.encode(), timeout=300, check=False, cwd="/")
        print(f"{hook['hook']}: exit code {done.returncode}")
        failed += done.returncode != 0
    return 1 if failed else 0
