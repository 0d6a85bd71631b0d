"""Standard streams of this very process, for a while."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def standard_input(descriptor: int) -> Iterator[None]:
    """Let this be standard input; it is taken over, and closed in the end."""
    kept = os.dup(0)
    os.dup2(descriptor, 0)
    os.close(descriptor)
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)
