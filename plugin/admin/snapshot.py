"""What a few small files are now, in memory, so that they can be put back byte for byte."""

from __future__ import annotations

import contextlib
import os
import stat

from plugin.admin import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Snapshot:
    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = list(paths)
        self.kept: dict[str, tuple[bytes, os.stat_result] | None] = {}

    def take(self) -> None:
        for path in self.paths:
            data = files.read(path)
            self.kept[path] = None if data is None else (data, os.lstat(path))

    def put_back(self) -> None:
        for path, was in self.kept.items():
            if was is None:
                files.remove(path)
                continue
            data, seen = was
            with contextlib.suppress(FileNotFoundError):
                now = os.lstat(path)
                if (now.st_ino, now.st_ctime_ns) == (seen.st_ino, seen.st_ctime_ns):
                    continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            files.write(path, data, stat.S_IMODE(seen.st_mode))
            os.chown(path, seen.st_uid, seen.st_gid)
            os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
