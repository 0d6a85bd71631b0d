"""What of the network is this server's own."""

from __future__ import annotations

import os
import socket

from plugin.admin import files, programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.admin.server import Server

NOTICE = 2.0  # seconds that a name may take to resolve
BUNDLES = ("etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/certs/ca-certificates.crt")
LISTENS = "0A"  # TCP_LISTEN in /proc/net/tcp


def strangers(server: Server, port: int) -> set[int]:
    """The users, other than root, who listen on a port of this server: nothing secret may be sent to them."""
    owner = os.stat(server.root or "/").st_uid
    found = set()
    for table in ("tcp", "tcp6"):
        for row in files.text(f"/proc/net/{table}").splitlines()[1:]:
            fields = row.split()
            if fields[3] == LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(int(fields[7]))
    return found - {0, owner}


def authorities(server: Server) -> str | None:
    """The file of the authorities that this server trusts; in a staged tree it is that tree's."""
    return next((path for path in (f"{server.root}/{bundle}" for bundle in BUNDLES) if os.path.isfile(path)), None)


def ours(name: str) -> bool:
    """Whether a host's name leads to this very server: nobody else can listen on its addresses."""
    try:
        found = programs.run(["getent", "ahosts", name], NOTICE).output.split()
    except programs.Failed:
        return False
    for address in {word for word in found if word[0].isdigit() or ":" in word}:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
            try:
                trial.bind((address, 0))
            except OSError:
                return False
    return bool(found)
