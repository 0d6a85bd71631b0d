"""The hook that cPanel calls after its updates, as its own `manage_hooks` keeps it (cpanel-facts.md §4)."""

from __future__ import annotations

import json

from plugin.admin import programs
from plugin.admin.programs import Failed
from plugin.admin.server import can_run
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.server import Server

WHEN = ("--manual", "--category", "System", "--event", "upcp", "--stage", "post")


class Listing:
    """Asks `manage_hooks` for its list; `ours` waits for the answer."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: programs.Program | None = None
        if can_run(server.manage_hooks):
            self.asked = programs.Program([server.manage_hooks, "list", "--output", "JSON"], programs.PANEL)

    def ours(self) -> bool | None:
        """Whether our hook is registered, None if that cannot be known; where there is no JSON, lines are read."""
        if not self.asked:
            return False
        try:
            after = json.loads(self.asked.finish().output).get("System", {}).get("upcp", [])
            return any(hook.get("hook") == self.server.hook for hook in after)
        except (Failed, ValueError, AttributeError, TypeError, RecursionError):
            pass
        try:
            lines = programs.ask(self.server.manage_hooks, "list").splitlines()
        except Failed:
            return None
        return any(line.rstrip().endswith(f" {self.server.hook}") for line in lines)


def hooked(server: Server) -> bool:
    return bool(Listing(server).ours())


def add(server: Server) -> Step:
    def undo() -> None:
        if hooked(server):
            programs.ask(server.manage_hooks, "delete", "script", server.hook, *WHEN)

    def do() -> None:
        programs.ask(server.manage_hooks, "add", "script", server.hook, *WHEN)

    return Step("add the hook that repairs after cPanel updates", do, undo, repairs=True)


def remove(server: Server) -> Step:
    def do() -> None:
        ended = programs.run([server.manage_hooks, "delete", "script", server.hook, *WHEN], programs.PANEL)
        listed = Listing(server).ours()
        if listed or (listed is None and ended.code):
            raise Failed(f"manage_hooks {'lists it as before' if listed else 'fails'}: {ended.said}")

    def undo() -> None:
        if not hooked(server):
            programs.ask(server.manage_hooks, "add", "script", server.hook, *WHEN)

    return Step("remove the hook after cPanel updates", do, undo)
