"""The two ways to make a click of the outcome table, and what every answer has in common."""

from __future__ import annotations

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


WAYS = {"bare": bare, "https": over_https}
