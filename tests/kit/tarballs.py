"""Release files as they lie in a folder once the tarball was unpacked there."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path


def seal(source: Path) -> Path:
    """Write the MANIFEST that `make dist` writes: sum, mode and path of every file but that one."""
    files = sorted((str(path.relative_to(source)), path) for path in source.rglob("*") if path.is_file())
    (source / "MANIFEST").write_text("".join(f"{total(path)} {mode(path)} {name}\n" for name, path in files))
    return source


def total(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"
