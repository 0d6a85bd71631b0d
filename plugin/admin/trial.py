"""`uapi` once in earnest, as an account: an expired licence, a broken interpreter, a hung program show here."""

from __future__ import annotations

import json
import os
import pwd

from plugin.admin.findings import ADVICE, SERVER, Finding
from plugin.admin.programs import Failed, Program
from plugin.admin.voice import quoted
from plugin.click import uapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Server

LONGEST = 300  # characters of what uapi says instead


class Trial:
    """Starts `Features has_feature name=webmail`, which changes nothing; `findings` waits for its end."""

    def __init__(self, server: Server, program: str, timeout: float) -> None:
        self.program = program
        self.account = somebody(server)
        self.running: Program | None = None
        self.problem = ""
        if self.account is None or not os.access(program, os.X_OK):
            return  # the second is a finding of its own
        argv = uapi.command(program, "Features", "has_feature", {"name": "webmail"})
        other = self.account if os.geteuid() == 0 else None
        try:
            self.running = Program(argv, timeout, environ=uapi.environment(self.account), account=other)
        except Failed as problem:
            self.problem = str(problem)

    def findings(self) -> Iterator[Finding]:
        if self.account is None:
            text = "there is no account yet, so uapi was not run"
            yield Finding(False, ADVICE, "uapi", text, look="ls /var/cpanel/users")
            return
        problem = self.problem or (self.answer(self.running) if self.running else "")
        command = f"{self.program} --user={self.account.pw_name} Features has_feature name=webmail"
        if problem:
            text = f"uapi does not work for {self.account.pw_name}: {problem}"
            yield Finding(False, SERVER, "uapi", text, look=f"{quoted(self.program)}{command[len(self.program) :]}")
        elif self.running:
            yield Finding(True, SERVER, "uapi", f"uapi was run as {self.account.pw_name} and answered")

    def answer(self, running: Program) -> str:
        """What is wrong with it; empty if it answers as it should."""
        try:
            ended = running.finish()
        except Failed as problem:
            return str(problem)
        try:
            result = json.loads(ended.output)["result"]
            return "" if result["status"] else "; ".join(map(str, result["errors"] or ["it gives no reason"]))
        except (ValueError, LookupError, TypeError, RecursionError):
            said = " ".join(ended.said.split())
            return f"it answered: {said[:LONGEST]}"


def somebody(server: Server) -> pwd.struct_passwd | None:
    """An account of the server's that this process can act as."""
    try:
        names = sorted(os.listdir(f"{server.root}/var/cpanel/users"))
    except OSError:
        return None
    for name in names:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid and os.geteuid() in (0, account.pw_uid):
            return account
    return None
