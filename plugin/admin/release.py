"""The steps that bring a release into place: copied, compiled, made ready, tried, switched to; and the older ones."""

from __future__ import annotations

import os
import re
from functools import partial

from plugin.admin import files, manifest, prove
from plugin.admin.server import VERSION, Record
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def stage(job: Job, staged: str) -> Step:
    """Copy the source beside the old release, with nothing in it but plain files of ours."""

    def do() -> None:
        files.remove(staged)
        files.make_folder(job.server.releases, ours=True)
        manifest.copy(job.here, staged)

    return Step(f"copy release {job.version} to {staged}", do, partial(files.remove, staged))


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


def leads_to(job: Job, current: str, previous: str) -> bool:
    """Whether the two links are already as they are to be."""
    wanted = {"current": current, "previous": previous}
    links = ((files.leads(f"{job.server.base}/{name}"), version) for name, version in wanted.items())
    return all(link == (f"releases/{version}" if version else "") for link, version in links)


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
