"""The plugin, put into a scratch ROOT by install.sh."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.cpanel import Root

CHECKOUT = Path(__file__).resolve().parents[1]


def install(root: Root, settings: str = "") -> None:
    """Run install.sh with these settings in config.yaml; CalledProcessError, with its output, if it fails."""
    folder = root.path / "etc/webmail-signin"
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(settings, encoding="utf-8")
    command = ["sh", "install.sh", "install", "--root", str(root.path), "--python", root.python, "--yes"]
    done = subprocess.run(
        command, cwd=CHECKOUT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
