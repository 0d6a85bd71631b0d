"""answer: that of the call, field by field (design §4, cpanel-facts.md §6)."""

from __future__ import annotations

import copy
import json
import traceback
from typing import Any

import markupsafe
import pytest

from plugin.click import answer, errors
from plugin.click.answer import flag

SECRET = "alice:S3CRETs3cret:CREATE_WEBMAIL_SESSION_FOR_SELF,728fb86a7df1cf20"
TOKEN = "/cpsess2462418786"


def printed(**data: object) -> bytes:
    fields = {"token": TOKEN, "session": SECRET, "hostname": None, **data}
    return json.dumps({"apiversion": 3, "result": {"data": fields, "errors": None, "status": 1}}).encode()


def result(value: object) -> bytes:
    return json.dumps({"result": value}).encode()


def test_an_answer_as_the_vendor_documents_it_is_read() -> None:
    read = answer.webmail_session(printed(hostname="hostname.example.com"))
    assert (read.token, read.session, read.hostname) == (TOKEN, SECRET, "hostname.example.com")


def test_a_null_hostname_means_this_server() -> None:
    assert answer.webmail_session(printed()).hostname is None


def test_a_hostname_is_read_in_small_letters() -> None:
    assert answer.webmail_session(printed(hostname="Mail.Example.COM")).hostname == "mail.example.com"


@pytest.mark.parametrize("status", [1, "1"])
def test_a_status_is_a_number_or_its_text(status: object) -> None:
    changed = json.loads(printed())
    changed["result"]["status"] = status
    assert answer.webmail_session(json.dumps(changed).encode()).token == TOKEN


def test_a_session_keeps_every_character() -> None:
    assert answer.webmail_session(printed(session="u:a+b%20c,d=e&f<\"'>")).session == "u:a+b%20c,d=e&f<\"'>"


def test_fields_that_are_not_known_are_passed_over() -> None:
    assert answer.webmail_session(printed(junk={"deep": [1]}, another=None)).token == TOKEN


UNREADABLE = {
    "nothing": b"",
    "HTML": b"<html><body>Your license has expired</body></html>",
    "plain text": b"uapi: bad usage",
    "truncated": printed()[:-5],
    "two answers": printed() + printed(),
    "text before": b"Warning: something\n" + printed(),
    "not UTF-8": b'{"result": "\xff"}',
    "UTF-16": '{"result": {}}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + printed(),
    "NUL": b"\0",
    "deep arrays": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a number": b"1",
    "NaN": b"NaN",
    "null": b"null",
    "an array": b"[]",
    "no result": b"{}",
    "result null": result(None),
    "result an array": result([]),
    "result text": result("text"),
    "status missing": result({"data": {}}),
    "status null": result({"status": None}),
    "status 2": result({"status": 2}),
    "status true": result({"status": True}),
    "status NaN": result({"status": float("nan")}),
    "status a list": result({"status": [1]}),
    "status an object": result({"status": {"1": 1}}),
    "data missing": result({"status": 1}),
    "data null": result({"status": 1, "data": None}),
    "data an array": result({"status": 1, "data": [TOKEN]}),
    "data text": result({"status": 1, "data": SECRET}),
    "second result null": printed()[:-1] + b', "result": null}',
}


@pytest.mark.parametrize("output", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_unreadable(output: bytes) -> None:
    with pytest.raises(errors.UapiUnreadable):
        answer.webmail_session(output)


def refused(given: object, status: object = 0) -> errors.UapiRefused:
    with pytest.raises(errors.UapiRefused) as raised:
        answer.webmail_session(result({"status": status, "errors": given, "data": None}))
    return raised.value


def test_a_refusal_gives_the_panels_reasons() -> None:
    assert refused(["No.", "Because."]).reasons == ("No.", "Because.")


def test_a_refusal_logs_the_panels_reasons() -> None:
    assert refused(["No.", "Because."]).detail == "No.; Because."


def test_a_refusal_as_text_is_a_refusal() -> None:
    assert refused(["No."], status="0").reasons == ("No.",)


@pytest.mark.parametrize("given", [None, [], {}, [None, 1, {}], "", [""]], ids=repr)
def test_a_refusal_without_a_reason_says_so(given: object) -> None:
    assert refused(given).detail == "no reason given"


def test_a_single_reason_may_be_bare() -> None:
    assert refused("No.").reasons == ("No.",)


@pytest.mark.parametrize("sign", ["a", "&", '"', "я", "字", "😀", "\ud800"])
def test_the_panels_reasons_leave_room_on_the_page(sign: str) -> None:
    (reason,) = refused([sign * 9000]).reasons
    assert reason.endswith("…")
    assert len(str(markupsafe.escape(reason)).encode(errors="replace")) <= 502
    assert len(reason) == 300 or sign != "a"


def test_reasons_have_an_end() -> None:
    reasons = refused(["x" * 10_000] * 100).reasons
    assert reasons == (*["x" * 299 + "…"] * 5, "…")


BAD = {
    "token missing": {"token": None},
    "token a number": {"token": 2462418786},
    "token empty": {"token": ""},
    "token without slash": {"token": "cpsess2462418786"},
    "token without digits": {"token": "/cpsess"},
    "token with letters": {"token": "/cpsess24x"},
    "token with more path": {"token": "/cpsess24/../evil"},
    "token with a newline": {"token": "/cpsess24\n"},
    "token with other digits": {"token": "/cpsess\u0661"},
    "token that leads elsewhere": {"token": "@evil.example/cpsess24"},
    "token with a quote": {"token": '/cpsess24"'},
    "token a list": {"token": [TOKEN]},
    "token endless": {"token": "/cpsess" + "1" * 65},
    "session missing": {"session": None},
    "session empty": {"session": ""},
    "session a number": {"session": 1},
    "session a list": {"session": [SECRET]},
    "session of 1,025 characters": {"session": "x" * 1025},
    "session with a newline": {"session": SECRET + "\n"},
    "session with CRLF": {"session": SECRET + "\r\nX: y"},
    "session with NUL": {"session": SECRET + "\0"},
    "session with DEL": {"session": SECRET + "\x7f"},
    "session with a C1 control": {"session": SECRET + "\x85"},
    "session with a lone surrogate": {"session": SECRET + "\ud800"},
    "hostname empty": {"hostname": ""},
    "hostname an IPv6 address": {"hostname": "[::1]"},
    "hostname a number": {"hostname": 0},
    "hostname false": {"hostname": False},
    "hostname with a port": {"hostname": "mail.example.com:2096"},
    "hostname an address of the web": {"hostname": "https://mail.example.com"},
    "hostname with user info": {"hostname": "a@evil.example"},
    "hostname with a path": {"hostname": "mail.example.com/x"},
    "hostname with a space": {"hostname": "mail example.com"},
    "hostname with a newline": {"hostname": "mail.example.com\n"},
    "hostname IDN": {"hostname": "münchen.example"},
    "hostname for CSP": {"hostname": "x; script-src *"},
    "hostname of 254 characters": {"hostname": ".".join(["a" * 49] * 5) + ".abcd"},
    "hostname a number as address": {"hostname": "0x7f000001"},
    "hostname a list": {"hostname": ["mail.example.com"]},
}


@pytest.mark.parametrize("changed", BAD.values(), ids=BAD)
def test_a_field_that_is_not_as_documented_is_a_bad_answer(changed: dict[str, Any]) -> None:
    with pytest.raises(errors.BadAnswer):
        answer.webmail_session(printed(**changed))


def test_the_later_of_two_fields_is_the_one_that_is_checked() -> None:
    twice = printed()[: -len(b'}, "errors": null, "status": 1}}')]
    with pytest.raises(errors.BadAnswer):
        answer.webmail_session(twice + b', "token": "evil"}, "errors": null, "status": 1}}')


def test_a_session_of_1024_characters_passes() -> None:
    assert len(answer.webmail_session(printed(session="x" * 1024)).session) == 1024


def test_the_session_stands_in_no_repr() -> None:
    read = answer.webmail_session(printed())
    assert SECRET not in f"{read!r} {read} {[read]}"


def test_the_token_stands_in_no_repr() -> None:
    assert TOKEN not in repr(answer.webmail_session(printed()))


def with_secrets() -> dict[str, bytes]:
    """Answers that hold a session and are refused all the same."""
    valid = json.loads(printed())
    found = {f"bad {name}": printed(**{name: "\0"}) for name in ("token", "hostname")}
    found["bad session"] = printed(session=SECRET + "\0")
    found["truncated"] = printed()[:-5]
    found["twice"] = printed() * 2
    found["not UTF-8"] = printed() + b"\xff"
    for name, status in (("refused", 0), ("no status", None)):
        changed = copy.deepcopy(valid)
        changed["result"]["status"] = status
        found[name] = json.dumps(changed).encode()
    return found


@pytest.mark.parametrize("output", with_secrets().values(), ids=with_secrets())
def test_no_error_quotes_the_session_or_the_token(output: bytes) -> None:
    with pytest.raises(errors.SigninError) as raised:
        answer.webmail_session(output)
    told = f"{raised.value} {raised.value!r} {raised.value.detail} {raised.value.reasons}" + "".join(
        traceback.format_exception(raised.type, raised.value, raised.tb)
    )
    assert SECRET not in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, False),
        (1, True),
        ("0", False),
        ("1", True),
        (None, None),
        (2, None),
        (True, None),
        ("", None),
        (1.0, None),
        ([1], None),
    ],
    ids=repr,
)
def test_only_perls_zero_and_one_are_a_flag(value: object, expected: bool | None) -> None:
    assert flag(value) is expected
