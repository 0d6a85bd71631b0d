"""The checkout, and folders that every account can reach."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder with a short name, which another account can enter and, below `free`, write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "free").mkdir()
        (folder / "free").chmod(0o777)
        yield folder


def copy(tree: Path, to: Path) -> Path:
    """As `cp -a` does it: modes, owners, times and symlinks stay."""
    subprocess.run(["cp", "-a", str(tree), str(to)], check=True)
    return to
