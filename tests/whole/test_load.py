"""A little of `make load` with every test run: what it reports must be true of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.kit.folders import CHECKOUT


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
