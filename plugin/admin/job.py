"""What a verb works with: the words, the server as it was seen, and the programs to use."""

from __future__ import annotations

from typing import NamedTuple

from plugin.admin import programs
from plugin.admin.arguments import Arguments
from plugin.admin.interpreter import Interpreter
from plugin.admin.server import Installed, Server
from plugin.admin.trial import Trial
from plugin.admin.voice import Voice, quoted

# The same for every Python that runs a tree's code: no site, nothing from the environment, and no bytecode, which
# somebody may have planted. That of the system's own library is the system's; compiling it anew would take longer than
# the work, so what of it is needed is loaded first.
FLAGS = ("-ISB", "-X", "pycache_prefix=/dev/null/none")
MODULE = """import sys
prefix, sys.pycache_prefix = sys.pycache_prefix, None
import argparse, base64, compileall, datetime, difflib, filecmp, html.parser, inspect, ipaddress, json, pickle, random
import runpy, tempfile, traceback, typing, urllib.parse
sys.pycache_prefix = prefix
tree, name = sys.argv[1:3]
sys.path += [tree + "/vendor", tree]  # so nothing that lies beside our parts comes before a package
sys.argv[:3] = [name]
runpy.run_module(name, run_name="__main__")"""
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
    trial: Trial | None = None  # of uapi, which is under way
    doubted: bool = False  # the installed release would not run itself

    @property
    def verb(self) -> str:
        return self.arguments.verb

    @property
    def mending(self) -> str:
        """The command line that mends what is installed: from the release, which stays when a tarball's folder goes."""
        inside = f"sh {quoted(f'{self.server.base}/current/install.sh')}"
        return inside if self.installed.current and not self.doubted else self.command

    @property
    def held(self) -> tuple[int, ...]:
        """What the programs that work for us hold too, even if this process is killed."""
        return () if self.lock < 0 else (self.lock,)

    def ready(self, tree: str, *, check: bool = False, last_good: bool = False) -> programs.Program:
        """Let a release make itself ready, or only check what it would be made of, by its own code.

        `last_good`: in place of settings that do not hold, those that were applied last.
        """
        words = [*(["--check", "--root", self.server.root] if check else []), *(["--last-good"] if last_good else [])]
        argv = module(self.tool, tree, "plugin.ready", tree, *words)
        return programs.Program(argv, READY, held=self.held)


def module(python: str, tree: str, name: str, *words: str) -> list[str]:
    """The command line that runs a module of that tree's code."""
    return [python, *FLAGS, "-c", MODULE, tree, name, *words]
