"""A LiveAPI socket that says yes at once (cpanel-facts.md §2). Arguments: the socket's path, how many mailboxes."""

from __future__ import annotations

import contextlib
import os
import socket
import sys

GREETING = b'<?xml version="1.0" ?>\n<cpanelresult>{"data":{"result":"json"}}</cpanelresult>\n'
RESULT = b'<cpanelresult>{"cpanelresult":{"result":{"status":1,"data":%s,"errors":null}}}</cpanelresult>\n'
ON = RESULT % b"1"
LANGUAGE = RESULT % b'{"locale":"en","encoding":"utf-8","direction":"ltr","name":"English"}'


def listed(count: int) -> bytes:
    """As many mailboxes, with the fields that the panel gives."""
    row = '{"email":"box%05d@example.com","login":"box%05d@example.com","suspended_login":0,"suspended_incoming":0}'
    return RESULT % "[{}]".format(",".join(row % (number, number) for number in range(count))).encode()


def converse(connection: socket.socket, mailboxes: bytes) -> None:
    with connection, connection.makefile("rb") as requests:
        for length in requests:
            request = requests.read(int(length))
            if b"cpaneljson" in request:
                connection.sendall(GREETING)
            elif b"has_feature" in request:
                connection.sendall(ON)
            elif b"get_attributes" in request:
                connection.sendall(LANGUAGE)
            elif b"list_pops" in request:
                connection.sendall(mailboxes)
            else:
                return


def main(path: str, count: str) -> None:
    mailboxes = listed(int(count))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen()
    print("listening", flush=True)
    while True:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError):  # a click that ended early
            converse(connection, mailboxes)


if __name__ == "__main__":
    main(*sys.argv[1:])
