"""`bin/uapi [--output=json|jsonpretty|yaml] [--user=NAME] Module function [key=value …]` (cpanel-facts.md §6).

It is stricter than cPanel's: values that are not URI-encoded, arguments that the function does not know and an
environment that still carries the visitor's cookie are refused.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import pwd
import re
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

from . import panel

USUAL_SECONDS = 0.25
BOUND_SECONDS = 300.0  # nothing here waits longer, whatever the switch
ENCODED = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})*")
SECRET_VARIABLES = ("HTTP_COOKIE", "SESSION_TEMP_PASS", "cp_security_token")
USAGE = "usage: uapi [--output=json|jsonpretty|yaml] [--user=NAME] Module function [key=value …]"
Fields = dict[str, Any]


def early_failure(text: str) -> NoReturn:
    """End as the real one does before it speaks JSON: a plain line on stdout."""
    print(text, flush=True)
    raise SystemExit(1)


def command_line(words: list[str]) -> tuple[str, str | None, str, str, dict[str, str]]:
    """(output, user, module, function, arguments) of the command line."""
    output, user = "yaml", None
    while words and words[0].startswith("--"):
        name, _, value = words.pop(0).partition("=")
        if name == "--output" and value in ("json", "jsonpretty", "yaml"):
            output = value
        elif name == "--user" and value:
            user = value
        else:
            early_failure(f"Unknown option: {name}\n{USAGE}")
    if len(words) < 2 or not all(re.fullmatch(r"\w+", word) for word in words[:2]):
        early_failure(USAGE)
    args: dict[str, str] = {}
    for word in words[2:]:
        key, equals, value = word.partition("=")
        if not equals or not re.fullmatch(r"[\w-]+", key) or key in args or not ENCODED.fullmatch(value):
            early_failure(f"The argument “{key}” is not one URI-encoded key=value.\n{USAGE}")
        args[key] = unquote(value, errors="strict")
    return output, user, words[0], words[1], args


def become(root: str, wanted: str | None) -> tuple[str, dict[str, str]]:
    """Run as the account: root names it by --user, an account is itself."""
    if os.geteuid() == 0:
        if wanted is None:
            early_failure("You must name an account by --user when you run this as root.")
        entry = pwd.getpwnam(wanted)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    elif wanted is not None:
        early_failure("Only root may use --user.")
    name = pwd.getpwuid(os.getuid()).pw_name
    user = panel.account(root, name)
    if user is None:
        early_failure(f"The account “{name}” does not exist on this server.")
    return name, user


def leave(folder: str, name: str, content: Mapping[str, Any]) -> None:
    """Write a file for the servers, whole or not at all; the folder lets an account add but not look."""
    unfinished = os.path.join(folder, f".{os.getpid()}-{os.urandom(4).hex()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.rename(unfinished, os.path.join(folder, name))


def record_call(root: str, name: str) -> None:
    """Note how this process was started, for tests: `Cpanel.uapi_calls()`."""
    content = {
        "account": name,
        "argv": sys.argv[1:],
        "environ": dict(os.environ),
        "cwd": os.getcwd(),
        "stdin_is_null": os.fstat(0).st_rdev == os.stat(os.devnull).st_rdev,
        "leads_group": os.getpgrp() == os.getpid(),
        "pid": os.getpid(),
    }
    leave(panel.spool(root, "calls"), f"{time.time_ns()}-{os.getpid()}", content)


def address_problem(address: str | None) -> str | None:
    """Why this is not the address of a visitor, written the one usual way."""
    if not address:
        return "Provide the “remote_address” argument: on the command line it is required."
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "“remote_address” must be an IP address."
    mapped = isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped
    if mapped or "%" in address or str(parsed) != address:
        return "“remote_address” must be an IP address in its usual form."
    return None


def random_part() -> str:
    """Sixteen characters, among them the three that break a form or an address when nobody escapes them."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
    return "".join(letters[byte % len(letters)] for byte in os.urandom(13)) + "%+="


SELF, MAIL_USER = "create_webmail_session_for_self", "create_webmail_session_for_mail_user"


def mailbox_problem(root: str, name: str, args: Mapping[str, str]) -> str | None:
    """Why the call for a mailbox is refused; a suspended one is refused too, which is not documented."""
    for key in "login", "domain":
        if not args.get(key) or "@" in args[key]:
            return f"Provide the “{key}” argument."
    address = f"{args['login']}@{args['domain']}"
    rows = {row["email"]: row for row in panel.mailboxes(root, name)}
    if address not in rows:
        return f"You do not have an email account named “{address}”."
    return f"The email account “{address}” is suspended." if rows[address]["suspended_login"] else None


def create_session(
    root: str, function: str, name: str, user: Mapping[str, str], args: Mapping[str, str], on: Fields
) -> Fields:
    """A webmail session for the account itself or for a mailbox: the result, and a spool file without the session."""
    for_mailbox = function == MAIL_USER
    if set(args) - {"remote_address", "locale"} - ({"login", "domain"} if for_mailbox else set()):
        return panel.failure(f"“{function}” does not know one of these arguments.")
    if user.get("DEMO") == "1":
        return panel.failure("Sorry, this feature is disabled in demo mode.")
    problem = address_problem(args.get("remote_address"))
    if for_mailbox:
        problem = mailbox_problem(root, name, args) or problem
    if problem:
        return panel.failure(problem)
    locale = args.get("locale", user["LOCALE"])
    unknown = locale not in panel.LOCALES or ("fewer-locales" in on and args.get("locale", "en") != "en")
    if unknown or "locale-error" in on:
        return panel.failure("The server does not have this “locale”.")
    random = random_part()
    if "markup-in-session" in on:
        random += "\"'><b>&amp;"
    whose = f"{args['login']}@{args['domain']}" if for_mailbox else name
    session = f"{whose}:{random}:{function.upper()},{os.urandom(16).hex()}"
    token = "/cpsess" + str(int.from_bytes(os.urandom(8), "big") % 10**10).zfill(10)
    leave(
        panel.spool(root, "sessions"),
        hashlib.sha256(session.encode()).hexdigest(),
        {
            "account": name,
            "token": token,
            "remote_address": args["remote_address"],
            "locale": locale,
            "mailbox": whose if for_mailbox else None,
        },
    )
    return panel.success({"hostname": user.get("MAIL_NODE") or None, "session": session, "token": token})


def spoil(result: Fields, on: Fields) -> Fields:
    """The result as the switches want it: a field that is wrong, odd or hostile."""
    data = result["data"]
    if "status-0" in on:
        return panel.failure("The stand-in was told to fail.", "And it says so twice.")
    if "hostile-errors" in on:
        return panel.failure("</p><script>alert(1)</script>", "one\nref=forged outcome=signed-in\x1b[31m\u202e")
    if "null-data" in on:
        return dict(result, data=None)
    if "data-not-object" in on:
        return dict(result, data=["session", "token"])
    if not isinstance(data, dict):
        return result
    session = data.get("session", "")
    fields = {
        "bad-token": {"token": "/cpsess12x4/../login?goto=//evil.example"},
        "empty-session": {"session": ""},
        "control-in-session": {"session": session + "\r\nSet-Cookie: a=b"},
        "long-session": {"session": session + "x" * 1024},
        "bad-hostname": {"hostname": "mail_node..example.com:2096/"},
        "hostile-hostname": {"hostname": 'evil.example/"><script>alert(1)</script>'},
    }
    data = dict(data)
    for name, change in fields.items():
        if name in on:
            data.update(change)
    if "junk-fields" in on:
        data.update(junk={"deep": [None, 1.5e300, "\u202e<b>"]}, url="https://evil.example/", Session="no")
        result = dict(result, junk=[[]], warnings=["a warning"], messages=["a message"])
    return dict(result, data=data)


def as_yaml(value: Any, indent: str = "") -> str:
    """The little of YAML that an answer needs."""
    if isinstance(value, dict) and value:
        lines = [f"{indent}{key}:{as_yaml(below, indent + '  ')}" for key, below in sorted(value.items())]
        return "\n" + "\n".join(lines)
    if isinstance(value, list) and value:
        return "\n" + "\n".join(f"{indent}-{as_yaml(below, indent + '  ')}" for below in value)
    return " ~" if value is None else " " + json.dumps(value, ensure_ascii=False)


def written(answer: Fields, output: str, on: Fields) -> bytes:
    """The bytes of the answer, as the switches want them."""
    if "string-numbers" in on:
        answer = panel.numbers_as_strings(answer)
    if "huge" in on:
        answer["result"]["messages"] = ["padding " * 200_000]
    if output == "yaml":
        text = "---" + as_yaml(answer)
    else:
        text = json.dumps(answer, ensure_ascii=False, sort_keys=True, indent=3 if output == "jsonpretty" else None)
    whole = (text + "\n").encode("utf-8", "surrogatepass")
    if "truncated" in on:
        return whole[: len(whole) // 2]
    if "not-utf8" in on:
        return whole.replace(b'"result"', b'"\xff\xfe": 1, "result"', 1)
    replaced = {
        "html": b"<!DOCTYPE html><html><body><h1>Licence error</h1><form action=//evil.example></form></body></html>\n",
        "plain-text": b"The licence of this server has expired.\n",
        "empty": b"",
        "json-number": b"1\n",
        "deep-json": b"[" * 200_000,
    }
    for name, text_instead in replaced.items():
        if name in on:
            return text_instead
    return whole


def wait_at_most(seconds: float) -> None:
    """Sleep through every signal that does not end the process, but never for longer than the bound."""
    end = time.monotonic() + min(seconds, BOUND_SECONDS)
    while time.monotonic() < end:
        time.sleep(max(0.0, end - time.monotonic()))


def child_that_stays() -> None:
    """A grandchild of the caller: it keeps stdout open and does not hear SIGTERM."""
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        wait_at_most(BOUND_SECONDS)
        os._exit(0)


def misbehave_before(on: Fields) -> None:
    """The switches that act before anything is answered."""
    if "noisy" in on:
        sys.stderr.write("stand-in: noise\n" * 65_536)
        sys.stderr.flush()
    if "deaf" in on:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "hung-with-child" in on:
        child_that_stays()
    if on.keys() & {"hung", "hung-with-child", "deaf"}:
        wait_at_most(BOUND_SECONDS)
        early_failure("The stand-in was told to hang and nobody ended it.")
    if "killed" in on:
        os.kill(os.getpid(), signal.SIGKILL)
    if "endless" in on:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        end = time.monotonic() + BOUND_SECONDS
        while time.monotonic() < end:
            os.write(1, b'{"result": ' * 1000)


def switches_for(module: str, on: Fields) -> Fields:
    """Those of the area `uapi` that a module hears: Session its own, Features the ones with its name before them."""
    if module == "Features":
        return {name[len("features-") :]: value for name, value in on.items() if name.startswith("features-")}
    return on if module == "Session" else {}


def main(started: float) -> int:
    """The command; `started` is when its process began, by the monotonic clock."""
    root = panel.own_root()
    output, wanted, module, function, args = command_line(sys.argv[1:])
    name, user = become(root, wanted)
    if any(variable in os.environ for variable in SECRET_VARIABLES):
        early_failure("The environment carries what belongs to the visitor; uapi must get one of its own.")
    record_call(root, name)
    all_on = panel.switches(root, "uapi")
    on = switches_for(module, all_on)
    misbehave_before(on)
    if module == "Session" and function in (SELF, MAIL_USER):
        refused = on.keys() & {"status-0", "hostile-errors"}
        result = spoil({"data": None} if refused else create_session(root, function, name, user, args, on), on)
    else:
        result = panel.call(root, user, module, function, args)
        for value, switch in ((None, "null"), (0, "off")):
            if switch in on:
                result["data"] = value
        result = spoil(result, on)
    answer = {"apiversion": 3, "func": function, "module": module, "result": result}
    whole = written(answer, output, on)
    wait_at_most(started + float(all_on.get("slow", USUAL_SECONDS)) - time.monotonic())
    sys.stdout.buffer.write(whole)
    sys.stdout.buffer.flush()
    if "leaves-child" in on:
        child_that_stays()
    if "killed-after-output" in on:
        os.kill(os.getpid(), signal.SIGKILL)
    return 1 if "exit-1" in on else 0
