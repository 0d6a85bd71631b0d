"""The servers that the tests of the stand-in run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cpanel import Cpanel, Root, lay_out
from tests.cpanel.kit import SEVERAL
from tests.kit.folders import open_folder


@pytest.fixture
def _several() -> None:
    if not SEVERAL:
        pytest.skip("needs root and mount namespaces")


@pytest.fixture(scope="module")
def shared() -> Iterator[Cpanel]:
    with open_folder() as folder, Cpanel(lay_out(folder / "root")) as cp:
        yield cp


@pytest.fixture
def cp(shared: Cpanel) -> Iterator[Cpanel]:
    shared.switch("uapi", "slow", 0)
    yield shared
    shared.reset()


@pytest.fixture
def root(folder: Path) -> Root:
    """A ROOT of its own, without servers, whose uapi takes no longer than it must."""
    root = lay_out(folder / "root")
    root.switch("uapi", "slow", 0)
    return root
