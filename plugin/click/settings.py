"""The settings in force, as root has made them ready."""

from __future__ import annotations

from plugin.click.shortcuts import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Settings:
    """The settings of design §5; times in seconds. What has no default is None."""

    uapi: str = "/usr/local/cpanel/bin/uapi"
    timeout: float = 20
    webmail_host: str = "auto"
    webmail_port: int = 2096
    locale: str | None = None
    label: str = "Open Webmail"
    group: str = "email"
    order: int = 1
    icon: str | None = None
    new_tab: bool = True
    slow_after: float = 8
    support: str | None = None
    log: str = "syslog"
    brand: str | None = None
    logo: str | None = None
    colour: str | None = None
    mailbox: str = "own"
    open: str | None = None

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        """The defaults, and `values` over them."""
        self.__dict__.update(values or {})

    def values(self) -> dict[str, Any]:
        """Every setting by its key."""
        return {key: getattr(self, key) for key in KEYS}


KEYS = tuple(Settings.__annotations__)


def parse(text: str) -> Settings:
    """What `compiled/settings.json` holds: every setting of this release and nothing else, or ValueError."""
    values = loads(text)
    if not isinstance(values, dict) or values.keys() != set(KEYS):
        raise ValueError("not the settings of this release")
    return Settings(values)


def below_root(root: str, path: str) -> str:
    """A path of the server's, as it is found in the staged tree at `root`, which is empty on a server."""
    return path if path.startswith(f"{root}/") else root + path
