"""What a verb works with: the words, the server as it was seen, and the programs to use."""

from __future__ import annotations

from typing import NamedTuple

from plugin.admin import programs
from plugin.admin.arguments import Arguments
from plugin.admin.interpreter import Interpreter
from plugin.admin.server import Installed, Server
from plugin.admin.voice import Voice

READY = 120.0  # seconds that a release may take to make itself ready


class Job(NamedTuple):
    server: Server
    arguments: Arguments
    voice: Voice
    here: str  # the source, or the installed release, that this runs from
    version: str  # of what lies there
    command: str  # the command line for remedies, without a verb
    installed: Installed
    themes: tuple[str, ...] = ()  # those that the verb concerns and that are there
    absent: tuple[str, ...] = ()  # folders that are not there before us
    python: Interpreter | None = None  # runs the page
    tool: str = ""  # the Python that root runs
    tool_tag: str = ""
    lock: int = -1

    @property
    def verb(self) -> str:
        return self.arguments.verb

    @property
    def held(self) -> tuple[int, ...]:
        """What the programs that work for us hold too, even if this process is killed."""
        return () if self.lock < 0 else (self.lock,)

    def ready(self, tree: str, *, check: bool = False) -> programs.Program:
        """Let a release make itself ready, or only check what it would be made of, by its own code."""
        words = ["--check", "--root", self.server.root] if check else []
        argv = programs.module(self.tool, tree, "plugin.ready", tree, *words)
        return programs.Program(argv, READY, held=self.held)
