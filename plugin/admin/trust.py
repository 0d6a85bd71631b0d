"""What others can change is reported, never run nor followed: install.sh's rule, for the rest of a server."""

from __future__ import annotations

import os
import stat

from plugin.admin import manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def way(path: str) -> Iterator[str]:
    """What on the way to `path`, itself included, is a link or can be changed by others than root and whoever asks.

    In a sticky folder of theirs, such as /tmp, nobody else can put anything in the place of what is theirs. A user's
    group is that user's affair. What is not there is nobody's.
    """
    writable = stat.S_IWOTH | (0 if os.geteuid() else stat.S_IWGRP)
    parts = path.rstrip("/").split("/")
    for length in range(1, len(parts) + 1):
        place = "/".join(parts[:length]) or "/"
        try:
            seen = os.lstat(place)
        except OSError:
            return
        sticky = stat.S_ISDIR(seen.st_mode) and bool(seen.st_mode & stat.S_ISVTX)
        if manifest.foreign(seen) or stat.S_ISLNK(seen.st_mode) or (seen.st_mode & writable and not sticky):
            yield place


def exposed(release: str) -> Iterator[str]:
    """What of a release others can change, in sentences."""
    yield from (f"{place} can be changed by others" for place in way(release))
    yield from (f"{release}: {text}" for text in manifest.exposed(release))


def doubts(release: str) -> Iterator[str]:
    """Why root runs nothing of an installed release: others can change it, or it is not as it was installed."""
    yield from exposed(release)
    yield from (f"{release}: {text}" for text in manifest.differences(release))
