"""A panel's LiveAPI socket (cpanel-facts.md §2)."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

GREETING = b'<?xml version="1.0" ?>\n<cpanelresult>{"data":{"result":"json"}}</cpanelresult>\n'


class Panel:
    """A LiveAPI socket, served from a thread: it gives the next of its answers to each request and keeps the bytes.

    After the last answer it waits for the other side to go, or, if told to close, closes at once.
    """

    def __init__(self, folder: Path, answers: Sequence[bytes], close: bool = False) -> None:
        self.path = str(folder / "cpanel.sock")
        self.received = b""
        self.connections = 0
        self._answers = list(answers)
        self._close = close
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Panel:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    @property
    def environ(self) -> dict[str, str]:
        return {"CPANEL_CONNECT_SOCKET": self.path}

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            for answer in self._answers:
                if not self._request(connection):
                    return
                connection.sendall(answer)
            while not self._close and self._request(connection):
                pass
        except OSError:  # the other side has gone
            return

    def _request(self, connection: socket.socket) -> bool:
        """Read one request as LENGTH, newline and so many bytes; False if the other side has gone."""
        length = b""
        while not length.endswith(b"\n"):
            byte = connection.recv(1)
            if not byte:
                return False
            length += byte
        payload = connection.recv(int(length), socket.MSG_WAITALL)
        self.received += length + payload
        return True


def livejson(data: object, status: int = 1) -> bytes:
    """An answer of LiveAPI's to a UAPI call (cpanel-facts.md §2)."""
    result = {"cpanelresult": {"result": {"status": status, "data": data, "errors": None}}}
    return f"<cpanelresult>{json.dumps(result)}</cpanelresult>\n".encode()
