"""A visit to this server's services: its findings have their time, and its end is told."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.admin import signals, visit
from plugin.admin.findings import ADVICE, SERVER
from plugin.admin.server import Server
from plugin.admin.signals import Interrupted
from plugin.admin.visit import Ends, Session, Visit


@pytest.fixture(autouse=True)
def _no_signal() -> Iterator[None]:
    yield
    signals.heard.clear()


@pytest.fixture
def made(tmp_path: Path) -> Visit:
    return Visit(Server(str(tmp_path)))


@pytest.fixture
def nobody() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port: int = gone.getsockname()[1]
    return port


def test_a_finding_says_how_long_it_took_since_the_one_before(made: Visit) -> None:
    made.last -= 7
    took = [int(re.findall(r"^fine \((\d+) ms\)$", made.went("login", "fine").text)[0]) for _ in range(2)]
    assert took[0] >= 7000 > took[1]


def test_it_is_named_after_its_step(made: Visit) -> None:
    assert made.went("login", "fine")[:3] == (True, SERVER, "account-login")


def test_a_failure_ends_the_visit_with_its_finding(made: Visit) -> None:
    end = made.fails("login", "refused", ADVICE, remedy="a", look="b")
    assert (end.finding.ok, end.finding.level, end.finding.remedy, end.finding.look) == (False, "warning", "a", "b")


def test_no_repr_of_a_session_shows_its_token() -> None:
    shown = repr([Session("Webmail", "h.example.com", 2096, "/cpsess123")])
    assert shown == "[<Session of Webmail at h.example.com:2096>]"


def ask(made: Visit, port: int) -> None:
    made.ask("click", "localhost", port, "/", None, "")


def test_who_does_not_answer_ends_it_with_what_restarts_it(made: Visit, nobody: int) -> None:
    with pytest.raises(Ends) as caught:
        ask(made, nobody)
    finding = caught.value.finding
    assert finding.text.startswith(f"nothing listens on port {nobody} (")
    assert (finding.name, finding.level, finding.remedy) == ("account-click", "failure", visit.RESTART)


def test_a_signal_comes_before_the_next_request(made: Visit) -> None:
    signals.heard.append(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        with pytest.raises(Interrupted):
            ask(made, listener.getsockname()[1])
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_all_of_it_together_may_not_take_too_long(made: Visit) -> None:
    made.deadline = time.monotonic() - 1
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Ends) as caught:
        ask(made, silent.getsockname()[1])
    assert "did not answer within 0 seconds" in caught.value.finding.text


def test_one_who_is_logged_in_nowhere_has_nothing_to_say(made: Visit) -> None:
    assert made.log_out() == []


def test_who_cannot_be_logged_out_is_named_the_last_first(made: Visit, nobody: int) -> None:
    made.sessions += [Session(name, "localhost", nobody, "/cpsess1") for name in ("cPanel", "Webmail")]
    (found,) = made.log_out()
    why = f"nothing listens on port {nobody}"
    assert found.text.startswith(f"not logged out of Webmail: {why}; cPanel: {why}: the login ends by itself")
    assert found.level == "warning"


def test_a_signal_does_not_stop_the_logging_out(made: Visit, nobody: int) -> None:
    signals.heard.append(signal.SIGTERM)
    made.sessions.append(Session("cPanel", "localhost", nobody, "/cpsess1"))
    assert len(made.log_out()) == 1
