"""What install.sh hands over to: the folder that it lies in, then its words."""

from __future__ import annotations

import os
import re
import sys

from plugin.admin import check, files, hook, interpreter, signals, verbs, voice
from plugin.admin.arguments import USAGE, Arguments, Misuse, parse
from plugin.admin.job import Job
from plugin.admin.server import HOME, Server
from plugin.admin.transaction import reason

MISUSE = 2


def main(here: str, words: list[str]) -> int:
    hold_standard_streams()
    signals.listen()
    os.umask(0o022)
    version = version_of(here)
    try:
        arguments = parse(words)
        root = root_of(here, arguments)
    except Misuse as problem:
        voice.Voice().warn(f"install.sh: {problem}\nTry: sh install.sh --help")
        return MISUSE
    if arguments.verb in ("help", "version"):
        return printed(USAGE if arguments.verb == "help" else f"Webmail Sign-in {version}")
    try:
        return carry_out(arguments, Server(root), here, version)
    except Exception as error:  # the one place that catches everything; what a verb had begun is undone by now
        why = f"a fault of install.sh's own, {described(error)}; please report it"
        if arguments.verb == "hook":
            return hook.fail(root, why)
        voice.Voice().fail(why)
        return verbs.FAILED


def carry_out(arguments: Arguments, server: Server, here: str, version: str) -> int:
    root = server.root
    command = f"sh {voice.quoted(f'{here}/install.sh')}" + (f" --root {voice.quoted(root)}" if root else "")
    spoken = voice.Voice(quiet=arguments.verb == "hook", coloured=coloured())
    job = Job(server, arguments, spoken, here, version, command, server.survey(), tool=interpreter.roots())
    callers_path = os.environ.get("WEBMAIL_SIGNIN_PATH", "")
    verb = {"check": check.run, "hook": hook.run}.get(arguments.verb)
    return verb(job, callers_path) if verb else verbs.change(job, callers_path).code


def described(error: Exception) -> str:
    """The kind and the place, not the text, which may quote what was read."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place


def printed(text: str) -> int:
    try:
        voice.write(1, text)
    except OSError as why:
        voice.Voice().fail(reason(why))
        return verbs.FAILED
    return verbs.DONE


def hold_standard_streams() -> None:
    """Keep a file of ours from becoming standard output where the caller has closed it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def version_of(here: str) -> str:
    form = r'^__version__ = "([0-9A-Za-z][0-9A-Za-z.+-]*)"$'
    named = re.search(form, files.text(f"{here}/plugin/__init__.py"), re.MULTILINE)
    return named[1] if named else ""


def root_of(here: str, arguments: Arguments) -> str:
    """Empty on a server. A copy inside a release belongs to the tree that it lies in. Raises Misuse."""
    if arguments.root:
        if not os.path.isdir(arguments.root):
            raise Misuse(f"--root: there is no folder {arguments.root}")
        return os.path.realpath(arguments.root).rstrip("/")
    root, inside, _ = here.partition(f"/{HOME}/releases/")
    return root if inside else ""


def coloured() -> bool:
    return os.isatty(1) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    os._exit(code)  # all is said; while Python takes itself down, a signal would end it as if in the midst of its work
