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
        self.show(printable(text))

    def done(self, text: str) -> None:
        self.show(self.paint(GREEN, printable(text)))

    def warn(self, text: str) -> None:
        self.show(self.paint(YELLOW, printable(text)), 2)

    def fail(self, text: str) -> None:
        self.show(f"{self.paint(RED, 'Failed:')} {printable(text)}", 2)

    def show(self, text: str, descriptor: int = 1) -> None:
        """What is printable already, but for colours of ours."""
        if not self.quiet:
            with contextlib.suppress(OSError):
                write(descriptor, text)

    def paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.coloured else text


def write(descriptor: int, text: str) -> None:
    """Raises OSError."""
    left = f"{text}\n".encode(errors="surrogateescape")
    while left:
        left = left[os.write(descriptor, left) :]


def printable(text: str) -> str:
    """Without control characters, which could come from a program or a page, but for the ends of lines."""
    return "".join(c if c.isprintable() or c == "\n" or "\udc80" <= c <= "\udcff" else "?" for c in text)


def quoted(text: str) -> str:
    """As one word of a shell's."""
    return "'" + text.replace("'", "'\\''") + "'"
