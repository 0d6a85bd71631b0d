"""Whom the clicks run as."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")
#: Another account where that is possible, else the one that runs the tests.
ACCOUNT = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())


def pages_python() -> str:
    """An interpreter that the account of the clicks can run."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        tried = as_account([python, "-IS", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"], {})
        if tried is not None and tried.returncode == 0:
            return python
    return pytest.skip(f"no Python that {ACCOUNT.pw_name} can run")


def as_account(argv: Sequence[str], environ: dict[str, str], **more: Any) -> subprocess.CompletedProcess[bytes] | None:
    """Run a program as the account of the clicks; None if it cannot be started."""
    try:
        return subprocess.run(argv, env=environ, capture_output=True, check=False, timeout=30, **identity(), **more)
    except OSError:
        return None


def identity() -> dict[str, Any]:
    """Words for `subprocess` to become the account of the clicks."""
    if not IS_ROOT:
        return {"cwd": "/"}
    return {"cwd": "/", "user": ACCOUNT.pw_uid, "group": ACCOUNT.pw_gid, "extra_groups": []}
