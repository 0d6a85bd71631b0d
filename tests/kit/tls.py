"""A server of TLS that does what a test tells it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

import trustme

HOST = "server.example.com"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
Serves = Callable[[ssl.SSLSocket], object]


class Raw:
    """A server of TLS that does with each connection what it is told; ``received`` are the requests, as bytes."""

    def __init__(self, serves: Serves, tls: bool = True) -> None:
        self.authority = trustme.CA()
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert(HOST).configure_cert(self._context)
        self._serves, self._tls = serves, tls
        self.received: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Raw:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), plain:
                if not self._tls:
                    plain.sendall(b"220 smtp\r\n")
                    continue
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    self.received.append(self._request(connection))
                    self._serves(connection)

    def _request(self, connection: ssl.SSLSocket) -> bytes:
        found = b""
        while b"\r\n\r\n" not in found:
            more = connection.recv(65536)
            if not more:
                return found
            found += more
        head, _, body = found.partition(b"\r\n\r\n")
        length = next((int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def says(answer: bytes) -> Serves:
    return lambda connection: connection.sendall(answer)
