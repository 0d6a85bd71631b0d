"""What every plan begins with: what an interrupted run left is removed, and the small files are kept to be put back."""

from __future__ import annotations

import glob
import os
from functools import partial

from plugin.admin import files
from plugin.admin.server import ID, STAGED
from plugin.admin.snapshot import Snapshot
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.job import Job


def steps(job: Job) -> list[Step]:
    left = leftovers(job)
    begun = []
    if left:
        names = " ".join(os.path.basename(path) for path in left)
        begun.append(Step(f"remove what an interrupted run left: {names}", partial(files.remove_all, left)))
    kept = Snapshot(job.server.changeable(job.themes))

    def undo() -> None:
        kept.put_back()
        files.remove_empty(job.absent)

    begun.append(Step("keep a copy of what may change", kept.take, undo))
    return begun


def leftovers(job: Job) -> list[str]:
    """What only a run that was ended leaves behind."""
    server = job.server
    paths = [server.gone, *(files.beside(f"{server.base}/{name}") for name in ("current", "previous", "record"))]
    paths += glob.glob(f"{glob.escape(server.releases)}/{STAGED}*")
    paths += glob.glob(f"{glob.escape(server.releases)}/*/.compiled.new")
    paths += glob.glob(f"{glob.escape(server.frontend)}/*/{ID}/.index.live.cgi.new")
    paths += [files.beside(path) for path in (*server.changeable(job.themes), server.config)]
    return [path for path in dict.fromkeys(paths) if os.path.lexists(path)]
