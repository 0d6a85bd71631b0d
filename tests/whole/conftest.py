"""The servers that clicks are made on while something is broken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cpanel import Cpanel
from tests.kit.faults import Ground
from tests.kit.servers import served


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest) -> Iterator[Cpanel]:
    """A running stand-in with the plugin in it, which has the module's SETTINGS."""
    with served(request.module.SETTINGS) as cp:
        yield cp


@pytest.fixture
def ground(serving: Cpanel) -> Iterator[Ground]:
    """It, for one test to break."""
    serving.switch("uapi", "slow", 0.05)
    with Ground(serving) as ground:
        yield ground
        assert not ground.left_behind()
