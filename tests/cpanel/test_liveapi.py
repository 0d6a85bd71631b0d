"""The LiveAPI socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cpanel import Answer, Cpanel
from tests.cpanel.kit import HEAD, click, live, several_accounts

HELLO = '<cpaneljson enable="1">'
ASK = HEAD + f"ask(b'{HELLO}')\nprint(feature('webmail'))"


def live_result(answer: Answer) -> dict[str, Any]:
    text = answer.text.partition("<cpanelresult>")[2].partition("</cpanelresult>")[0]
    found: dict[str, Any] = json.loads(text)["cpanelresult"]["result"]
    return found


def test_liveapi_says_that_a_feature_is_on(cp: Cpanel) -> None:
    assert live_result(click(cp, ASK))["data"] == 1


@several_accounts
def test_liveapi_says_that_a_feature_is_off(cp: Cpanel) -> None:
    assert live_result(click(cp, ASK, who="dave"))["data"] == 0


def test_liveapi_knows_nothing_of_a_feature_that_nobody_registered(cp: Cpanel) -> None:
    asked = ASK.replace("'webmail'", "'no_such_feature'")
    found = live_result(click(cp, asked))
    assert (found["status"], found["data"]) == (1, None)


@pytest.mark.parametrize(
    "sent", ["b'5\\nab'", "b'x\\n'", "b'-1\\n'", "b'007\\n'", "b'9999999\\n'", "b'3\\nabc'", "b'14\\n<cpanelaction>'"]
)
def test_liveapi_hangs_up_on_what_is_not_its_protocol(cp: Cpanel, sent: str) -> None:
    answer = click(cp, HEAD + f"panel.sendall({sent})\npanel.shutdown(socket.SHUT_WR)\nprint(panel.recv(100))")
    assert (answer.text, "LiveAPI:" in cp.error_log()) == ("b''\n", True)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("null-features", ("data", None)),
        ("features-off", ("data", 0)),
        ("status-0", ("status", 0)),
        ("string-numbers", ("data", "1")),
    ],
)
def test_liveapi_answers_as_its_switches_want(cp: Cpanel, switch: str, expected: tuple[str, object]) -> None:
    cp.switch("liveapi", switch)
    assert live_result(click(cp, ASK))[expected[0]] == expected[1]


def test_liveapi_can_put_an_error_before_the_result(cp: Cpanel) -> None:
    cp.switch("liveapi", "error-first")
    assert "<error>" in click(cp, ASK).text


def test_answers_begin_with_the_xml_line_but_where_a_switch_says_no(cp: Cpanel) -> None:
    declared = click(cp, ASK).text.startswith('<?xml version="1.0" ?>\n<cpanelresult>')
    cp.switch("liveapi", "no-declaration")
    assert (declared, click(cp, ASK).text.startswith("<cpanelresult>")) == (True, True)


def test_a_newline_can_stand_before_the_end(cp: Cpanel) -> None:
    cp.switch("liveapi", "newline-before-end")
    assert "}\n</cpanelresult>\n" in click(cp, ASK).text


def test_the_outer_key_can_be_missing(cp: Cpanel) -> None:
    cp.switch("liveapi", "no-outer-key")
    text = click(cp, ASK).text.partition("<cpanelresult>")[2].partition("</cpanelresult>")[0]
    assert json.loads(text)["result"]["data"] == 1


def test_a_result_can_be_empty_and_its_error_stands_in_the_error_log(cp: Cpanel) -> None:
    cp.switch("liveapi", "empty-result")
    assert "<cpanelresult></cpanelresult>" in click(cp, ASK).text
    assert "Features::has_feature has no result" in cp.error_log()


PARTING = (
    HEAD
    + f"""ask(b'{HELLO}')
panel.sendall(b'26\\n<cpanelxml shutdown="1" />')
panel.settimeout(PATIENCE)
try:
    print(panel.recv(200))
except OSError as error:
    print(type(error).__name__)
"""
)


@pytest.mark.parametrize(
    ("switch", "said"), [(None, "b''"), ("answers-shutdown", "</cpanelresult>"), ("silent-shutdown", "timeout")]
)
def test_shutdown_may_be_answered_or_not(cp: Cpanel, switch: str | None, said: str) -> None:
    if switch:
        cp.switch("liveapi", switch)
    patience = 0.5 if said == "timeout" else 10
    assert said in click(cp, PARTING.replace("PATIENCE", str(patience))).text.lower()


def test_liveapi_can_break_off_in_the_midst_of_an_answer(cp: Cpanel) -> None:
    cp.switch("liveapi", "broken")
    text = click(cp, ASK).text
    assert ("cpanelresult" in text, "</cpanelresult>" in text) == (True, False)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("no-socket", "KeyError"),
        ("old-variable", "KeyError"),
        ("socket-missing", "FileNotFoundError"),
        ("refused", "ConnectionRefusedError"),
    ],
)
def test_there_are_four_ways_of_having_no_socket(cp: Cpanel, switch: str, expected: str) -> None:
    cp.switch("liveapi", switch)
    live(cp, HEAD)
    assert expected in cp.run_bare("alice", cp.environ("alice")).stderr.decode()


@several_accounts
def test_liveapi_serves_nobody_but_the_account(cp: Cpanel) -> None:
    live(cp, HEAD + "panel.sendall(b'1\\nx')\nprint(panel.recv(100))")
    cp.run_bare("root", cp.environ("alice"))
    assert "a peer that is not the account" in cp.error_log()
