"""How a scratch ROOT is laid out, and its switches."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from tests.cpanel import SWITCHES, Root, lay_out
from tests.cpanel.accounts import myself
from tests.cpanel.kit import several_accounts


@several_accounts
def test_a_root_that_the_accounts_cannot_reach_is_refused(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(ValueError, match="closed to them"):
        lay_out(folder / "closed/root")


def test_where_no_other_user_can_be_had_the_account_is_this_process() -> None:
    account = myself("maria")
    own = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() else "nobody"
    assert (account.name, account.locale) == (own, "es")


def test_a_switch_that_does_not_exist_is_an_error(root: Root) -> None:
    with pytest.raises(ValueError, match="no switch"):
        root.switch("uapi", "hanged")


def test_the_readme_lists_every_switch() -> None:
    text = (Path(__file__).with_name("README.md")).read_text(encoding="utf-8")
    missing = [
        (area, name)
        for area, names in SWITCHES.items()
        for name, what in names.items()
        if f"| `{area}` | `{name}` | {what} |" not in text
    ]
    assert missing == []
