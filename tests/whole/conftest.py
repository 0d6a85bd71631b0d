"""The servers that clicks are made on, and the people who make them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from tests.cpanel import Cpanel
from tests.kit.engines import ENGINES, engine
from tests.kit.engines.person import Person
from tests.kit.engines.visit import Engine
from tests.kit.faults import Ground
from tests.kit.servers import served


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest) -> Iterator[Cpanel]:
    """A running stand-in with the plugin in it, which has the module's SETTINGS."""
    with served(request.module.SETTINGS) as cp:
        yield cp


@pytest.fixture
def cp(serving: Cpanel) -> Iterator[Cpanel]:
    """It, for one test to switch."""
    serving.switch("uapi", "slow", 0.05)
    yield serving
    serving.reset()


@pytest.fixture(scope="module", params=ENGINES)
def browser(request: pytest.FixtureRequest, serving: Cpanel) -> Iterator[Engine]:
    """Each engine in turn."""
    with engine(request.param, serving) as started:
        yield started


@pytest.fixture
def person(cp: Cpanel, browser: Engine) -> Iterator[Callable[..., Person]]:
    """Makes a Person; `scripts` is the browser's, the rest a Person's."""
    with contextlib.ExitStack() as visits:

        def make(scripts: bool = True, **more: str) -> Person:
            return Person(cp, visits.enter_context(browser.visit(scripts)), **more)

        yield make


@pytest.fixture
def ground(serving: Cpanel) -> Iterator[Ground]:
    """It, for one test to break."""
    serving.switch("uapi", "slow", 0.05)
    with Ground(serving) as ground:
        yield ground
        assert not ground.left_behind()
