"""Who clicks, from where, on which host: the CGI environment, judged (cpanel-facts.md §3 and §5)."""

from __future__ import annotations

from plugin.click import errors
from plugin.click.answer import is_token
from plugin.click.host import checked, packed
from plugin.click.shortcuts import AF_INET, AF_INET6, inet_ntop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.click.settings import Settings

MAPPED = bytes(10) + b"\xff\xff"  # an IPv4 address inside IPv6 begins so (RFC 4291 §2.5.5.2)
WEBMAIL_PORTS = (2095, 2096)
PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


class Click:
    """What one click starts from; nothing is added to it on the way.

    ``account`` is the name of ``uid``, None if it has none; ``node_name`` is the machine's own name;
    ``release`` is the folder that holds what root has made ready; ``nonce`` and ``reference`` are random.
    """

    __slots__ = ("account", "environ", "node_name", "nonce", "reference", "release", "settings", "theme", "uid")

    def __init__(
        self,
        environ: Mapping[str, str],
        uid: int,
        account: str | None,
        node_name: str,
        release: str,
        settings: Settings,
        theme: str,
        nonce: str,
        reference: str,
    ) -> None:
        self.environ = environ
        self.uid = uid
        self.account = account
        self.node_name = node_name
        self.release = release
        self.settings = settings
        self.theme = theme
        self.nonce = nonce
        self.reference = reference


class Request:
    """A click that the environment alone gives no reason to refuse.

    ``address`` is the visitor's as the API wants it: an IPv4 address inside IPv6 is unwrapped. ``host`` and
    ``server_name`` are as the panel gave them, not checked yet. ``mailbox`` is the one that was chosen, if any.
    """

    __slots__ = ("address", "host", "mailbox", "port", "server_name", "user")

    def __init__(self, user: str, address: str, host: str, server_name: str, port: int) -> None:
        self.user = user
        self.address = address
        self.host = host
        self.server_name = server_name
        self.port = port
        self.mailbox: str | None = None


def read(environ: Mapping[str, str], uid: int, account: str | None, may_post: bool = False) -> Request:
    """Judge a CGI environment.

    `account` is the name that the passwd database gives `uid`, None if it has none. Raises the error of the first
    row of the outcome table that applies. A team user runs under the owner's uid and a mailbox owner's name is
    never the account's, so both are told apart before the names are compared (cpanel-facts.md §5).
    """
    method = environ.get("REQUEST_METHOD")
    if method is None:
        raise errors.NotInCpanel("REQUEST_METHOD is missing")
    if method not in ("GET", "HEAD") and not (may_post and method == "POST"):
        raise errors.MethodNotAllowed(f"method {method[:40]}", may_post=may_post)
    if method == "HEAD" or looks_ahead(environ):
        raise errors.NotClicked("HEAD, or a look ahead")
    if is_plain(environ):
        raise errors.NotSecure("plain http", link=secure_origin(environ))
    user = environ.get("REMOTE_USER", "")
    port = environ.get("SERVER_PORT", "")
    if not user:
        raise errors.NotInCpanel("REMOTE_USER is missing")
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        raise errors.NotInCpanel("SERVER_PORT is missing or not a port")
    if not security_token(environ):
        raise errors.NotInCpanel("cp_security_token is missing or malformed")
    if uid == 0:
        raise errors.WrongUser("run as root")
    team = sorted(name for name, value in environ.items() if name.startswith("TEAM_") and value)
    if team:
        raise errors.TeamUser(f"team user {environ.get('TEAM_USER') or '?'}: {' '.join(team)}")
    host = environ.get("HTTP_HOST", "")
    if "@" in user or int(port) in WEBMAIL_PORTS or host.lower().startswith("webmail."):
        raise errors.WebmailUser("a login to a single mailbox")
    if account != user:
        raise errors.WrongUser(f"uid {uid} is {account or 'nobody'}")
    address = client_address(environ.get("REMOTE_ADDR", ""))
    return Request(user, address, host, environ.get("SERVER_NAME", ""), int(port))


def looks_ahead(environ: Mapping[str, str]) -> bool:
    """Whether nobody has clicked: a browser fetches the page in advance, or for something else than to show it."""
    purposes = " ".join(environ.get(name, "") for name in PURPOSES).lower()
    shown = environ.get("HTTP_SEC_FETCH_DEST") or "document"
    return shown != "document" or any(word in purposes for word in ("prefetch", "prerender", "preview"))


def is_plain(environ: Mapping[str, str]) -> bool:
    """Whether the person is on cPanel by http. In front of the service subdomains there is a server of its own, which
    speaks https on 443 whatever it says to the panel; 2095 is Webmail's, and without a port nothing is known."""
    port = environ.get("SERVER_PORT", "")
    return port == "2082" or (environ.get("HTTPS", "").lower() != "on" and port not in ("", "443", "2095"))


def secure_origin(environ: Mapping[str, str]) -> str:
    """The same host by https; empty where there is no host."""
    server_name = environ.get("SERVER_NAME", "")
    for name in (environ.get("HTTP_HOST", ""), server_name, f"[{server_name}]"):
        found = checked(name)
        if found:
            return f"https://{found}" if environ.get("SERVER_PORT") == "80" else f"https://{found}:2083"
    return ""


def security_token(environ: Mapping[str, str]) -> str:
    """The panel's own token, ``/cpsess##########``, for links back into the panel; empty if there is none."""
    token = environ.get("cp_security_token", "")
    return token if is_token(token) else ""


def client_address(text: str) -> str:
    """REMOTE_ADDR as `remote_address`: IPv4 and IPv6 pass, ``::ffff:192.0.2.7`` becomes ``192.0.2.7``."""
    if packed(text, AF_INET):
        return text
    address = packed(text, AF_INET6)
    if address is None:
        raise errors.NoClientAddress("REMOTE_ADDR is missing or not an address")
    return inet_ntop(AF_INET, address[12:]) if address.startswith(MAPPED) else text
