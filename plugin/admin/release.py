"""The steps that bring a release into place: copied, compiled, made ready, tried, switched to; and the older ones."""

from __future__ import annotations

import os
import re
from functools import partial

from plugin.admin import files, manifest, programs, prove
from plugin.admin.programs import Failed
from plugin.admin.server import VERSION, Record
from plugin.admin.transaction import Step, nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job

COMPILING = "check and compile settings, templates and sentences"
COMPILE_SECONDS = 300.0
GENERATION = ".compiled-"


def stage(job: Job, staged: str, target: str) -> Step:
    """Copy the source beside the old release, with nothing in it but plain files of ours."""

    def do() -> None:
        files.remove(staged)
        files.make_folder(job.server.releases)
        manifest.copy(job.here, staged)
        # Clicks that are under way in the same release find the generation that they started with.
        for name in generations(target):
            copy_generation(f"{target}/{name}", f"{staged}/{name}")

    return Step(f"copy release {job.version} to {staged}", do, partial(files.remove, staged))


def generations(release: str) -> list[str]:
    names = os.listdir(release) if os.path.isdir(release) else []
    return [n for n in names if n.startswith(GENERATION) and os.path.isdir(f"{release}/{n}")]


def copy_generation(old: str, new: str) -> None:
    for folder, _, names in os.walk(old):
        there = new + folder[len(old) :]
        files.make_folder(there)
        for name in names:
            data, seen = files.read(f"{folder}/{name}"), os.lstat(f"{folder}/{name}")
            if data is not None:
                files.write(f"{there}/{name}", data)
                os.utime(f"{there}/{name}", ns=(seen.st_atime_ns, seen.st_mtime_ns))


def compile_code(job: Job, release: str) -> Step:
    """Bytecode anew, even where some is: it may be damaged. Each file is replaced at one stroke."""

    def do() -> None:
        folders = [f"{release}/plugin", f"{release}/vendor"]
        argv = [job.tool, "-ISB", "-m", "compileall", "-qf", *folders]
        ended = programs.run(argv, COMPILE_SECONDS, held=job.held)
        if ended.code:
            raise Failed(ended.said)
        for top in folders:
            for folder, _, names in os.walk(top):
                if os.path.basename(folder) == "__pycache__":
                    files.settle(folder, 0o755)
                    for name in names:
                        files.settle(f"{folder}/{name}", 0o644)

    assert job.python
    return Step(f"compile the code for {job.python.path}", do, repairs=True)


def make_ready(job: Job, release: str, code: str, *, fresh: bool, last_good: bool) -> Step:
    """`code` is the tree whose code a dry run can ask. `fresh`: a copy that is not in use yet.

    `last_good`: settings that do not hold are no reason to stop where there are ready-made ones.
    """
    before = files.leads(f"{release}/compiled")
    old = {name: everything(f"{release}/{name}") for name in generations(release)}
    kept = files.Snapshot(path for name, paths in old.items() if name != before for path in paths)

    def do() -> None:
        kept.take()
        ended = job.ready(release).finish()
        if ended.code and not (last_good and os.path.isdir(f"{release}/compiled/registration")):
            raise Failed(ended.said)
        if ended.code:
            job.voice.warn(f"  the settings do not hold, the last good ones stay in force: {ended.said}")

    def undo() -> None:
        if files.leads(f"{release}/compiled") != before:
            files.point(f"{release}/compiled", before)
        for name in set(generations(release)) - set(old):
            files.remove(f"{release}/{name}")
        kept.put_back()

    def foresee() -> None:
        ended = job.ready(code, check=True).finish()
        if ended.code and not last_good:
            raise Failed(ended.said)

    return Step(COMPILING, do, nothing if fresh else undo, foresee)


def everything(folder: str) -> list[str]:
    return [f"{parent}/{name}" for parent, _, names in os.walk(folder) for name in names]


def try_page(job: Job, release: str, version: str) -> Step:
    assert job.python
    action = partial(prove.release, job.server.root, release, job.themes[0], job.python.path)
    return Step(f"run the page of release {version}, out of the way of the clicks", action)


def put_in_place(staged: str, target: str) -> Step:
    there = os.path.lexists(target)
    moved = []

    def do() -> None:
        files.exchange(staged, target) if there else os.rename(staged, target)
        moved.append(True)

    def undo() -> None:
        if moved:
            files.exchange(staged, target) if there else os.rename(target, staged)

    return Step(f"put it in place as {target}", do, undo)


def switch(job: Job, current: str, previous: str) -> Step:
    def to(current: str, previous: str) -> None:
        for name, version in (("previous", previous), ("current", current)):
            files.point(f"{job.server.base}/{name}", f"releases/{version}" if version else "")

    # What is not there any more is put back too: a link that leads nowhere is as it was.
    was = {name: files.leads(f"{job.server.base}/{name}") for name in ("current", "previous")}

    def undo() -> None:
        for name, target in was.items():
            files.point(f"{job.server.base}/{name}", target)

    return Step(f"switch to release {current}", partial(to, current, previous), undo)


def write_record(job: Job, record: Record) -> Step:
    """Undone with the other small files."""
    action = partial(files.write, job.server.record, record.text().encode())
    return Step(f"record what is installed in {job.server.record}", action)


def older(job: Job, *kept: str) -> list[Step]:
    """What is tidied up afterwards: releases of ours that are none of these."""
    names = [
        name
        for name in sorted(os.listdir(job.server.releases) if os.path.isdir(job.server.releases) else [])
        if re.fullmatch(VERSION, name) and os.path.isfile(f"{job.server.releases}/{name}/MANIFEST") and name not in kept
    ]

    def do() -> None:
        for name in names:
            files.remove(job.server.release(name))

    return [Step(f"remove older releases: {' '.join(names)}", do)] if names else []
