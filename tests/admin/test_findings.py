"""What is found about a server, as values: of three kinds two are failures."""

from __future__ import annotations

import pytest

from plugin.admin.findings import ADVICE, INSTALLED, SERVER, Finding


@pytest.mark.parametrize(("kind", "level"), [(ADVICE, "warning"), (SERVER, "failure"), (INSTALLED, "failure")])
def test_what_is_not_in_order_is_a_warning_or_a_failure_by_its_kind(kind: str, level: str) -> None:
    assert Finding(False, kind, "icon", "the icon is gone").level == level


@pytest.mark.parametrize("kind", [ADVICE, SERVER, INSTALLED])
def test_what_is_in_order_is_ok_whatever_its_kind(kind: str) -> None:
    assert Finding(True, kind, "icon", "the icon is there").level == "ok"
