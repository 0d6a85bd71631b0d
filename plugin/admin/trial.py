"""`uapi` once in earnest, as an account: an expired licence, a broken interpreter, a hung program show here."""

from __future__ import annotations

import json
import os
import pwd

from plugin.admin import in_force
from plugin.admin.findings import ADVICE, SERVER, Finding
from plugin.admin.programs import Failed, Program
from plugin.admin.prove import root_alone
from plugin.admin.voice import quoted
from plugin.click import uapi
from plugin.click.settings import below_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Server

LONGEST = 300  # characters of what uapi says instead
MOST = 3  # accounts that are tried, one after the other


class Trial:
    """Starts `Features has_feature name=webmail`, which changes nothing; `findings` waits for its end.

    It takes a while on its own, so other work goes on meanwhile; `end` sees that nothing is left of it.

    `release` is the one whose settings say which program that is and how long it may take. Where there is no account,
    an ordinary user has to do, and only what has nothing to do with accounts is judged.
    """

    def __init__(self, server: Server, release: str) -> None:
        settings = in_force.settings(release)
        self.program = below_root(server.root, settings.uapi)
        self.timeout = settings.timeout
        self.accounts = some(server)
        self.judged = bool(self.accounts)
        if not self.accounts and not root_alone(server.root):
            self.accounts = [pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())]
        self.running: Program | None = None
        self.problem = ""
        self.begin()

    def begin(self) -> None:
        if not self.accounts or not os.access(self.program, os.X_OK):
            return  # the second is a finding of its own
        account = self.accounts[0]
        argv = uapi.command(self.program, "Features", "has_feature", {"name": "webmail"})
        other = account if os.geteuid() == 0 else None
        try:
            self.running = Program(argv, self.timeout, environ=uapi.environment(account), account=other)
        except Failed as problem:
            self.problem = str(problem)

    def end(self) -> None:
        if self.running:
            self.running.end()

    def findings(self) -> Iterator[Finding]:
        if not self.accounts:
            text = "there is nobody who could run uapi here, so it was not run"
            yield Finding(False, ADVICE, "uapi", text, look="ls /var/cpanel/users")
            return
        problem = self.problem or (self.answer(self.running) if self.running else "")
        name = self.accounts[0].pw_name
        command = f"{self.program} --user={name} Features has_feature name=webmail"
        if problem:
            text = f"uapi does not work for {name}: {problem}"
            yield Finding(False, SERVER, "uapi", text, look=f"{quoted(self.program)}{command[len(self.program) :]}")
        elif self.running and self.judged:
            yield Finding(True, SERVER, "uapi", f"uapi was run as {name} and answered")
        elif self.running:
            text = f"there is no account yet: uapi was run as {name}, and what it answered was not judged"
            yield Finding(False, ADVICE, "uapi", text, look="ls /var/cpanel/users")

    def prove(self) -> None:
        """As a step of an installation. Raises Failed."""
        found, self.running = [*self.findings()], None
        for finding in found:
            if finding.level == "failure":
                raise Failed(finding.text)

    def answer(self, running: Program) -> str:
        """What is wrong with it; empty if it answers as it should."""
        ended, problem = None, ""
        try:
            ended = running.finish()
        except Failed as why:
            problem = str(why)
        # An account can end or stop what runs as itself; it must not be able to stand in the way of an installation.
        if (ended is None or ended.code < 0) and len(self.accounts) > 1:
            self.accounts = self.accounts[1:]
            self.begin()
            return self.problem or (self.answer(self.running) if self.running else "")
        if ended is None:
            return problem
        try:
            result = json.loads(ended.output)["result"]
            said = "" if result["status"] else told(result["errors"])
        except (ValueError, LookupError, TypeError, RecursionError):
            said = f"it answered: {ended.said}"
        if not self.judged and ended.code >= 0 and "licen" not in said.lower():
            return ""
        return " ".join(said.split())[:LONGEST]


def told(errors: object) -> str:
    return "; ".join(map(str, errors)) if isinstance(errors, list) and errors else str(errors or "it gives no reason")


def some(server: Server) -> list[pwd.struct_passwd]:
    """A few accounts of the server's that this process can act as, and that can reach the program."""
    found: list[pwd.struct_passwd] = []
    try:
        names = [] if root_alone(server.root) else sorted(os.listdir(f"{server.root}/var/cpanel/users"))
    except OSError:
        return found
    for name in names:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid and os.geteuid() in (0, account.pw_uid):
            found.append(account)
        if len(found) == MOST:
            break
    return found
