"""The fixtures that several test modules share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.kit import servers
from tests.kit.folders import copy, open_folder
from tests.kit.panel import Panel
from tests.kit.servers import Server

# The same examples on every run, and no folder of examples left in the checkout.
hypothesis_settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
hypothesis_settings.load_profile("fixed")


@pytest.fixture(scope="session")
def staged() -> Iterator[Server]:
    """A server as clicks need it, that no test changes."""
    with open_folder() as folder:
        yield servers.stage(folder)


@pytest.fixture
def server(staged: Server, folder: Path) -> Server:
    """A server as clicks need it, for one test to change."""
    return servers.copied(staged, folder / "root")


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as path:
        yield path


@pytest.fixture
def panel(folder: Path) -> Iterator[Callable[..., Panel]]:
    """Starts a LiveAPI socket; ended with the test."""
    with contextlib.ExitStack() as running:
        yield lambda *answers, close=False: running.enter_context(Panel(folder / "free", answers, close))


@pytest.fixture(scope="session")
def trees() -> Iterator[Path]:
    """What the servers for install.sh are copied from."""
    with open_folder() as folder:
        servers.prepare(folder)
        yield folder


@pytest.fixture
def place() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def bare(trees: Path, place: Path) -> Server:
    """A server that the plugin was never on."""
    return servers.copied(Server(trees / "bare", trees / "source"), place / "root")


@pytest.fixture
def installed(trees: Path, place: Path) -> Server:
    return servers.copied(Server(trees / "installed", trees / "source"), place / "root")


@pytest.fixture
def newer(installed: Server, trees: Path, place: Path) -> Server:
    """The installed server, as the next release sees it."""
    return Server(installed.root, copy(trees / "newer", place / "source"))


@pytest.fixture
def upgraded(trees: Path, place: Path) -> Server:
    """It with both releases, once the next one is installed."""
    source = copy(trees / "newer", place / "source")
    return servers.copied(Server(trees / "upgraded"), place / "root", source)
