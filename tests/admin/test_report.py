"""How findings are told: to people line by line, to programs as one document."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from plugin.admin import report
from plugin.admin.findings import ADVICE, INSTALLED, Finding
from plugin.admin.voice import RED, Voice, printable

NOTHING: dict[str, Any] = {
    "installed": None, "previous": None, "tarball": None, "cpanel": None, "system": None, "python": None,
    "themes": [], "settings": {}, "log": [],
}  # fmt: skip


def finding(**changed: Any) -> Finding:
    return Finding(False, INSTALLED, "icon", "the icon is gone", "sh install.sh")._replace(**changed)


def test_what_mends_and_what_shows_more_are_told_apart() -> None:
    told = report.lines(finding(look="ls /x"), Voice()).splitlines()
    assert [line.strip() for line in told[1:]] == ["mend it: sh install.sh", "look: ls /x"]


def test_control_characters_do_nothing_to_a_terminal() -> None:
    assert "\033" not in report.lines(finding(text="a\033[31mb"), Voice())


def test_the_document_has_kind_and_both_commands() -> None:
    (item,) = json.loads(report.document({"version": "1"}, [finding(remedy="", look="ls")]))["findings"]
    assert (item["kind"], item["remedy"], item["look"], item["level"]) == ("installed", None, "ls", "failure")


def test_the_document_counts() -> None:
    told = json.loads(report.document({}, [finding(), finding(kind=ADVICE), finding(ok=True)]))
    assert (told["failures"], told["warnings"]) == (1, 1)


def test_the_level_comes_first_in_its_colour() -> None:
    assert report.lines(finding(), Voice()).startswith("failure  the icon is gone")
    assert report.lines(finding(), Voice(coloured=True)).startswith(f"{RED}failure ")


def test_what_is_in_order_is_one_line() -> None:
    assert report.lines(finding(ok=True, remedy=""), Voice()) == "ok       the icon is gone"


@given(st.text(), st.text())
def test_a_document_can_be_read_whatever_is_found(text: str, remedy: str) -> None:
    (item,) = json.loads(report.document({}, [finding(text=text, remedy=remedy)]))["findings"]
    assert (item["text"], item["remedy"]) == (printable(text), remedy or None)


def test_the_facts_stand_beside_the_findings() -> None:
    assert json.loads(report.document({"version": "1"}, []))["version"] == "1"


def told(**changed: Any) -> list[str]:
    return list(report.summary({**NOTHING, **changed}))


def test_what_is_installed_is_said_beside_what_this_is() -> None:
    assert (
        told(installed="1.0.1", previous="1.0.0", tarball="1.0.2")[0]
        == "installed: 1.0.1, before it 1.0.0; this tarball is 1.0.2"
    )


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert told() == ["installed: nothing", "settings:  as they come"]


def test_the_log_has_a_line_for_each_of_its_own() -> None:
    assert told(log=["a", "b\x1b[31m"])[2:] == ["log:       a", "log:       b?[31m"]


def test_settings_are_named_with_their_values() -> None:
    assert "settings:  timeout 10; new_tab False" in told(settings={"timeout": 10, "new_tab": False})
