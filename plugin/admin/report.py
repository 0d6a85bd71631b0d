"""How findings are told: a line or two each for people, one JSON document for programs."""

from __future__ import annotations

import json

from plugin.admin.voice import GREEN, RED, YELLOW, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from plugin.admin.findings import Finding
    from plugin.admin.voice import Voice

COLOURS = {"ok": GREEN, "warning": YELLOW, "failure": RED}


def lines(finding: Finding, voice: Voice) -> str:
    told = [f"{voice.paint(COLOURS[finding.level], finding.level.ljust(8))} {printable(finding.text)}"]
    if finding.remedy:
        told.append(f"         mend it: {printable(finding.remedy)}")
    if finding.look:
        told.append(f"         look: {printable(finding.look)}")
    return "\n".join(told)


def summary(facts: dict[str, Any]) -> Iterator[str]:
    """The facts, for people: one line each, but for the log."""
    installed = facts["installed"] or "nothing"
    if facts["previous"]:
        installed += f", before it {facts['previous']}"
    if facts["tarball"]:
        installed += f"; this tarball is {facts['tarball']}"
    settings = "; ".join(f"{key} {value}" for key, value in facts["settings"].items())
    rows = {
        "installed": installed,
        "cPanel": facts["cpanel"],
        "system": facts["system"],
        "Python": facts["python"],
        "themes": ", ".join(facts["themes"]),
        "settings": settings or "as they come",
    }
    yield from (f"{name + ':':<10} {printable(value)}" for name, value in rows.items() if value)
    yield from (f"{'log:':<10} {printable(line)}" for line in facts["log"])


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    levels = [finding.level for finding in findings]
    return {"failures": levels.count("failure"), "warnings": levels.count("warning")}


def document(facts: dict[str, object], findings: list[Finding]) -> str:
    items = [
        {
            "level": each.level,
            "kind": each.kind,
            "name": each.name,
            "text": printable(each.text),
            "remedy": each.remedy or None,
            "look": each.look or None,
        }
        for each in findings
    ]
    return json.dumps({**facts, **counts(findings), "findings": items}, indent=2)
