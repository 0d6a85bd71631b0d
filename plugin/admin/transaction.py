"""A plan is a list of steps; carrying it out is all or nothing."""

from __future__ import annotations

from contextlib import ExitStack
from typing import NamedTuple

from plugin.admin import signals
from plugin.admin.programs import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.admin.voice import Voice


def nothing() -> None:
    """What undoing a step does that another step's undoing, or nothing at all, puts back."""


class Step(NamedTuple):
    """`undo` is noted before `do` is called, so it copes with a step that was half done. Both raise OSError or Failed.

    `foresee` is what a dry run can try; it raises as `do` would. `repairs` is for what the hook's log line names.
    """

    text: str
    do: Callable[[], None]
    undo: Callable[[], None] = nothing
    foresee: Callable[[], None] = nothing
    repairs: bool = False


class Plan(NamedTuple):
    """After `steps` all is done and nothing is undone any more; `afterwards` is tidied up."""

    steps: list[Step]
    afterwards: list[Step] = []  # noqa: RUF012 (never changed)


class NotPutBack(Exception):
    """The step that failed, with what could not be undone either."""


def rehearse(plan: Plan, voice: Voice) -> None:
    for step in (*plan.steps, *plan.afterwards):
        voice.say(f"- {step.text}")
        attempt(step.text, step.foresee)


def carry_out(plan: Plan, voice: Voice) -> None:
    """Raises Failed or Interrupted once all is put back, and NotPutBack if it could not be."""
    broken: list[str] = []
    undos = ExitStack()
    try:
        for step in plan.steps:
            signals.ask()
            voice.say(f"- {step.text}")
            undos.callback(put_back, step, broken)
            attempt(step.text, step.do)
        signals.ask()
    except BaseException as error:
        signals.stop_listening()
        undos.close()
        if broken:
            raise NotPutBack("; ".join([str(error), *broken])) from error
        raise
    signals.stop_listening()
    for step in plan.afterwards:
        voice.say(f"- {step.text}")
        attempt(step.text, step.do)


def put_back(step: Step, broken: list[str]) -> None:
    try:
        step.undo()
    except (OSError, Failed) as error:
        broken.append(reason(error))


def attempt(text: str, action: Callable[[], None]) -> None:
    try:
        action()
    except (OSError, Failed) as error:
        raise Failed(f"{text}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """In words, without the exception's name and number."""
    if isinstance(error, OSError):
        said = (error.strerror or str(error)).lower()
        return f"{error.filename}: {said}" if error.filename else said
    return str(error)
