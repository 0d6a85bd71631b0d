"""The fixtures that several tests of `admin` share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from plugin.admin import signals


@pytest.fixture
def listening() -> Iterator[None]:
    """As install.sh's process listens; afterwards this one's handlers are as they were."""
    before = {number: signal.getsignal(number) for number in (*signals.ENDING, signal.SIGCHLD)}
    wakeup = signal.set_wakeup_fd(-1)
    signals.listen()
    yield
    signal.set_wakeup_fd(wakeup)
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(signals.bell.pop())
    signals.heard.clear()
    signals.over.clear()
