"""What the programs and the servers know of the scratch ROOT: accounts, features, UAPI calls, switches.

Paths are strings and imports are few, because every process of `bin/uapi` pays for them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

#: Locale tags that the server has (cpanel-facts.md §8).
LOCALES = frozenset(
    [
        "ar",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "es_419",
        "es_es",
        "fi",
        "fil",
        "fr",
        "he",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "ms",
        "nb",
        "nl",
        "pl",
        "pt",
        "pt_br",
        "ro",
        "ru",
        "sv",
        "th",
        "tr",
        "uk",
        "vi",
        "zh",
        "zh_tw",
    ]
)
#: Features that every server knows; a plugin's is known when `install_plugin` has written its addonfeatures.
FEATURES = frozenset({"webmail", "popaccts", "filemanager", "mysql", "ssl", "cron"})
#: Addresses that no mailbox has.
HOSTILE = (
    '"><script>alert(1)</script>@example.com',
    "a@b@example.com",
    "two\nlines@example.com",
    "nul\0@example.com",
    "../../etc/passwd",
    "\u202eright@example.com",
    "x" * 5000 + "@example.com",
    "@example.com",
    "info@",
    "",
)
GROUPS = (
    "email",
    "files",
    "databases",
    "domains",
    "metrics",
    "security",
    "software",
    "advanced",
    "preferences",
)


def own_root() -> str:
    """The scratch ROOT that the running program lies in: ROOT/usr/local/cpanel/stand-in/programs/panel.py."""
    folder = os.path.dirname(os.path.realpath(__file__))
    for _ in range(5):
        folder = os.path.dirname(folder)
    return folder


def below(root: str, *parts: str) -> str:
    """A path below `ROOT/usr/local/cpanel`."""
    return os.path.join(root, "usr/local/cpanel", *parts)


def spool(root: str, *parts: str) -> str:
    """A path in the folder where the stand-in keeps what its programs leave for its servers."""
    return os.path.join(root, "var/cpanel/stand-in", *parts)


def switches(root: str, area: str) -> dict[str, Any]:
    """The misbehaviours that are on in `area`: name -> its value (True, or a number of seconds …)."""
    try:
        with open(spool(root, "switches.json"), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file).get(area, {})
    except FileNotFoundError:
        return {}
    return found


def ports(root: str) -> dict[str, int]:
    """The ports that the servers really have, by their names; empty where none runs."""
    try:
        with open(spool(root, "ports.json"), encoding="utf-8") as file:
            found: dict[str, int] = json.load(file)
    except FileNotFoundError:
        return {}
    return found


def log_session(root: str, text: str) -> None:
    """A line in logs/session_log, which never holds a session itself."""
    with open(below(root, "logs/session_log"), "a", encoding="utf-8") as log:
        log.write(f"{time.strftime('[%Y-%m-%d %H:%M:%S %z]')} info [stand-in] {text}\n")


def pairs(path: str) -> dict[str, str] | None:
    """The `key=value` lines of a file; None if there is no such file."""
    try:
        with open(path, encoding="utf-8") as file:
            return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    except FileNotFoundError:
        return None


def account(root: str, name: str) -> dict[str, str] | None:
    """`var/cpanel/users/NAME`, or None where the server has no such account."""
    return pairs(os.path.join(root, "var/cpanel/users", name))


#: What is said of a mailbox that is not there.
SUSPENDED = {"suspended_login": 1, "suspended_incoming": 1}


def mailbox_file(root: str, name: str) -> str:
    """Where an account's mailboxes stand; only the account and root can read it."""
    return os.path.join(root, "home", name, "etc/mailboxes")


def mailbox_row(address: str, flags: Mapping[str, Any]) -> dict[str, Any]:
    """A mailbox as `Email list_pops` tells of it."""
    numbers = {key: int(flags[key]) for key in SUSPENDED}
    return {"email": address, "login": address, **numbers}


def mailbox_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """The file of an account's mailboxes: an address and two digits a line."""
    return "".join(f"{row['email']} {row['suspended_login']:d} {row['suspended_incoming']:d}\n" for row in rows)


def mailboxes(root: str, name: str) -> list[dict[str, Any]]:
    """The mailboxes of an account, without its own."""
    with open(mailbox_file(root, name), encoding="utf-8") as file:
        rows = [line.split() for line in file]
    return [mailbox_row(address, dict(zip(SUSPENDED, flags))) for address, *flags in rows]


def list_pops(root: str, user: Mapping[str, str], args: Mapping[str, str]) -> dict[str, Any]:
    """`Email list_pops`, as the switches want it."""
    on = switches(root, "list_pops")
    if set(args) - {"skip_main"} or args.get("skip_main", "0") not in ("0", "1"):
        return failure("“list_pops” does not know one of these arguments.")
    if "role-off" in on:
        return failure("The “Receive Mail” role is disabled on this server.")
    rows: list[Any] = mailboxes(root, user["USER"])
    own = {"email": user["USER"], "login": "Main Account", "suspended_login": 0, "suspended_incoming": 0}
    if args.get("skip_main") != "1" or "main-anyway" in on:
        rows.insert(0, own)
    if "null" in on:
        return success(None)
    if "object" in on:
        return success({"mailboxes": rows})
    if "nonsense" in on:
        rows[:0] = [None, 1, "info", [], {}, {"email": None}, {"email": ["a@b"]}, {"login": "x@example.com"}]
    if "hostile" in on:
        rows[:0] = [mailbox_row(address, dict.fromkeys(SUSPENDED, 0)) for address in HOSTILE]
    if "foreign" in on:
        rows.insert(0, mailbox_row("info@somebody-else.example.com", dict.fromkeys(SUSPENDED, 0)))
    if "twice" in on:
        rows += rows
    return success(rows)


#: How an account's file says what holds for it whatever its feature list says.
OVERRIDE = "FEATURE-"


def feature(root: str, user: Mapping[str, str], name: str) -> int | None:
    """1 on, 0 off, None unknown (cpanel-facts.md §5): on unless the account's feature list says `name=0`.

    The account's own file overrides its list; what the list `disabled` says is off for everybody.
    """
    listed = pairs(os.path.join(root, "var/cpanel/features", user["FEATURELIST"])) or {}
    disabled = pairs(os.path.join(root, "var/cpanel/features/disabled")) or {}
    if disabled.get(name) == "0" or user.get(OVERRIDE + name, listed.get(name)) == "0":
        return 0
    known = name in FEATURES or name in listed
    return 1 if known or os.path.exists(below(root, "whostmgr/addonfeatures", os.path.basename(name))) else None


def success(data: Any) -> dict[str, Any]:
    """A UAPI result that worked."""
    return {
        "data": data,
        "errors": None,
        "messages": None,
        "metadata": {"transformed": 1},
        "status": 1,
        "warnings": None,
    }


def failure(*errors: str) -> dict[str, Any]:
    """A UAPI result that says why it failed."""
    return {
        "data": None,
        "errors": list(errors),
        "messages": None,
        "metadata": {},
        "status": 0,
        "warnings": None,
    }


def call(root: str, user: Mapping[str, str], module: str, function: str, args: Mapping[str, str]) -> dict[str, Any]:
    """The UAPI functions that change nothing, answered alike by LiveAPI and by the command."""
    if (module, function) == ("Features", "has_feature"):
        if set(args) != {"name"} or not args["name"]:
            return failure("Provide the “name” argument, and no other.")
        return success(feature(root, user, args["name"]))
    if (module, function) == ("Locale", "get_attributes"):
        if args:
            return failure("“get_attributes” takes no argument.")
        tag = user["LOCALE"]
        direction = "rtl" if tag in ("ar", "he") else "ltr"
        return success({"direction": direction, "encoding": "utf-8", "locale": tag, "name": tag})
    if (module, function) == ("Email", "list_pops"):
        return list_pops(root, user, args)
    return failure(f"The stand-in has no UAPI function “{module}::{function}”.")


def numbers_as_strings(value: Any) -> Any:
    """Perl's habit: "1" where 1 is meant."""
    if isinstance(value, dict):
        return {key: numbers_as_strings(below) for key, below in value.items()}
    if isinstance(value, list):
        return [numbers_as_strings(below) for below in value]
    return str(value) if isinstance(value, int) else value
