"""What is said to people, a line at a time and at once. Nobody who listens is no reason to fail."""

from __future__ import annotations

import contextlib
import os

RED, GREEN, YELLOW, PLAIN = "\033[31m", "\033[32m", "\033[33m", "\033[0m"


class Voice:
    """Says its lines on standard output and its warnings on standard error; a quiet one says nothing."""

    def __init__(self, *, quiet: bool = False, coloured: bool = False) -> None:
        self.quiet = quiet
        self.coloured = coloured

    def say(self, text: str) -> None:
        if not self.quiet:
            with contextlib.suppress(OSError):
                write(1, text)

    def done(self, text: str) -> None:
        self.say(self.paint(GREEN, text))

    def warn(self, text: str) -> None:
        if not self.quiet:
            with contextlib.suppress(OSError):
                write(2, self.paint(YELLOW, text))

    def fail(self, text: str) -> None:
        if not self.quiet:
            with contextlib.suppress(OSError):
                write(2, f"{self.paint(RED, 'Failed:')} {text}")

    def paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.coloured else text


def write(descriptor: int, text: str) -> None:
    """Raises OSError."""
    left = f"{text}\n".encode(errors="surrogateescape")
    while left:
        left = left[os.write(descriptor, left) :]


def quoted(text: str) -> str:
    """As one word of a shell's."""
    return "'" + text.replace("'", "'\\''") + "'"
