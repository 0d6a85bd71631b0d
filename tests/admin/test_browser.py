"""The browser that root is: what it sends, what it bears, and how long it waits."""

from __future__ import annotations

import os
import signal
import ssl
import threading
import time
from collections.abc import Iterator
from http.client import HTTPMessage

import pytest
import trustme

from plugin.admin import signals
from plugin.admin.browser import Answer, Browser, Unreachable, origin
from plugin.admin.signals import Interrupted
from tests.kit.tls import CHUNKED, HOST, OK, Raw, Serves, says


def ask(raw: Raw, patience: float = 5.0, form: dict[str, str] | None = None, come_from: str = "") -> bytes:
    return Browser(patience).open(HOST, raw.port, "/x", form, come_from).source.encode()


@pytest.fixture(autouse=True)
def _no_signal() -> Iterator[None]:
    yield
    signals.heard.clear()


def test_it_asks_as_a_browser_does() -> None:
    with Raw(says(OK)) as raw:
        assert ask(raw) == b"hi"
        head = raw.received[0].decode().split("\r\n")
    assert head[0] == "GET /x HTTP/1.1"
    assert {f"Host: {HOST}:{raw.port}", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none"} <= set(head)
    assert not [line for line in head if line.startswith(("Referer", "Origin", "Cookie"))]


@pytest.mark.parametrize(("port", "site"), [(0, "same-origin"), (2083, "same-site")])
def test_a_form_says_which_page_it_comes_from(port: int, site: str) -> None:
    with Raw(says(OK)) as raw:
        come_from = origin(HOST, port or raw.port)
        ask(raw, form={"session": "a+b%:=&c"}, come_from=come_from)
        head, _, body = raw.received[0].decode().partition("\r\n\r\n")
    assert body == "session=a%2Bb%25%3A%3D%26c"
    assert {f"Origin: {come_from}", f"Referer: {come_from}/", f"Sec-Fetch-Site: {site}"} <= set(head.split("\r\n"))


def test_cookies_are_kept_for_each_port() -> None:
    with Raw(says(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=1; HttpOnly\r\nSet-Cookie: b=2; path=/\r\n\r\n"))) as raw:
        browser = Browser(5)
        for _ in range(2):
            browser.open(HOST, raw.port, "/", None, "")
        assert b"Cookie: a=1; b=2" in raw.received[1]
        assert (browser.cookies(HOST, raw.port), browser.cookies(HOST, raw.port + 1)) == ({"a": "1", "b": "2"}, {})


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi",
        b"HTTP/1.0 200 OK\r\n\r\nhi",
        CHUNKED,
    ],
)
def test_every_way_of_ending_an_answer_is_understood(answer: bytes) -> None:
    with Raw(says(answer)) as raw:
        assert ask(raw) == b"hi"


def test_of_an_endless_page_the_beginning_is_read() -> None:
    def endless(connection: ssl.SSLSocket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with Raw(endless) as raw:
        assert len(ask(raw)) == 1 << 20


def drips(connection: ssl.SSLSocket) -> None:
    for byte in OK[:-3] * 100:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def goes_on(connection: ssl.SSLSocket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@pytest.mark.parametrize(
    ("serves", "why"),
    [
        (lambda connection: None, "does not answer as a web server does"),
        (says(b"SSH-2.0-x\r\n"), "does not answer as a web server does"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"), "does not answer as a web server does"),
        (lambda connection: time.sleep(3), "did not answer within 0.5 seconds"),
        (drips, "did not answer within 0.5 seconds"),
        (goes_on, "did not answer within 0.5 seconds"),
        (says(CHUNKED.replace(b"2\r\n", b"-5\r\n")), "does not answer as a web server does"),
    ],
    ids=[
        "nothing",
        "another protocol",
        "too many headers",
        "silence",
        "a byte now and then",
        "no end",
        "a length below 0",
    ],
)
def test_what_is_no_answer_has_a_reason(serves: Serves, why: str) -> None:
    with Raw(serves) as raw, pytest.raises(Unreachable, match=f"port {raw.port} {why}"):
        ask(raw, 0.5 if "0.5" in why else 10)


def test_a_port_that_does_not_speak_tls_has_a_reason() -> None:
    with Raw(says(b""), tls=False) as raw, pytest.raises(Unreachable, match="does not speak TLS"):
        ask(raw)


def test_a_port_where_nobody_listens_has_a_reason() -> None:
    with Raw(says(b"")) as raw:
        pass
    with pytest.raises(Unreachable, match=f"nothing listens on port {raw.port}"):
        ask(raw)


def test_no_error_quotes_what_was_sent_or_came() -> None:
    with Raw(says(b"secret-of-theirs\r\n")) as raw, pytest.raises(Unreachable) as caught:
        Browser(2).open(HOST, raw.port, "/secret-of-ours", {"a": "secret-of-ours"}, "")
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None and caught.value.__suppress_context__


def ring(bell: int) -> None:
    signals.heard.append(signal.SIGTERM)
    os.write(bell, b"x")


def test_a_signal_ends_the_wait_once_the_bell_rings() -> None:
    reading, writing = os.pipe()
    signals.bell[:] = [reading]
    try:
        with Raw(lambda connection: time.sleep(3)) as raw:
            threading.Timer(0.3, ring, [writing]).start()
            started = time.monotonic()
            with pytest.raises(Interrupted):
                ask(raw, 3.0)
            assert time.monotonic() - started < 1.5
    finally:
        signals.bell.clear()
        os.close(reading)
        os.close(writing)


def test_a_login_on_its_way_is_waited_for_a_while() -> None:
    def slowly(connection: ssl.SSLSocket) -> None:
        time.sleep(0.5)
        connection.sendall(OK)

    with Raw(slowly) as raw:
        signals.heard.append(signal.SIGTERM)
        browser = Browser(3.0)
        browser.grace = 2.0
        assert browser.open(HOST, raw.port, "/", None, "").source == "hi"


@pytest.mark.parametrize(("name", "problem"), [(HOST, ""), ("other.example.com", "Hostname mismatch")])
def test_a_certificate_is_held_against_the_name(name: str, problem: str) -> None:
    with Raw(says(OK)) as raw, raw.authority.cert_pem.tempfile() as bundle:
        assert Browser(2).misfit(name, raw.port, bundle).startswith(problem)
        assert problem or not Browser(2).misfit(name, raw.port, bundle)


def test_a_certificate_that_nobody_vouches_for_is_a_misfit() -> None:
    with Raw(says(OK)) as raw, trustme.CA().cert_pem.tempfile() as bundle:
        assert "issuer" in Browser(2).misfit(HOST, raw.port, bundle)


@pytest.mark.parametrize(
    ("body", "asks"), [('<input name="x" type="password">', True), ('<input type="hidden">', False)]
)
def test_a_login_page_is_known_by_its_password(body: str, asks: bool) -> None:
    assert Answer(200, HTTPMessage(), f"<form>{body}</form>".encode()).asks_for_a_login is asks
