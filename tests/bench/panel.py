"""A LiveAPI socket that says yes at once (cpanel-facts.md §2). Argument: the socket's path."""

from __future__ import annotations

import contextlib
import os
import socket
import sys

GREETING = b'<?xml version="1.0" ?>\n<cpanelresult>{"data":{"result":"json"}}</cpanelresult>\n'
RESULT = b'<cpanelresult>{"cpanelresult":{"result":{"status":1,"data":%s,"errors":null}}}</cpanelresult>\n'
ON = RESULT % b"1"
LANGUAGE = RESULT % b'{"locale":"en","encoding":"utf-8","direction":"ltr","name":"English"}'


def converse(connection: socket.socket) -> None:
    with connection, connection.makefile("rb") as requests:
        for length in requests:
            request = requests.read(int(length))
            if b"cpaneljson" in request:
                connection.sendall(GREETING)
            elif b"has_feature" in request:
                connection.sendall(ON)
            elif b"get_attributes" in request:
                connection.sendall(LANGUAGE)
            else:
                return


def main(path: str) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen()
    print("listening", flush=True)
    while True:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError):  # a click that ended early
            converse(connection)


if __name__ == "__main__":
    main(sys.argv[1])
