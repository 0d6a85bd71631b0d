"""What is found about a server, as values, and how people and programs are told (design §6)."""

from __future__ import annotations

from typing import NamedTuple

SERVER = "server"  # it does not qualify
INSTALLED = "installed"  # whatever `install` or `apply` would mend
ADVICE = "advice"


class Finding(NamedTuple):
    """``kind`` is SERVER, INSTALLED or ADVICE; a fault of the first two makes `check` exit 3.

    ``remedy`` is a command that really mends it, ``look`` one that only shows more; either may be empty.
    """

    ok: bool
    kind: str
    name: str
    text: str
    remedy: str = ""
    look: str = ""

    @property
    def level(self) -> str:
        if self.ok:
            return "ok"
        return "warning" if self.kind == ADVICE else "failure"
