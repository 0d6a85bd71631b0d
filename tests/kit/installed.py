"""The plugin, put into a scratch ROOT by install.sh."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator

from tests.cpanel import Cpanel, Root, lay_out
from tests.kit.folders import CHECKOUT, open_folder


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


@contextlib.contextmanager
def served(settings: str) -> Iterator[Cpanel]:
    """A running stand-in with the plugin in it, which knows webmail's port and logs to the panel's error log."""
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        install(cp.root, f"webmail_port: {cp.webmail_port}\nlog: stderr\n{settings}")
        yield cp
