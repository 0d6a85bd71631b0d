"""One line a click: what it says, what no value can do to it, and where it goes."""

from __future__ import annotations

import socket
import syslog
from pathlib import Path
from typing import Any

import pytest

from plugin.click import log, settings
from tests.kit import faults
from tests.kit.clicks import fields


def test_the_fields_stand_in_their_order() -> None:
    record = {
        "detail": "d",
        "uapi_ms": 5,
        "live_ms": 3,
        "ms": 7,
        "target": "t",
        "outcome": "o",
        "addr": "a",
        "user": "u",
    }
    assert log.as_line(record) == "ref=- user=u addr=a outcome=o target=t ms=7 live_ms=3 uapi_ms=5 detail=d"


def test_what_is_not_known_is_a_dash() -> None:
    assert log.as_line({"ref": "r"}).startswith("ref=r user=- addr=- outcome=- target=- ms=- live_ms=- uapi_ms=-")


VALUES = {
    "a space": "a b",
    "a quote": 'a"b',
    "a backslash": "a\\b",
    "an equals sign": "a outcome=signed-in",
    "a newline": "a\nref=0 outcome=signed-in",
    "a carriage return": "a\rb",
    "an escape": "a\x1b[31mb",
    "NUL": "a\0b",
    "DEL": "a\x7fb",
    "a C1 control": "a\x9bb",
    "a line separator": "a\u2028b",
    "a right-to-left mark": "a\u202eb",
    "accents": "José",
    "an emoji": "\U0001f4e7",
    "a lone surrogate": "a\udcffb",
    "a percent sign": "100%s",
    "other digits": "\u0661",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("name", ["user", "detail"])
def test_a_value_is_printable_ascii_in_the_log_and_can_be_read_again(name: str, value: str) -> None:
    line = log.as_line({name: value})
    assert line.isascii() and line.isprintable()
    assert fields(line)[name] == value


@pytest.mark.parametrize(
    "value", ["192.0.2.7", "2001:db8::7", "[::1]:2096", "host.example.com:2096", "a@b.example", "x-y_z"]
)
def test_a_plain_word_stands_without_quotes(value: str) -> None:
    assert f"addr={value} " in log.as_line({"addr": value})


def test_an_endless_value_has_an_end() -> None:
    assert len(log.as_line({"user": "x" * 100_000, "detail": "\0" * 100_000})) < 5000


@pytest.fixture
def dev_log(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    monkeypatch.setattr(log, "SYSLOG", str(folder / "free/log"))
    return folder / "free/log"


def written(capfd: pytest.CaptureFixture[str], **record: object) -> str:
    log.write({"ref": "r", **record}, "syslog")
    return capfd.readouterr().err


def test_where_nobody_listens_every_line_goes_to_standard_error(dev_log: Path, capfd: Any) -> None:
    assert written(capfd, outcome="signed-in").startswith("webmail-signin: ref=r ")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_where_somebody_listens_only_what_went_wrong_does(dev_log: Path, kind: int, capfd: Any) -> None:
    with socket.socket(socket.AF_UNIX, kind) as daemon:
        daemon.bind(str(dev_log))
        if kind == socket.SOCK_STREAM:
            daemon.listen()
        said = [
            written(capfd, outcome="signed-in"),
            written(capfd, outcome="signed-in", detail="d"),
            written(capfd, outcome="uapi-refused", detail="d"),
        ]
    assert [bool(text) for text in said] == [False, True, True]


def test_a_listener_that_takes_no_more_is_none(dev_log: Path, capfd: Any) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(dev_log))
        faults.fill(dev_log)
        assert written(capfd, outcome="signed-in")


def test_a_place_of_syslogs_that_is_no_socket_is_no_listener(dev_log: Path, capfd: Any) -> None:
    dev_log.touch()
    assert written(capfd, outcome="signed-in")


def test_without_settings_the_log_is_syslogs_authpriv(monkeypatch: pytest.MonkeyPatch, dev_log: Path) -> None:
    listening = faults.a_socket(dev_log)
    opened, said = [], []
    monkeypatch.setattr(syslog, "openlog", lambda *words: opened.append(words))
    monkeypatch.setattr(syslog, "syslog", lambda *words: said.append(words))
    with listening:
        log.write({"ref": "r", "outcome": "signed-in"}, settings.Settings().log)
    assert opened == [("webmail-signin", syslog.LOG_PID, syslog.LOG_AUTHPRIV)]
    assert [(level, line[:6]) for level, line in said] == [(syslog.LOG_INFO, "ref=r ")]
