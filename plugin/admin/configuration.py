"""The settings' file on the server: written once, never overwritten, removed only if it is asked for."""

from __future__ import annotations

import os

from plugin.admin import features, files, obstacles
from plugin.admin.server import ID
from plugin.admin.snapshot import Snapshot
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def write(job: Job) -> Step:
    server = job.server
    ours = files.read(f"{job.here}/plugin/admin/registration/config.yaml") or b""

    def do() -> None:
        files.make_folder(os.path.dirname(server.etc))
        files.make_folder(server.etc)
        files.write(server.config, ours)

    def undo() -> None:  # unless somebody has written into it meanwhile
        if files.read(server.config) == ours:
            files.remove(server.config)

    return Step(f"write {server.config}, all comments", do, undo)


def remove(job: Job) -> Step:
    kept = Snapshot([job.server.config])

    def do() -> None:
        kept.take()
        files.remove(job.server.config)

    return Step(f"remove {job.server.config}", do, kept.put_back)


def say_what_stays(job: Job) -> None:
    for name in obstacles.others_in(job.server.etc):
        path = f"{job.server.etc}/{name}"
        if path != job.server.config:
            job.voice.say(f"  {path} stays, it is yours")
        elif not job.arguments.purge:
            job.voice.say(f"  {path} stays; --purge removes it")
    for name in features.saying_off(job.server):
        job.voice.say(f"  the feature list {name} keeps {ID}=0, which without the plugin means nothing")
