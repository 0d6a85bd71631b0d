"""The cPanel server as it is: where everything is, and what of ours is there, read once."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from plugin.admin import files

ID = "webmail_signin"
HOME = "usr/local/cpanel/3rdparty/webmail-signin"
STAGED = ".staged-"  # begins the name of a release that is being made
VERSION = "[0-9A-Za-z][0-9A-Za-z.+-]*"


class Server:
    """Absolute paths. ``root`` is empty on a server and the staged tree's folder under ``--root``."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.cpanel = f"{root}/usr/local/cpanel"
        self.frontend = f"{self.cpanel}/base/frontend"
        self.addonfeature = f"{self.cpanel}/whostmgr/addonfeatures/{ID}"
        self.install_plugin = f"{self.cpanel}/scripts/install_plugin"
        self.uninstall_plugin = f"{self.cpanel}/scripts/uninstall_plugin"
        self.manage_hooks = f"{self.cpanel}/bin/manage_hooks"
        self.whmapi1 = f"{self.cpanel}/bin/whmapi1"
        self.third = f"{self.cpanel}/3rdparty"
        self.base = f"{root}/{HOME}"
        self.gone = f"{self.third}/.webmail-signin.gone"
        self.releases = f"{self.base}/releases"
        self.lock = f"{self.base}/.lock"
        self.record = f"{self.base}/record"
        self.hook = f"{self.base}/current/plugin/admin/registration/hook"
        self.etc = f"{root}/etc/webmail-signin"
        self.config = f"{self.etc}/config.yaml"

    def release(self, version: str) -> str:
        return f"{self.releases}/{version}"

    def entry(self, theme: str) -> str:
        return f"{self.frontend}/{theme}/{ID}/index.live.cgi"

    def conf(self, theme: str) -> str:
        return f"{self.frontend}/{theme}/dynamicui/dynamicui_{ID}.conf"

    def icons(self, theme: str) -> list[str]:
        return [f"{self.frontend}/{theme}/assets/application_icons/{ID}.{kind}" for kind in ("svg", "png")]

    def changeable(self, themes: tuple[str, ...]) -> list[str]:
        """Every small file that installing and removing change."""
        return [
            *(path for theme in themes for path in (self.entry(theme), self.conf(theme), *self.icons(theme))),
            self.addonfeature,
            self.record,
        ]

    def folders(self, themes: tuple[str, ...]) -> list[str]:
        """Every folder that installing may make, the inner ones first."""
        return [
            *(f"{self.frontend}/{theme}/{name}" for theme in themes for name in (ID, "dynamicui")),
            *(f"{self.frontend}/{theme}/assets{name}" for theme in themes for name in ("/application_icons", "")),
            os.path.dirname(self.addonfeature),
            f"{self.cpanel}/whostmgr",
            self.releases,
            self.base,
            self.third,
            self.etc,
            f"{self.root}/etc",
        ]

    def survey(self) -> Installed:
        """What is recorded, and what the links lead to."""
        current, previous = (self.named(link) for link in ("current", "previous"))
        record = Record.parse(files.text(self.record))
        return Installed(current, previous, record, bool(current or record.themes) or os.path.isdir(self.releases))

    def named(self, link: str) -> str:
        """The version that a link of ours leads to, if that is a release's folder."""
        version = files.leads(f"{self.base}/{link}").removeprefix("releases/")
        known = re.fullmatch(VERSION, version) and os.path.isdir(self.release(version))
        return version if known else ""


class Record(NamedTuple):
    """What stands in ``record``: themes, folders that were not there before us, and a Python that was asked for."""

    themes: tuple[str, ...] = ()
    created: tuple[str, ...] = ()  # relative to ROOT, as a staged tree may be moved
    python: str = ""

    @classmethod
    def parse(cls, text: str) -> Record:
        rows = [line.partition(" ")[::2] for line in text.splitlines() if line.isprintable()]
        named = {kind: [value for key, value in rows if key == kind] for kind in ("theme", "created", "python")}
        return cls(tuple(named["theme"]), tuple(named["created"]), "".join(named["python"][:1]))

    def text(self) -> str:
        rows = [
            *(f"theme {name}" for name in sorted(set(self.themes))),
            *(f"created {path}" for path in dict.fromkeys(self.created)),
            *(f"python {path}" for path in filter(None, [self.python])),
        ]
        return "".join(f"{row}\n" for row in rows)


class Installed(NamedTuple):
    """What of ours is there. Two that are equal were seen with nothing in between."""

    current: str
    previous: str
    record: Record
    ours: bool

    @property
    def themes(self) -> tuple[str, ...]:
        return self.record.themes


def order(version: str) -> tuple[list[int], bool, str]:
    """What versions are sorted by: 1.2.0-rc1 comes before 1.2.0, that before 1.2.0+more."""
    numbers = re.match(r"[0-9]+(\.[0-9]+)*", version)
    rest = version[numbers.end() :] if numbers else version
    return [*map(int, numbers[0].split("."))] if numbers else [], rest[:1] in ("", "+"), rest


def can_run(path: str) -> bool:
    """Whether a program of the server's is there and can be run."""
    return os.path.isfile(path) and os.access(path, os.X_OK)
