"""Which https origin the session is posted to (cpanel-facts.md §7)."""

from __future__ import annotations

from plugin.click import errors, host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.request import Request
    from plugin.click.settings import Settings

SERVICES = ("www", "mail", "cpanel", "whm", "webdisk", "ftp")  # cPanel makes these names beside webmail.


class Destination:
    """``host`` has passed the check; ``port`` is None for https's own. ``direct`` is the address of the login page for
    a person whose network blocks `port`, if there is a plausible one."""

    __slots__ = ("direct", "host", "port")

    def __init__(self, host: str, port: int | None = None, direct: str | None = None) -> None:
        self.host = host
        self.port = port
        self.direct = direct

    @property
    def authority(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.authority}"


def choose(request: Request, mail_node: str | None, settings: Settings, node_name: str) -> Destination:
    """The place that holds the account's mail.

    `mail_node` is the answer's hostname, checked already; `node_name` is the machine's own name, the last resort.
    Staying on the host name that the person is on keeps the address family, and with it the address that the
    session is bound to. Where cPanel's own rule throws an exception this one degrades.
    """
    if mail_node is not None:
        return Destination(mail_node, settings.webmail_port)
    if settings.webmail_host != "auto":
        return Destination(settings.webmail_host, settings.webmail_port)
    seen = host.checked(request.host) or ""
    panel, _, rest = seen.partition(".")
    if panel == "cpanel" and "." in rest and request.port < 1024 and host.checked(f"webmail.{rest}"):
        return Destination(f"webmail.{rest}")
    for name in (seen, request.server_name, f"[{request.server_name}]", node_name):
        found = host.checked(name)
        if found:
            direct = None if found == node_name.lower() else service_subdomain(found)
            return Destination(found, settings.webmail_port, direct)
    raise errors.NotInCpanel("neither HTTP_HOST nor SERVER_NAME is a host")


def service_subdomain(name: str) -> str | None:
    """cPanel's own ``webmail.`` address of the domain that a name belongs to; an address or a single label has none."""
    first, _, rest = name.partition(".")
    domain = rest if first in SERVICES else name
    plausible = "." in domain and not domain.replace(".", "").isdigit()
    return f"https://webmail.{domain}/" if plausible and host.checked(f"webmail.{domain}") else None
