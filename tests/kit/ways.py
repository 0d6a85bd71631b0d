"""The two ways to make a click of the outcome table, and what every answer has in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.cpanel import Cpanel, Visitor
from tests.kit.cases import Case
from tests.kit.clicks import Clicked, answered, ended

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "origin",
    "x-content-type-options": "nosniff",
}


def bare(cp: Cpanel, case: Case) -> Clicked:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in case.headers.items()}
    body = case.body.encode()
    if body:
        headers.update(CONTENT_LENGTH=str(len(body)), CONTENT_TYPE=headers.pop("HTTP_CONTENT_TYPE"))
    clicked = ended(cp.run_bare(case.who, cp.environ(case.who, REQUEST_METHOD=case.method, **headers), body=body))
    assert clicked.exit == 0
    return clicked


def over_https(cp: Cpanel, case: Case) -> Clicked:
    visitor = Visitor(cp)
    visitor.sign_in(case.who, cp.webmail_url if cp.login(case.who).service == "webmail" else None)
    before = len(cp.error_log())
    page = f"{visitor.base}/frontend/jupiter/webmail_signin/index.live.cgi"
    answer = visitor.open(case.method, page, case.headers, case.body.encode() or None)
    return answered(answer, cp.error_log()[before:])


def by_each_way(cases: Sequence[Case]) -> Iterator[Any]:
    """Each case as a bare process and over HTTPS: one of each outcome, and in `make test-long` the rest."""
    seen = set()
    for case in cases:
        marks = [pytest.mark.long] if case.outcome in seen else []
        yield pytest.param(bare, case, id=f"{case.name}-bare", marks=marks)
        yield pytest.param(over_https, case, id=f"{case.name}-https", marks=marks)
        seen.add(case.outcome)
