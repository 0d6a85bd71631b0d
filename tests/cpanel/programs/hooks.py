"""`bin/manage_hooks` and `scripts/upcp` (cpanel-facts.md §4), with the registered hooks in `var/cpanel/hooks.json`.

Stricter than cPanel's: a hook that leaves a byte of its input unread, or answers anything but one line, is an error.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from typing import Any

from . import panel

Hook = dict[str, str]
ANSWER = re.compile(r"([01]) ([^\n]+)\n")
HOOK_SECONDS = 300.0
PADDING = "x" * 200_000  # more than a pipe holds, so that nobody passes for having read what waits in it
USAGE = (
    "usage: manage_hooks add|delete script PATH --manual --category System --event upcp --stage post\n"
    "       manage_hooks list [--output HUMAN|JSON]"
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


def described(hook: Hook) -> dict[str, Any]:
    """A hook as `list` tells of it; its id is made from what it is, so that adding it anew changes nothing."""
    digest = hashlib.sha256("\0".join(sorted(hook.values())).encode()).digest()
    return {
        "stage": hook["stage"],
        "escalateprivs": 0,
        "weight": 100,
        "id": base64.urlsafe_b64encode(digest)[:24].decode(),
        "exectype": "script",
        "hook": hook["hook"],
    }


def by_event(hooks: list[Hook]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """`{CATEGORY: {EVENT: [hook, …]}}`."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for hook in hooks:
        found.setdefault(hook["category"], {}).setdefault(hook["event"], []).append(described(hook))
    return found


def as_text(hooks: list[Hook]) -> str:
    """The list for people: a block for each category and event, a line for each of a hook's fields."""
    lines = []
    for category, events in by_event(hooks).items():
        lines.append(f"{category}:")
        for event, registered in events.items():
            lines.append(f"   {event}:")
            for number, hook in enumerate(registered):
                lines += ["      --"] * (number > 0)
                lines += [f"{' ' * (16 if key == 'id' else 6)}{key}: {value}" for key, value in hook.items()]
    return "".join(f"{line}\n" for line in lines)


def manage() -> int:
    """`manage_hooks`: a hook that is there already, or is not there, is a failure."""
    root = panel.own_root()
    if os.geteuid() != os.stat(root).st_uid:
        raise SystemExit("manage_hooks: this program must be run by root")
    on = panel.switches(root, "manage_hooks")
    if "hung" in on:
        time.sleep(HOOK_SECONDS)
    if "fail" in on:
        raise SystemExit("manage_hooks: the stand-in was told to fail")
    hooks = load(root)
    verb, words = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if verb == "list" and words in ([], ["--output", "HUMAN"], ["--output", "JSON"]):
        sys.stdout.write(json.dumps(by_event(hooks)) + "\n" if "JSON" in words else as_text(hooks))
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


def feed(pipe: int, told: bytes, program: subprocess.Popen[bytes]) -> int:
    """Write to the pipe for as long as the program runs; how much was not taken. TimeoutExpired after too long."""
    os.set_blocking(pipe, False)
    end = time.monotonic() + HOOK_SECONDS
    while told and program.poll() is None:
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired(program.args, HOOK_SECONDS)
        if select.select([], [pipe], [], 0.02)[1]:
            told = told[os.write(pipe, told) :]
    os.close(pipe)
    program.wait(max(0.1, end - time.monotonic()))
    return len(told)


def run_hook(path: str, told: str) -> dict[str, Any]:
    """Run one hook. We hold its input open too, so that what it has not read is still there to be counted."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        program = subprocess.Popen([path], stdin=reader, stdout=out, stderr=err, cwd="/")
        unread = 0
        try:
            unread = feed(writer, told.encode(), program)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        unread += struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0]
        os.close(reader)
        said = []
        for stream in out, err:
            stream.seek(0)
            said.append(stream.read().decode("utf-8", "replace"))
    answer = ANSWER.fullmatch(said[0])
    errors = [] if program.returncode == 0 else [f"it ended with {program.returncode}"]
    if unread:
        errors.append("it did not read its input to the end")
    if not answer:
        errors.append(f"it did not answer by one line, 1 MESSAGE or 0 MESSAGE: {said[0][:200]!r}")
    elif answer.group(1) == "0":
        errors.append(f"it failed: {answer.group(2)}")
    return {
        "hook": path,
        "told": json.loads(told),
        "stdout": said[0],
        "stderr": said[1],
        "returncode": program.returncode,
        "errors": errors,
    }


def update() -> int:
    """`upcp`: what remains of an update is its end, where the registered hooks are run one after the other.

    No hook can hold it up or make it fail; what is wrong with one stands in the update's log.
    """
    root = panel.own_root()
    with open(os.path.join(root, "var/cpanel/updatelogs/update.log"), "a", encoding="utf-8") as log:
        for hook in load(root):
            if (hook["category"], hook["event"], hook["stage"]) != ("System", "upcp", "post"):
                continue
            context = {"category": "System", "event": "upcp", "stage": "post"}
            told = json.dumps({"context": context, "data": {"padding": PADDING}, "hook": described(hook)})
            ran = run_hook(hook["hook"], told)
            with open(panel.spool(root, "hooks"), "a", encoding="utf-8") as record:
                record.write(json.dumps(ran) + "\n")
            lines = [f"error: {error}" for error in ran["errors"]] or [ran["stdout"].strip()]
            log.writelines(f"{hook['hook']}: {line}\n" for line in lines)
            sys.stdout.writelines(f"{hook['hook']}: {line}\n" for line in lines)
    return 0
