"""form: the one form that may be posted, from where, of what kind, and how long (design §8)."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.click import errors, form

ENVIRON = {
    "HTTP_HOST": "host.example.com",
    "SERVER_PORT": "2083",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "HTTP_SEC_FETCH_SITE": "same-origin",
    "HTTP_ORIGIN": "https://host.example.com:2083",
}


def post(body: bytes, changed: Mapping[str, str | None] | None = None) -> str:
    """What is chosen by a body, with some variables changed, or left out where the value is None."""
    reading, writing = os.pipe()
    try:
        os.write(writing, body[:60_000])
        os.close(writing)
        environ = {**ENVIRON, "CONTENT_LENGTH": str(len(body)), **(changed or {})}
        return form.mailbox({name: value for name, value in environ.items() if value is not None}, reading)
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("body", "chosen"),
    [
        (b"mailbox=info%40example.com", "info@example.com"),
        (b"mailbox=info@example.com", "info@example.com"),
        (b"mailbox=alice", "alice"),
        (b"mailbox=a%2Bb%40example.com", "a+b@example.com"),
        (b"mailbox=..%2F..%2Fetc", "../../etc"),
        (b"mailbox=a%40b%40c", "a@b@c"),
        (b"mailbox=%C3%BC%40example.com", "ü@example.com"),
        (b"mailbox=" + b"a" * 254, "a" * 254),
    ],
)
def test_a_choice_is_read(body: bytes, chosen: str) -> None:
    assert post(body) == chosen


BAD = {
    "nothing": b"",
    "no value": b"mailbox",
    "an empty value": b"mailbox=",
    "another field": b"session=x",
    "one field more": b"mailbox=a&session=x",
    "the field twice": b"mailbox=a&mailbox=b",
    "a newline": b"mailbox=a%0Ab",
    "a carriage return": b"mailbox=a%0Db",
    "NUL": b"mailbox=a%00b",
    "a raw NUL": b"mailbox=a\0b",
    "not UTF-8": b"mailbox=%ff",
    "not ASCII": "mailbox=ü".encode(),
    "a right-to-left mark": b"mailbox=%E2%80%AE",
    "255 characters": b"mailbox=" + b"a" * 255,
    "1,025 bytes": b"mailbox=" + b"%41" * 339,
    "1 MB": b"mailbox=" + b"a" * 1_000_000,
    "JSON": b'{"mailbox": "a"}',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_any_other_body_is_a_bad_form(body: bytes) -> None:
    with pytest.raises(errors.BadForm) as raised:
        post(body)
    assert raised.value.detail in ("not one field", "not one address", "no length up to 1024")


@given(st.binary(max_size=form.MOST) | st.text(max_size=300).map(lambda text: b"mailbox=" + quote_plus(text).encode()))
def test_any_body_is_one_printable_value_or_a_bad_form(body: bytes) -> None:
    try:
        chosen = form.parsed(body)
    except errors.BadForm:
        return
    assert 0 < len(chosen) <= form.LONGEST
    assert chosen.isprintable()
    assert form.parsed(f"mailbox={quote_plus(chosen)}".encode()) == chosen


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "multipart/form-data; boundary=x", "application/json", "application/x-www-form"]
)
def test_any_other_kind_is_a_bad_form(kind: str | None) -> None:
    with pytest.raises(errors.BadForm):
        post(b"mailbox=a", {"CONTENT_TYPE": kind})


def test_a_character_set_beside_the_kind_is_fine() -> None:
    assert post(b"mailbox=a", {"CONTENT_TYPE": "Application/X-WWW-Form-URLEncoded; charset=utf-8"}) == "a"


@pytest.mark.parametrize("length", [None, "", "0", "-1", "1e3", "+9", " 9", "1025", "9" * 30, "٩"])
def test_a_length_that_is_none_or_too_much_is_a_bad_form(length: str | None) -> None:
    with pytest.raises(errors.BadForm):
        post(b"mailbox=a", {"CONTENT_LENGTH": length})


def test_no_more_is_read_than_its_length() -> None:
    assert post(b"mailbox=abc", {"CONTENT_LENGTH": "9"}) == "a"


def test_a_body_that_ends_early_is_a_bad_form() -> None:
    with pytest.raises(errors.BadForm):
        post(b"mailbox=a", {"CONTENT_LENGTH": "10"})


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "PATIENCE", 0.1)
    reading, writing = os.pipe()
    started = time.monotonic()
    with pytest.raises(errors.BadForm):
        form.mailbox({**ENVIRON, "CONTENT_LENGTH": "9"}, reading)
    assert time.monotonic() - started < 10
    os.close(reading)
    os.close(writing)


NOT_SENT: dict[str, str | None] = {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": None}
HERE: dict[str, dict[str, str | None]] = {
    "both headers": {},
    "Sec-Fetch-Site alone": {"HTTP_ORIGIN": None},
    "Origin alone": {"HTTP_SEC_FETCH_SITE": None},
    "Origin in capitals": {"HTTP_SEC_FETCH_SITE": None, "HTTP_HOST": "HOST.example.com"},
    "Origin behind a service subdomain": {
        "HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": "https://cpanel.example.com", "HTTP_HOST": "cpanel.example.com",
        "SERVER_PORT": "443",
    },
    "neither": NOT_SENT,
}  # fmt: skip


@pytest.mark.parametrize("changed", HERE.values(), ids=HERE)
def test_a_form_of_this_page_is_taken(changed: dict[str, str | None]) -> None:
    assert post(b"mailbox=a", changed) == "a"


FOREIGN: dict[str, dict[str, str | None]] = {
    **{f"Sec-Fetch-Site: {site}": {"HTTP_SEC_FETCH_SITE": site} for site in ("cross-site", "same-site", "none", "")},
    **{
        f"Origin: {origin}": {"HTTP_SEC_FETCH_SITE": None, "HTTP_ORIGIN": origin}
        for origin in (
            "https://evil.example", "null", "", "http://host.example.com:2083", "https://host.example.com",
            "https://host.example.com:2096", "https://host.example.com:2083.evil.example", "https://other.example.com:2083",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("changed", FOREIGN.values(), ids=FOREIGN)
def test_a_form_of_another_page_is_refused(changed: dict[str, str | None]) -> None:
    with pytest.raises(errors.ForeignForm):
        post(b"mailbox=a", changed)


def test_where_a_form_comes_from_is_asked_before_it_is_read() -> None:
    with pytest.raises(errors.ForeignForm):
        form.mailbox({**ENVIRON, "HTTP_SEC_FETCH_SITE": "cross-site"}, -1)
