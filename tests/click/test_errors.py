"""errors: the outcomes of design §4 that are no sign-in, each a class of its own."""

from __future__ import annotations

import pytest

from plugin.click import errors

STATUS = {
    "internal-error": 500,
    "method-not-allowed": 405,
    "not-clicked": 200,
    "not-in-cpanel": 500,
    "wrong-user": 403,
    "team-user": 403,
    "webmail-user": 403,
    "no-client-address": 400,
    "feature-off": 403,
    "features-unknown": 502,
    "uapi-missing": 500,
    "uapi-timeout": 504,
    "uapi-refused": 502,
    "uapi-unreadable": 502,
    "bad-answer": 502,
    "bad-form": 400,
    "foreign-form": 403,
    "mailbox-suspended": 403,
    "no-such-mailbox": 404,
    "not-secure": 403,
}
KINDS = errors.SigninError.__subclasses__()


def test_each_outcome_has_its_status() -> None:
    assert {kind.code: kind.status for kind in KINDS} == STATUS


def test_no_two_kinds_share_a_code() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.code))
def test_a_kind_can_be_raised_without_a_word(kind: type[errors.SigninError]) -> None:
    error = kind()
    assert (str(error), error.detail, error.reasons) == ("", "", ())


def test_what_the_log_is_told_is_the_errors_text() -> None:
    error = errors.UapiRefused("status 0", ("The disk is full.",))
    assert (str(error), error.detail, error.reasons) == ("status 0", "status 0", ("The disk is full.",))


def test_only_a_refused_method_adds_a_header() -> None:
    assert {kind.code: kind.headers for kind in KINDS if kind.headers} == {
        "method-not-allowed": (("Allow", "GET, HEAD"),)
    }
