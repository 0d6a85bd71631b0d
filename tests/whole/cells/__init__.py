"""The cells of the fault matrix: a thing, a way of failing, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.kit.faults import Ground

IN = "signed-in"
OURS = "internal-error"
#: Nothing can be written, or nobody reads it.
END = ""
#: Not even the first line of our program runs: the panel shows its own error 500.
PANEL = "panel"
#: Where limits are so low that everything may happen that is clean.
ANYTHING = {IN, OURS, END, PANEL, "uapi-missing", "uapi-timeout", "uapi-unreadable", "features-unknown", "wrong-user"}

Fault = Callable[[Ground], object]


@dataclass(frozen=True)
class Cell:
    """A thing, a way of failing, and what must come of it. `start` is how the entry is run; see `Ground.click`."""

    thing: str
    way: str
    outcome: object
    fault: Fault | None = None
    environ: dict[str, str | None] = field(default_factory=dict)
    start: str = ""
    as_root: bool = False

    @property
    def name(self) -> str:
        return f"{self.thing} is {self.way}"

    @property
    def allowed(self) -> set[object]:
        return self.outcome if isinstance(self.outcome, set) else {self.outcome}
