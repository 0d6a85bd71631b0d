"""Carrying out a plan: all or nothing, and a dry run says the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from plugin.admin import signals
from plugin.admin.programs import Failed
from plugin.admin.signals import Interrupted
from plugin.admin.transaction import NotPutBack, Plan, Step, carry_out, rehearse
from plugin.admin.voice import Voice

QUIET = Voice(quiet=True)


@pytest.fixture(autouse=True)
def unheard() -> Iterator[None]:
    """Signals and their end are this process's own affair: each test begins without any."""
    yield
    signals.heard.clear()
    signals.over.clear()


class Story:
    """Steps that note what is done and undone."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def step(self, name: str) -> Step:
        return Step(name, partial(self.told.append, f"do {name}"), partial(self.told.append, f"undo {name}"))

    def failing(self, name: str, error: Exception) -> Step:
        def do() -> None:
            raise error

        return Step(name, do, partial(self.told.append, f"undo {name}"))


@pytest.fixture
def story() -> Story:
    return Story()


def test_steps_are_done_in_order_and_then_what_comes_afterwards(story: Story) -> None:
    carry_out(Plan([story.step("a"), story.step("b")], [story.step("c")]), QUIET)
    assert story.told == ["do a", "do b", "do c"]


def test_what_was_begun_is_undone_the_last_first(story: Story) -> None:
    plan = Plan([story.step("a"), story.failing("b", OSError(28, "No space left on device", "/x")), story.step("c")])
    with pytest.raises(Failed, match="b: /x: no space left on device"):
        carry_out(plan, QUIET)
    assert story.told == ["do a", "undo b", "undo a"]


def test_a_signal_stops_before_the_next_step(story: Story) -> None:
    plan = Plan([story.step("a"), Step("b", partial(signals.heard.append, 15)), story.step("c")])
    with pytest.raises(Interrupted):
        carry_out(plan, QUIET)
    assert story.told == ["do a", "undo a"]


def test_a_signal_at_the_last_moment_before_all_is_done_undoes(story: Story) -> None:
    with pytest.raises(Interrupted):
        carry_out(Plan([story.step("a"), Step("b", partial(signals.heard.append, 15))]), QUIET)
    assert story.told == ["do a", "undo a"]


def test_a_signal_afterwards_stops_nothing(story: Story) -> None:
    carry_out(Plan([story.step("a")], [Step("b", partial(signals.heard.append, 15)), story.step("c")]), QUIET)
    assert story.told == ["do a", "do c"]
    assert not signals.interrupted()


def test_a_second_signal_does_not_stop_the_undoing(story: Story) -> None:
    last = Step("a", partial(story.told.append, "do a"), lambda: story.told.append(str(signals.interrupted())))
    with pytest.raises(Interrupted):
        carry_out(Plan([last, Step("b", partial(signals.heard.append, 15))]), QUIET)
    assert story.told == ["do a", "False"]


def test_an_undo_that_fails_does_not_stop_the_others_and_is_told(story: Story) -> None:
    def undo() -> None:
        raise Failed("it is stuck")

    plan = Plan(
        [story.step("a"), Step("b", partial(story.told.append, "do b"), undo), story.failing("c", Failed("no"))]
    )
    with pytest.raises(NotPutBack, match=r"c: no; it is stuck"):
        carry_out(plan, QUIET)
    assert story.told == ["do a", "do b", "undo c", "undo a"]


def test_what_nobody_thought_of_is_undone_too(story: Story) -> None:
    with pytest.raises(ZeroDivisionError):
        carry_out(Plan([story.step("a"), story.failing("b", ZeroDivisionError())]), QUIET)
    assert story.told == ["do a", "undo b", "undo a"]


def test_a_dry_run_does_nothing(story: Story) -> None:
    rehearse(Plan([story.step("a")], [story.step("b")]), QUIET)
    assert story.told == []


def test_a_dry_run_says_each_step(story: Story, capfd: pytest.CaptureFixture[str]) -> None:
    rehearse(Plan([story.step("a")], [story.step("b")]), Voice())
    assert capfd.readouterr().out == "- a\n- b\n"


def test_a_dry_run_fails_where_the_real_one_would(story: Story) -> None:
    def foresee() -> None:
        raise Failed("the settings do not hold")

    with pytest.raises(Failed, match="a: the settings do not hold"):
        rehearse(Plan([story.step("a")._replace(foresee=foresee)]), QUIET)
