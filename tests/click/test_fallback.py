"""UAPI's questions by the documented command: side by side, in time, and what is known of each answer."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from plugin.click import ending, fallback, uapi
from tests.kit.programs import answering, printing, program, runner

FEATURE = ("Features", "has_feature", {"name": "webmail"})
LANGUAGE: tuple[str, str, dict[str, str]] = ("Locale", "get_attributes", {})
MAILBOXES = ("Email", "list_pops", {"skip_main": "1"})
HANGS = "exec sleep 60"


def said(data: object) -> str:
    return printing({"result": {"status": 1, "data": data}})


def asked(folder: Path, commands: dict[str, str], *questions: Any, timeout: float = 5) -> tuple[list[Any], str]:
    return fallback.ask(runner(program(folder / "uapi", answering(commands))), questions, timeout)


def test_the_answers_come_in_the_order_of_the_questions(tmp_path: Path) -> None:
    commands = {"*Features*": f"sleep 0.02\n{said(1)}", "*Locale*": said({"locale": "de"})}
    assert asked(tmp_path, commands, FEATURE, LANGUAGE) == ([1, {"locale": "de"}], "")


def test_each_question_is_the_documented_command_line(tmp_path: Path) -> None:
    commands = {"*": f'echo "$*" >> {tmp_path}/calls\n{said(1)}'}
    asked(tmp_path, commands, FEATURE)
    assert (tmp_path / "calls").read_text() == "--output=json Features has_feature name=webmail\n"


def test_they_are_asked_side_by_side(tmp_path: Path) -> None:
    waits = f"while [ ! -e {tmp_path}/there ]; do sleep 0.005; done\n{said(1)}"
    commands = {"*Features*": waits, "*Locale*": f": > {tmp_path}/there\n{said(2)}"}
    assert asked(tmp_path, commands, FEATURE, LANGUAGE) == ([1, 2], "")


def test_one_that_goes_wrong_leaves_the_others_their_answers(tmp_path: Path) -> None:
    assert asked(tmp_path, {"*Features*": "echo nonsense", "*": said("x")}, FEATURE, LANGUAGE)[0] == [None, "x"]


def test_of_several_things_that_go_wrong_the_first_is_told(tmp_path: Path) -> None:
    refusal = printing({"result": {"status": 0, "errors": ["No."]}})
    _, problem = asked(tmp_path, {"*Features*": refusal, "*": "echo nonsense"}, FEATURE, LANGUAGE)
    assert problem == "uapi-refused: No."


def test_a_program_that_is_not_there_answers_nothing_and_is_told(tmp_path: Path) -> None:
    answers, problem = fallback.ask(runner(tmp_path / "uapi"), [FEATURE, LANGUAGE], 5)
    assert (answers, problem[:14]) == ([None, None], "uapi-missing: ")


def test_one_that_hangs_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    began = time.monotonic()
    answers, problem = asked(tmp_path, {"*": HANGS}, FEATURE, MAILBOXES, timeout=0.03)
    assert (answers, problem) == ([None, None], "uapi-timeout: not done in time")
    assert time.monotonic() - began < 2


def test_one_that_is_given_up_is_ended_and_reaped(tmp_path: Path) -> None:
    asked(tmp_path, {"*": HANGS}, FEATURE, LANGUAGE, timeout=0.01)
    assert ending.running == []


def test_the_language_alone_is_given_up_earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "LANGUAGE_PATIENCE", 0.01)
    began = time.monotonic()
    answers, _ = asked(tmp_path, {"*Locale*": HANGS, "*": said(1)}, FEATURE, LANGUAGE, timeout=30)
    assert (answers, time.monotonic() - began < 10) == ([1, None], True)


@pytest.mark.parametrize(("question", "whole"), [(MAILBOXES, True), (FEATURE, False)], ids=["mailboxes", "a feature"])
def test_only_a_list_of_mailboxes_may_be_long(tmp_path: Path, question: Any, whole: bool) -> None:
    data = "x" * (uapi.LIMIT + 1)
    (tmp_path / "answer").write_text(json.dumps({"result": {"status": 1, "data": data}}))
    answers, problem = asked(tmp_path, {"*": f"exec cat {tmp_path}/answer"}, question)
    assert (answers == [data], problem == "") == (whole, whole)
