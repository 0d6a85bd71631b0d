"""The words of the command line."""

from __future__ import annotations

import re
from typing import NamedTuple

VERBS = ("install", "check", "apply", "rollback", "uninstall", "hook")
USAGE = """\
Usage: sh install.sh [install|check|apply|rollback|uninstall] [OPTION]...

  install     install, upgrade or repair (this is the default)
  check       say whether this server, and what is installed on it, is in order
  apply       make an edited config.yaml, own templates and sentences take effect
  rollback    return to the release that was installed before
  uninstall   remove what was installed

  --root DIR      work in the staged tree below DIR instead of on this server
  --theme NAME    the theme to install into, may be repeated (jupiter)
  --python PATH   the Python (3.9 or newer) that runs the page; auto: choose anew
  --account NAME  check, install: prove the whole click with a login of that account
  --feature off   install: hide the icon from everybody until WHM switches the feature on
  --downgrade     install: an older release over a newer one is meant
  --dry-run       print each step and change nothing
  --json          check: print the findings as JSON
  --purge         uninstall: remove config.yaml too
  --yes           do not ask
  --version       say which version this is

Exit status: 0 done, 1 failed and undone, 2 misuse, 3 this server does not qualify, or for check something is not
in order; nothing was changed."""
FLAGS = {
    "--dry-run": "dry",
    "--json": "json",
    "--purge": "purge",
    "--yes": "yes",
    "--downgrade": "downgrade",
}
VALUES = {"--root": "root", "--theme": "themes", "--python": "python", "--account": "account", "--feature": "feature"}
GOES_WITH = {
    "--json": ("check",),
    "--purge": ("uninstall",),
    "--account": ("check", "install"),
    "--feature": ("install",),
    "--downgrade": ("install",),
}
PLAIN = {
    "--theme": (re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*"), "not the name of a theme"),
    "--account": (re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*"), "not the name of an account"),
    "--feature": (re.compile("off"), "there is only off"),
}


class Misuse(Exception):
    """Words that cannot be understood; its text says which."""


class Arguments(NamedTuple):
    """``verb`` may also be help or version. ``python`` is a path, a name, `auto` or empty."""

    verb: str = "install"
    root: str = ""
    themes: tuple[str, ...] = ()
    python: str = ""
    account: str = ""
    feature: str = ""
    downgrade: bool = False
    dry: bool = False
    json: bool = False
    purge: bool = False
    yes: bool = False


def parse(words: list[str]) -> Arguments:
    """Raises Misuse."""
    verb = ""
    themes: list[str] = []
    found: dict[str, str | bool] = {}
    seen = []
    asked = ""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if word in VERBS:
            if verb:
                raise Misuse(f"one of {verb} and {word}, not both")
            verb = word
        elif word in FLAGS:
            found[FLAGS[word]] = True
            seen.append(word)
        elif option in VALUES:
            value = value if equals else next(rest, "")
            if not value or value.startswith("--"):
                raise Misuse(f"{option} needs a value")
            form, complaint = PLAIN.get(option, (None, ""))
            if form and not form.fullmatch(value):
                raise Misuse(f"{option}: {complaint}: {value}")
            if option == "--theme":
                themes.append(value)
            else:
                found[VALUES[option]] = value
            seen.append(option)
        elif word in ("-h", "--help"):
            asked = "help"
        elif word == "--version":
            asked = asked or "version"
        else:
            raise Misuse(f"unknown word: {word}")
    if asked:
        return Arguments(asked)
    verb = verb or "install"
    for option in seen:
        if verb not in GOES_WITH.get(option, VERBS):
            raise Misuse(f"{option} goes with {' and '.join(GOES_WITH[option])}")
    return Arguments(verb, themes=tuple(dict.fromkeys(themes)), **found)  # type: ignore[arg-type]
