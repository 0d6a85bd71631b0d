"""The steps that compile a release: its code, and whatever an administrator can edit."""

from __future__ import annotations

import os

from plugin.admin import files, programs
from plugin.admin.programs import Failed
from plugin.admin.server import STAGED
from plugin.admin.snapshot import Snapshot
from plugin.admin.transaction import Step, nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job

COMPILING = "check and compile settings, templates and sentences"
COMPILE_SECONDS = 300.0
GENERATION = ".compiled-"


def generations(release: str) -> list[str]:
    names = os.listdir(release) if os.path.isdir(release) else []
    return [n for n in names if n.startswith(GENERATION) and os.path.isdir(f"{release}/{n}")]


def compile_code(job: Job, release: str, *, fresh: bool) -> Step:
    """Bytecode anew, even where some is: it may be damaged. Each file is replaced at one stroke.

    `fresh`: a copy that is not in use yet.
    """
    folders = [f"{release}/plugin", f"{release}/vendor"]
    before = [] if fresh else bytecode(folders)
    kept = Snapshot(before)

    def do() -> None:
        kept.take()
        # The same bytecode wherever the release lies while it is made: it names its files where they will be.
        place = job.server.release(os.path.basename(release).replace(STAGED, "", 1))
        argv = [job.tool, "-ISB", "-m", "compileall", "-qf", "-s", release, "-p", place, *folders]
        ended = programs.run(argv, COMPILE_SECONDS, held=job.held)
        if ended.code:  # it tells of each file; the last thing that it says is why
            raise Failed(programs.PREFIX.sub("", ended.said.splitlines()[-1]))
        made = bytecode(folders)
        for folder in {os.path.dirname(path) for path in made}:
            files.settle(folder, 0o755)
        for path in made:
            files.settle(path, 0o644)

    def undo() -> None:
        made = set(bytecode(folders)) - set(before)
        files.remove_all(made)
        files.remove_empty({os.path.dirname(path) for path in made})
        kept.put_back()

    assert job.python
    return Step(f"compile the code for {job.python.path}", do, nothing if fresh else undo, repairs=True)


def bytecode(folders: list[str]) -> list[str]:
    return [path for top in folders for path in everything(top) if os.path.dirname(path).endswith("/__pycache__")]


def make_ready(job: Job, release: str, code: str, *, fresh: bool, last_good: bool) -> Step:
    """`code` is the tree whose code a dry run can ask. `fresh`: a copy that is not in use yet.

    `last_good`: settings that do not hold are no reason to stop where some were applied before.
    """
    before = files.leads(f"{release}/compiled")
    old = {name: everything(f"{release}/{name}") for name in generations(release)}
    kept = Snapshot(path for name, paths in old.items() if name != before for path in paths)

    def do() -> None:
        kept.take()
        ended = job.ready(release, last_good=last_good).finish()
        if ended.code and not (last_good and os.path.isdir(f"{release}/compiled/registration")):
            raise Failed(unfit(job, ended.said))
        tell(job, ended)

    def undo() -> None:
        if files.leads(f"{release}/compiled") != before:
            files.point(f"{release}/compiled", before)
        for name in set(generations(release)) - set(old):
            files.remove(f"{release}/{name}")
        kept.put_back()

    def foresee() -> None:
        ended = job.ready(code, check=True, last_good=last_good).finish()
        if ended.code and not last_good:
            raise Failed(unfit(job, ended.said))
        tell(job, ended)

    return Step(COMPILING, do, nothing if fresh else undo, foresee)


def unfit(job: Job, said: str) -> str:
    if job.verb == "apply":
        said += "\nWhat was applied before stays in force, and your edit stays as it is."
    return said


def tell(job: Job, ended: programs.Ended) -> None:
    """Advice, and of what has not been taken what stays in its place."""
    kept = [ended.said] if ended.code else []
    for kind, _, text in (line.partition("\t") for line in ended.output.splitlines()):
        if kind == "kept":
            kept.append(text)
        elif kind == "advice":
            job.voice.warn(f"  {text}")
    if kept:
        problems = "; ".join(kept)
        job.voice.warn(f"  the settings do not hold, the last good ones stay in force: {problems}")


def everything(folder: str) -> list[str]:
    return [f"{parent}/{name}" for parent, _, names in os.walk(folder) for name in names]
