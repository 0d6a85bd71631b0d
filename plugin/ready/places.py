"""Where everything is, as seen from the release that runs; nothing here comes from the environment."""

from __future__ import annotations

import os

DEPTH = 7  # ROOT/usr/local/cpanel/3rdparty/webmail-signin/releases/VERSION


class Places:
    """Absolute paths. ``root`` is empty on a server and the staged tree's folder under ``--root``."""

    __slots__ = ("compiled", "config", "own_templates", "release", "root", "templates")

    def __init__(self, release: str, root: str | None = None) -> None:
        """`root` is for a release that is not in its place yet."""
        if root is None:
            root = release
            for _ in range(DEPTH):
                root = os.path.dirname(root)
        self.root = root.rstrip("/")
        self.release = release
        self.templates = f"{release}/templates"
        self.compiled = f"{release}/compiled"
        self.config = f"{self.root}/etc/webmail-signin/config.yaml"
        self.own_templates = f"{self.root}/etc/webmail-signin/templates"

    def below_root(self, path: str) -> str:
        """An absolute path of the server's as it is found in a staged tree."""
        return path if path.startswith(f"{self.root}/") else self.root + path
