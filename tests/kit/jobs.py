"""What a verb would work with on a scratch server, in this process: plans are values that can be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plugin import __version__
from plugin.admin import interpreter, look
from plugin.admin.arguments import parse
from plugin.admin.findings import Finding
from plugin.admin.job import Job
from plugin.admin.server import Server as Places
from plugin.admin.voice import Voice
from tests.kit.servers import Server


def looked(server: Server, *words: str, version: str = __version__) -> tuple[Job, list[Finding]]:
    """The job that install.sh of `server.source` makes of these words, and what it finds."""
    places, here = Places(str(server.root)), str(server.source)
    command = f"sh '{here}/install.sh'"
    job = Job(places, parse(list(words)), Voice(quiet=True), here, version, command, places.survey())
    return look.at(job._replace(tool=interpreter.roots()), "")


def job(server: Server, *words: str, version: str = __version__) -> Job:
    made, found = looked(server, *words, version=version)
    assert [each.text for each in found if each.level == "failure"] == []
    return made


def blind(root: Path, *words: str, **changed: Any) -> Job:
    """A job that has looked at nothing but what is recorded below `root`, and says everything."""
    places = Places(str(root))
    made = Job(places, parse(list(words)), Voice(), f"{root}/source", "1.0.0", "sh install.sh", places.survey())
    return made._replace(**changed)
