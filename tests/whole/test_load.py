"""A little of `make load` with every test run: what it reports must be true of it."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from tests.kit.folders import CHECKOUT
from tests.load import plot


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: each click runs as an account of its own")
@pytest.mark.long
@pytest.mark.timeout(180)
def test_many_at_once_get_each_their_own_mailbox() -> None:
    environ = {**os.environ, "COUNT": "12", "HUNG": "8", "QUICK": "1"}
    command = [sys.executable, "-m", "tests.load"]
    ran = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, check=False, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "\n| 12 | 12 | " in ran.stdout
    assert "With `uapi` hung for 8 at once" in ran.stdout


def test_the_plot_is_well_formed() -> None:
    drawn = plot.draw([(1, [0.1], 10.0), (400, [1.0, 2.0, 9.0], 333.0)])
    assert len(xml.etree.ElementTree.fromstring(drawn).findall("{http://www.w3.org/2000/svg}polyline")) == 3


@pytest.mark.parametrize(("value", "axis"), [(0.3, 4), (4, 4), (5, 8), (9, 20), (333, 400), (401, 800)])
def test_an_axis_ends_at_a_round_number(value: float, axis: float) -> None:
    assert plot.nice(value) == axis
