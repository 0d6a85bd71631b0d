"""The fault matrix: each thing that a click touches, broken in each way that it can be.

Whatever is broken, a click answers by a whole page with the right outcome and within its time, or, where nothing can be
written, ends cleanly; nothing is left behind, and a visitor never sees our insides.
"""

from __future__ import annotations

import os

import pytest

from tests.cpanel import private_accounts
from tests.kit.account import as_root
from tests.kit.faults import SECRET, Ground
from tests.kit.folders import CHECKOUT
from tests.kit.long import long
from tests.whole.cells import ANYTHING, END, IN, PANEL, Cell, asked, choice, installed, surroundings

private_accounts()
TIMEOUT = 3  # seconds that uapi may take here
SETTINGS = f"timeout: {TIMEOUT}\n"
LONGEST = 2 * TIMEOUT + 2 + 2 + 10  # LiveAPI's silence and what ends a process come on top, and a busy machine's pauses

MATRIX = [
    *asked.ENVIRONMENT,
    *asked.PANEL_SOCKET,
    *asked.SWITCHED,
    *asked.UAPI,
    *installed.SETTINGS,
    *installed.RELEASE,
    *choice.CHOICE,
    *surroundings.STREAMS,
    *surroundings.SYSLOG,
    *surroundings.CLOCK,
    *surroundings.WHERE,
    *surroundings.SIGNALS,
    *surroundings.LIMITS,
]


def test_every_cell_has_a_name_of_its_own() -> None:
    names = [cell.name for cell in MATRIX]
    assert len(set(names)) == len(names)


def test_the_threat_model_says_how_many_cells_there_are() -> None:
    assert len(MATRIX) > 300
    assert "more than 300 cells" in (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")


@as_root
@pytest.mark.parametrize("kind", ["hung", *long("missing", "a file", "unreadable", "deserted")])
def test_where_syslog_hears_nothing_a_sign_in_stands_in_the_panels_error_log(ground: Ground, kind: str) -> None:
    surroundings.dev_log(kind)(ground)
    ran = ground.click({}, surroundings.OWN_DEV, as_root=True)
    assert (ran.outcome, ran.log.count("outcome=signed-in ")) == (IN, 1)


@pytest.mark.long
@pytest.mark.parametrize("cell", MATRIX, ids=[cell.name for cell in MATRIX])
def test_a_click_survives(ground: Ground, cell: Cell) -> None:
    if os.geteuid() != 0 and (cell.as_root or "unreadable" in cell.way or "closed" in cell.way):
        pytest.skip("needs root, or another account than the one that runs the tests")
    if cell.fault:
        cell.fault(ground)
    before = ground.files()
    ran = ground.click(cell.environ, cell.start, cell.as_root)
    if PANEL in cell.allowed and ran.exit:
        assert not ran.output
    else:
        assert (ran.outcome or END) in cell.allowed, ran.log
        assert ran.exit == 0 or cell.allowed == ANYTHING
    assert ran.seconds < LONGEST
    assert SECRET not in ran.log.encode()
    assert not ground.left_behind()
    assert ground.files() - before <= {str(ground.folder)}
