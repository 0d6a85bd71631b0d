"""UAPI's questions by the documented command, where LiveAPI gives no answer. Loads only then."""

from __future__ import annotations

import contextlib
import time

from plugin.click import answer, errors, uapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

LONG = {"Email": 8 * 1024 * 1024}  # bytes of a list, which may be of ten thousand mailboxes
LANGUAGE_PATIENCE = 1.0  # seconds to wait for the language alone


def ask(
    run: Callable[[str, str, Mapping[str, str]], uapi.Process],
    questions: Sequence[tuple[str, str, dict[str, str]]],
    timeout: float,
) -> tuple[list[Any], str]:
    """The `data` of each answer, None where there is none, and what went wrong; all are asked side by side.

    No sign-in waits long for want of a language: that question is given up early.
    """
    deadline = time.monotonic() + timeout
    answers: list[Any] = [None] * len(questions)
    problem = ""
    with contextlib.ExitStack() as running:
        try:
            calls = [running.enter_context(run(*question)) for question in questions]
        except errors.UapiMissing as error:
            return answers, f"{error.code}: {error.detail}"
        for number, call in enumerate(calls):
            last = min(deadline, time.monotonic() + LANGUAGE_PATIENCE)
            try:
                module = questions[number][0]
                printed = call.finish(last if module == "Locale" else deadline, LONG.get(module, uapi.LIMIT))
                answers[number] = answer.data(printed)
            except errors.SigninError as error:
                problem = problem or f"{error.code}: {error.detail}"
    return answers, problem
