"""TLS to a port of this server, where no wait outlasts patience or a signal: a socket for `http.client`."""

from __future__ import annotations

import io
import os
import select
import socket
import ssl
import time

from plugin.admin import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LOOPBACK = ("127.0.0.1", "::1")


class Wire:
    """``host`` is the name that is asked for. `patience` is for all that goes over it, `grace` how long it goes on once
    a signal was heard; in seconds. Raises OSError and, for a signal, Interrupted."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, patience: float, grace: float) -> None:
        self._grace = grace
        self._is_read = False
        self._deadline = time.monotonic() + patience
        if patience <= 0:
            raise TimeoutError  # a socket would take it for a wish not to wait
        try:
            plain = connect(port, patience)
        except socket.timeout:  # which Python 3.9 has beside TimeoutError
            raise TimeoutError from None
        plain.setblocking(False)
        self._tls = context.wrap_socket(plain, server_hostname=host.strip("[]"), do_handshake_on_connect=False)
        try:
            self.patiently(self._tls.do_handshake)
        except BaseException:
            self.close()
            raise

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.patiently(self._tls.send, view) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        self._is_read = True
        return io.BufferedReader(Reading(self, self._tls))

    def close(self) -> None:
        """Whoever reads has the last word: `http.client` closes its socket before it has read the page."""
        if not self._is_read:
            self._tls.close()

    def patiently(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """Raises TimeoutError, other OSErrors and Interrupted."""
        while True:
            self._left()
            try:
                return action(*arguments)
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT)

    def _left(self) -> float:
        """How much patience is left; somebody who sends without end is no reason to wait longer."""
        if signals.interrupted():
            self._deadline = min(self._deadline, time.monotonic() + self._grace)
        left = self._deadline - time.monotonic()
        if left <= 0:
            if not self._grace:
                signals.ask()
            raise TimeoutError
        return left

    def _wait(self, event: int) -> None:
        poll = select.poll()
        poll.register(self._tls, event)
        for descriptor in signals.bell:
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in poll.poll(self._left() * 1000)]
            if self._tls.fileno() in ready:
                return
            for descriptor in ready:  # the bell, for a child that has ended, say
                os.read(descriptor, 4096)


class Reading(io.RawIOBase):
    """The receiving side, as a file."""

    def __init__(self, wire: Wire, tls: ssl.SSLSocket) -> None:
        self._wire, self._tls = wire, tls

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._tls.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        received: int = self._wire.patiently(self._tls.recv_into, buffer)
        return received


def connect(port: int, patience: float) -> socket.socket:
    """Raises OSError."""
    try:
        return socket.create_connection((LOOPBACK[0], port), patience)
    except ConnectionRefusedError:
        try:
            return socket.create_connection((LOOPBACK[1], port), patience)
        except OSError:
            pass
        raise
