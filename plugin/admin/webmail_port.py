"""Does something answer where people are sent, by a certificate that their browsers take?"""

from __future__ import annotations

import os
import socket
import ssl

from plugin.admin.findings import ADVICE, Finding
from plugin.admin.programs import Failed, run
from plugin.click import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.server import Server
    from plugin.click.settings import Settings

NOTICE = 2.0  # seconds for a connection to the server itself
HOSTNAME_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH
PARTIAL_CHAIN = 0x80000  # X509_V_FLAG_PARTIAL_CHAIN, named in ssl only since Python 3.10
RESTART = "/usr/local/cpanel/scripts/restartsrv_cpsrvd"


def look(server: Server, in_force: Settings) -> Iterator[Finding]:
    """Findings `host`, `port` and `certificate`."""
    name, port = server_name(server, in_force), in_force.webmail_port
    if in_force.webmail_host != "auto" and not resolves(name):
        text = f"webmail_host {name} does not resolve here"
        yield Finding(False, ADVICE, "host", text, look=f"getent ahosts {name}")
    for address in ("127.0.0.1", "::1"):
        try:
            der = certificate(address, port)
        except ssl.SSLError as error:
            yield Finding(False, ADVICE, "port", f"port {port} does not speak TLS: {error.reason}", RESTART)
        except OSError:
            continue
        else:
            yield Finding(True, ADVICE, "port", f"webmail's port {port} is open")
            unfit = name and misfit(der, name, address, port)
            if unfit:
                text = f"the certificate on port {port} does not fit {name}: {unfit}"
                yield Finding(False, ADVICE, "certificate", text, "/usr/local/cpanel/bin/checkallsslcerts")
        return
    yield Finding(False, ADVICE, "port", f"nothing listens on webmail's port {port}", RESTART)


def resolves(name: str) -> bool:
    try:
        return run(["getent", "ahosts", name], NOTICE).code == 0
    except Failed:
        return False


def server_name(server: Server, in_force: Settings) -> str:
    """The host that people land on for sure: the settings', or the server's own; empty where neither is a host."""
    if in_force.webmail_host != "auto":
        return in_force.webmail_host
    try:
        with open(f"{server.root}/etc/hostname", encoding="ascii") as stream:
            name = stream.read().strip()
    except (OSError, ValueError):
        name = "" if server.root else os.uname().nodename
    return host.checked(name) or ""


def certificate(address: str, port: int) -> bytes:
    """The certificate there, as DER, whoever signed it. Raises OSError, ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = socket.create_connection((address, port), NOTICE)
    with connection, context.wrap_socket(connection) as secured:
        return secured.getpeercert(binary_form=True) or b""


def misfit(der: bytes, name: str, address: str, port: int) -> str:
    """Why the certificate does not fit `name` or is out of date. It is its own authority here: nothing else counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= PARTIAL_CHAIN
    context.load_verify_locations(cadata=der)
    try:
        with socket.create_connection((address, port), NOTICE) as connection:
            context.wrap_socket(connection, server_hostname=name).close()
    except ssl.SSLCertVerificationError as error:
        return "it names other hosts" if error.verify_code == HOSTNAME_MISMATCH else error.verify_message
    except OSError as error:
        return str(error)
    return ""
