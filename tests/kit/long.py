"""Cases of which `make test` takes one or two and `make test-long` the rest."""

from __future__ import annotations

from typing import Any

import pytest


def long(*cases: Any) -> list[Any]:
    """These, for `make test-long`."""
    return [pytest.param(case, marks=pytest.mark.long) for case in cases]
