"""liveapi.ask: the wire protocol to the byte, and every way in which it may fail (cpanel-facts.md §2)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plugin.click import liveapi
from tests.kit.panel import GREETING, Panel, livejson

Start = Callable[..., Panel]
ONE = [("Features", "has_feature", {"name": "webmail"})]
TWO = [*ONE, ("Locale", "get_attributes", {})]


def test_requests_are_exactly_as_the_panel_expects_them(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1))
    liveapi.ask(speaking.environ, ONE)
    action = (
        '<cpanelaction>\n{"module":"Features","reqtype":"exec","func":"has_feature","apiversion":"uapi",'
        '"args":{"name":"webmail"}}\n</cpanelaction>'
    )
    expected = "".join(
        f"{len(payload)}\n{payload}" for payload in ('<cpaneljson enable="1">', action, '<cpanelxml shutdown="1" />')
    )
    deadline = time.monotonic() + 5
    while len(speaking.received) < len(expected) and time.monotonic() < deadline:
        time.sleep(0.001)
    assert speaking.received == expected.encode()


def test_the_length_counts_bytes_not_characters(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson(2))
    # Served by length: were it wrong, the second question would never be understood.
    assert liveapi.ask(speaking.environ, [("M", "f", {"name": "é€"}), ("M", "g", {})])[0] == [1, 2]


def test_each_question_gets_its_answer_in_order(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson({"locale": "es"}))
    assert liveapi.ask(speaking.environ, TWO) == ([1, {"locale": "es"}], "")


def test_one_connection_serves_all_questions(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1), livejson({"locale": "es"}))
    liveapi.ask(speaking.environ, TWO)
    assert speaking.connections == 1


def test_without_questions_it_connects_all_the_same(panel: Start) -> None:
    speaking = panel(GREETING)
    assert liveapi.ask(speaking.environ, []) == ([], "")
    assert speaking.connections == 1


def test_an_error_may_come_before_the_result(panel: Start) -> None:
    speaking = panel(GREETING, b"<error>Something with a } and a < in it.</error>\n" + livejson(0))
    assert liveapi.ask(speaking.environ, ONE) == ([0], "")


def test_the_older_name_of_the_socket_serves_too(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1))
    assert liveapi.ask({"CPANEL_PHPCONNECT_SOCKET": speaking.path}, ONE) == ([1], "")


def test_the_newer_name_of_the_socket_comes_first(panel: Start) -> None:
    speaking = panel(GREETING, livejson(1))
    environ = {**speaking.environ, "CPANEL_PHPCONNECT_SOCKET": "/nowhere"}
    assert liveapi.ask(environ, ONE) == ([1], "")


def test_an_answer_may_come_in_pieces(folder: Path) -> None:
    class Dribbling(Panel):
        def _converse(self, connection: socket.socket) -> None:
            for answer in self._answers:
                self._request(connection)
                for byte in answer:
                    connection.sendall(bytes([byte]))

    with Dribbling(folder, [GREETING, livejson(1)]) as speaking:
        assert liveapi.ask(speaking.environ, ONE)[0] == [1]


def test_a_null_is_an_answer(panel: Start) -> None:
    assert liveapi.ask(panel(GREETING, livejson(None)).environ, ONE) == ([None], "")


def test_answers_before_a_failure_are_kept(panel: Start) -> None:
    answers, problem = liveapi.ask(panel(GREETING, livejson(1), close=True).environ, TWO)
    assert answers == [1, None] and problem


NONSENSE = {
    "HTML": b"<html>500</html></cpanelresult>",
    "no JSON": b"<cpanelresult>{oops</cpanelresult>",
    "end alone": b"</cpanelresult>",
    "an array": b"<cpanelresult>[]</cpanelresult>",
    "null": b"<cpanelresult>null</cpanelresult>",
    "no result": b'<cpanelresult>{"status": 1, "data": 1}</cpanelresult>',
    "envelope null": b'<cpanelresult>{"cpanelresult": null}</cpanelresult>',
    "result an array": b'<cpanelresult>{"cpanelresult": {"result": [1]}}</cpanelresult>',
    "no status": b'<cpanelresult>{"cpanelresult": {"result": {"data": 1}}}</cpanelresult>',
    "status 0": livejson(1, status=0),
    "not UTF-8": b'<cpanelresult>{"cpanelresult": "\xff"}</cpanelresult>',
    "deep": b"<cpanelresult>" + b"[" * 100_000 + b"</cpanelresult>",
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_no_answer(panel: Start, answer: bytes) -> None:
    answers, problem = liveapi.ask(panel(GREETING, answer).environ, ONE)
    assert answers == [None] and problem.startswith("LiveAPI: ")


WAYS = {
    "no XML line": b"<cpanelresult>%s</cpanelresult>\n",
    "an XML line": b'<?xml version="1.0" ?>\n<cpanelresult>%s</cpanelresult>\n',
    "a newline before the end": b"<cpanelresult>%s\n</cpanelresult>\n",
    "an error before it": b"<error>no } no <cpanelresult </error>\n<cpanelresult>%s</cpanelresult>",
    "no newline after it": b"<cpanelresult>%s</cpanelresult>",
}


@pytest.mark.parametrize("outer", [b'{"cpanelresult":%s}', b"%s"], ids=["outer key", "no outer key"])
@pytest.mark.parametrize("frame", WAYS.values(), ids=WAYS)
def test_an_answer_is_read_however_it_is_framed(panel: Start, frame: bytes, outer: bytes) -> None:
    said = frame % (outer % b'{"module":"Features","result":{"status":1,"data":0}}')
    assert liveapi.ask(panel(GREETING, said, said).environ, ONE * 2) == ([0, 0], "")


@pytest.mark.parametrize("empty", [b"<cpanelresult></cpanelresult>\n", b"<cpanelresult>\n</cpanelresult>\n"])
def test_an_empty_result_is_no_answer_and_says_where_the_reason_stands(panel: Start, empty: bytes) -> None:
    answers, problem = liveapi.ask(panel(GREETING, empty).environ, ONE)
    assert answers == [None] and problem == "LiveAPI: an empty result; the panel's error_log says why"


def test_one_question_that_is_not_answered_does_not_cost_the_next(panel: Start) -> None:
    speaking = panel(GREETING, b"<cpanelresult></cpanelresult>\n", livejson({"locale": "es"}))
    assert liveapi.ask(speaking.environ, TWO)[0] == [None, {"locale": "es"}]


def test_a_shutdown_that_gets_no_answer_is_not_waited_for(panel: Start) -> None:
    started = time.monotonic()
    liveapi.ask(panel(GREETING, livejson(1)).environ, ONE)  # it goes on listening and says nothing more
    assert time.monotonic() - started < liveapi.SILENCE


CLOSED = {
    "at once": [],
    "after the greeting": [GREETING],
    "in the greeting": [GREETING[:20]],
    "in an answer": [GREETING, livejson(1)[:-20]],
}


@pytest.mark.parametrize("answers", CLOSED.values(), ids=CLOSED)
def test_a_panel_that_hangs_up_gives_no_answer(panel: Start, answers: list[bytes]) -> None:
    given, problem = liveapi.ask(panel(*answers, close=True).environ, ONE)
    assert given == [None] and problem.startswith("LiveAPI: ")


def test_an_answer_has_an_end(panel: Start) -> None:
    long = livejson("x" * liveapi.LIMIT)  # complete, and in time
    assert liveapi.ask(panel(GREETING, long).environ, ONE)[0] == [None]


def test_an_answer_of_200_kilobytes_is_read(panel: Start) -> None:
    assert liveapi.ask(panel(GREETING, livejson("x" * 200_000)).environ, ONE) == (["x" * 200_000], "")


def test_a_silent_panel_is_given_up_after_two_seconds(panel: Start) -> None:
    speaking = panel(GREETING)
    started = time.monotonic()
    answers, problem = liveapi.ask(speaking.environ, ONE)
    assert (answers, problem.startswith("LiveAPI: ")) == ([None], True)
    assert 1.9 < time.monotonic() - started < 20


def test_a_panel_that_dribbles_for_ever_is_given_up_too(folder: Path) -> None:
    class Dribbling(Panel):
        def _converse(self, connection: socket.socket) -> None:
            try:
                while True:
                    connection.sendall(b" ")
                    time.sleep(0.1)
            except OSError:
                return

    started = time.monotonic()
    with Dribbling(folder, []) as speaking:
        assert liveapi.ask(speaking.environ, ONE)[0] == [None]
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("path", ["/nowhere/cpanel.sock", "/etc/hostname", "/", "x" * 200, "\udcff"], ids=ascii)
def test_where_no_panel_listens_there_is_no_answer(path: str) -> None:
    answers, problem = liveapi.ask({"CPANEL_CONNECT_SOCKET": path}, ONE)
    assert answers == [None] and problem.startswith("LiveAPI: ")


@pytest.mark.parametrize("environ", [{}, {"CPANEL_CONNECT_SOCKET": ""}], ids=["missing", "empty"])
def test_without_a_socket_there_is_no_answer(environ: dict[str, str]) -> None:
    assert liveapi.ask(environ, ONE) == ([None], "no LiveAPI socket")


def test_the_socket_is_closed_afterwards(panel: Start) -> None:
    speaking = panel(GREETING, b"nonsense</cpanelresult>")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        liveapi.ask(speaking.environ, ONE)
    assert len(os.listdir("/proc/self/fd")) <= before + 1  # the other side's, which may not be closed yet


# The format as the vendor's own open mock of this socket has it (Cpanel/Tests/MockSocketServer.php in
# CpanelInc/publicapi-php): one client, a length that ends in a newline, a payload, an answer to what is known word for
# word, another to what is not, no answer to the shutdown, after which it closes.


XML = b'<?xml version="1.0" ?>\n'
ANSWER = b'{"cpanelresult":{"result":{"status":1,"data":1},"module":"Features","apiversion":"uapi"}}\n'
KNOWN = {
    b'<cpaneljson enable="1">': GREETING,
    liveapi.action(*TWO[0]).encode(): XML + b"<cpanelresult>" + ANSWER + b"</cpanelresult>\n",
}
UNKNOWN = XML + b'<cpanelresult>{"result":0,"error":"Unknown API request"}</cpanelresult>\n'


class Mock(Panel):
    """Speaks as that mock does; to our questions it says what they would get in its format."""

    def _converse(self, connection: socket.socket) -> None:
        self.asked: list[bytes] = []
        self.ended = False
        while True:
            length = b""
            while not length.endswith(b"\n"):
                byte = connection.recv(1)
                if not byte:
                    return
                length += byte
            payload = connection.recv(int(length), socket.MSG_WAITALL)
            self.asked.append(payload)
            if payload == b'<cpanelxml shutdown="1" />':
                self.ended = True
                return
            connection.sendall(KNOWN.get(payload, UNKNOWN))


@pytest.fixture
def mock(folder: Path) -> Iterator[Mock]:
    speaking = Mock(folder / "free", [])
    with speaking:
        yield speaking


def test_the_vendors_mock_is_understood(mock: Mock) -> None:
    assert liveapi.ask(mock.environ, ONE) == ([1], "")


def test_what_the_vendors_mock_does_not_know_is_no_answer(mock: Mock) -> None:
    answers, problem = liveapi.ask(mock.environ, TWO)
    assert (answers, problem) == ([1, None], "LiveAPI: UapiUnreadable")


def test_the_vendors_mock_sees_a_shutdown_that_is_not_waited_for(mock: Mock) -> None:
    started = time.monotonic()
    liveapi.ask(mock.environ, ONE)
    while not mock.ended and time.monotonic() - started < 5:
        time.sleep(0.001)
    assert mock.asked == [*KNOWN, b'<cpanelxml shutdown="1" />']
