"""TLS to a port of this server: no wait outlasts patience, nor a signal, and nothing stays open."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from plugin.admin import signals, wire
from plugin.admin.signals import Interrupted
from plugin.admin.wire import Wire
from tests.kit.tls import HOST, Raw

ASKS = b"GET / HTTP/1.1\r\n\r\n"


@pytest.fixture(autouse=True)
def _no_signal() -> Iterator[None]:
    yield
    signals.heard.clear()
    for descriptor in signals.bell:
        os.close(descriptor)
    signals.bell.clear()


@pytest.fixture
def bell() -> int:
    """What is written to it wakes whoever waits."""
    reading, writing = os.pipe()
    signals.bell[:] = [reading]
    return writing


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def to(port: int, patience: float = 5.0, grace: float = 0.0) -> Wire:
    return Wire(HOST, port, trusting(), patience, grace)


def ring(bell: int) -> None:
    signals.heard.append(signal.SIGTERM)
    os.write(bell, b"x")


def until_it_closes(connection: ssl.SSLSocket) -> None:
    connection.recv(1)


def test_what_is_sent_comes_and_what_comes_is_read() -> None:
    with Raw(lambda connection: connection.sendall(b"hello")) as raw:
        over = to(raw.port)
        over.sendall(ASKS)
        with over.makefile("rb") as stream:
            assert stream.read() == b"hello"
    assert raw.received == [ASKS]


def test_more_than_fits_at_once_is_sent_whole_to_who_reads_late() -> None:
    rest: list[bytes] = []

    def reads_late(connection: ssl.SSLSocket) -> None:
        time.sleep(0.01)
        while not rest or not rest[-1].endswith(b"."):
            rest.append(connection.recv(65536))

    with Raw(reads_late) as raw:
        over = to(raw.port)
        over.sendall(ASKS)
        over.sendall(b"x" * 5_000_000 + b".")
        with over.makefile("rb") as stream:
            stream.read()
    assert sum(map(len, rest)) == 5_000_001


def test_the_name_is_the_one_that_is_asked_for() -> None:
    with Raw(until_it_closes) as raw:
        context = ssl.create_default_context()
        raw.authority.configure_trust(context)
        Wire(HOST, raw.port, context, 5, 0).close()
        with pytest.raises(ssl.SSLCertVerificationError):
            Wire("other.example.com", raw.port, context, 5, 0)


def test_a_page_can_be_read_after_its_connection_is_closed_as_http_client_does() -> None:
    with Raw(lambda connection: connection.sendall(b"hello")) as raw:
        over = to(raw.port)
        over.sendall(ASKS)
        stream = over.makefile("rb")
        over.close()
        assert stream.read() == b"hello"
        stream.close()


def opened() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def test_nothing_stays_open() -> None:
    before = opened()
    with Raw(until_it_closes) as raw:
        to(raw.port).close()
        to(raw.port).makefile("rb").close()
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
            to(silent.getsockname()[1], 0.01)
    deadline = time.monotonic() + 5  # until the server's side, which is in this process, has seen it
    while opened() - before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert opened() - before == set()


def test_patience_ends_in_the_midst_of_a_greeting() -> None:
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        to(silent.getsockname()[1], 0.02)
    assert time.monotonic() - began < 0.9


def test_patience_is_for_all_of_it_and_not_for_each_byte() -> None:
    def drips(connection: ssl.SSLSocket) -> None:
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)

    with Raw(drips) as raw, pytest.raises(TimeoutError):
        over = to(raw.port, 0.5)
        over.sendall(ASKS)
        with over.makefile("rb") as stream:
            stream.read()


def test_a_signal_ends_a_wait(bell: int) -> None:
    with Raw(until_it_closes) as raw:
        over = to(raw.port)
        over.sendall(ASKS)
        threading.Timer(0.01, ring, [bell]).start()
        with over.makefile("rb") as stream, pytest.raises(Interrupted):
            stream.read()
    os.close(bell)


def test_with_grace_an_answer_is_waited_for_in_spite_of_a_signal() -> None:
    signals.heard.append(signal.SIGTERM)
    with Raw(lambda connection: connection.sendall(b"hello")) as raw:
        over = to(raw.port, 5, grace=5)
        over.sendall(ASKS)
        with over.makefile("rb") as stream:
            assert stream.read() == b"hello"


def test_grace_has_an_end_too_and_then_it_is_not_the_signal_that_is_told() -> None:
    signals.heard.append(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        to(silent.getsockname()[1], 60, grace=0.01)


def test_the_end_of_a_child_ends_no_wait(bell: int) -> None:
    def answers(connection: ssl.SSLSocket) -> None:
        os.write(bell, b"x")
        time.sleep(0.01)
        connection.sendall(b"hello")

    with Raw(answers) as raw:
        over = to(raw.port)
        over.sendall(ASKS)
        with over.makefile("rb") as stream:
            assert stream.read() == b"hello"
    os.close(bell)


def test_where_nobody_listens_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        wire.connect(port, 5)


def test_who_listens_on_the_other_loopback_alone_is_found() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("there is no IPv6 here")
    with listener, wire.connect(listener.getsockname()[1], 5) as found:
        assert found.family == socket.AF_INET6


def test_without_any_patience_nobody_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        to(silent.getsockname()[1], 0.0)
