"""Whatever comes in: no error but our own, no value that becomes markup, no split header, no unchecked target."""

from __future__ import annotations

import ipaddress
import json
import re
import string
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from plugin.click import (
    answer,
    app,
    destination,
    errors,
    host,
    liveapi,
    log,
    page,
    request,
    settings,
    strings,
    templates,
)
from plugin.click.answer import WebmailSession
from plugin.click.request import Request
from plugin.click.settings import Settings
from plugin.ready import config
from plugin.ready.sources import Text
from tests.cpanel import Page
from tests.kit.account import ACCOUNT
from tests.kit.cases import STATUS
from tests.kit.clicks import cgi_environ, fields
from tests.kit.panel import GREETING, Panel, livejson
from tests.kit.programs import runner
from tests.kit.servers import Server

OUTCOMES = {**STATUS, "signed-in": 200, "choose": 200}
NASTY = [
    *("", "\0", "\r\n", "\r\nX-Evil: 1\r\n\r\n", "\n\n<script>", '"', "'", "<", ">", "&", "</form>", "{{ 7 * 7 }}"),
    *("%0d%0a", "\udcff", "@evil.example", "evil.example/", "evil.example#", "\u2028", "\u202e", "xn--"),
    *("münchen.example", "[::1%eth0]", "1", "0x7f.1"),
]
nasty = st.sampled_from(NASTY)
plain = st.sampled_from(["host.example.com", "192.0.2.7", "webmail.", "cpanel.", "GET", "/cpsess1"])
# Text as an environment can bring it: anything, undecodable bytes (lone surrogates) included.
anything = st.text(st.characters(), max_size=40) | nasty | st.tuples(nasty, plain, nasty).map("".join)
names = st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z0-9-]{1,12}){0,3}", fullmatch=True)
addresses = st.ip_addresses().map(str)
hosts = names | addresses | addresses.map("[{}]".format) | anything
VARIABLES = [
    *("REQUEST_METHOD", "REMOTE_USER", "REMOTE_ADDR", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "cp_security_token"),
    *("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_ACCEPT_LANGUAGE", "TEAM_USER", "TEAM_OWNER"),
    *("QUERY_STRING", "REQUEST_URI"),
]
changes = st.dictionaries(st.sampled_from(VARIABLES), hosts | st.none(), max_size=4)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=8,
)
# What may stand in a page: text that the parser of the answer lets through.
printable = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(str.isprintable)


def is_checked(text: str) -> bool:
    """An independent reading of what a host may be."""
    if text.startswith("["):
        return text.endswith("]") and isinstance(ipaddress.ip_address(text[1:-1]), ipaddress.IPv6Address)
    return bool(text) and len(text) <= 253 and set(text) <= set(string.ascii_lowercase + string.digits + "-.")


# The environment.


@given(changes, st.integers(0, 3), st.sampled_from(["alice", "bob", None]))
def test_any_environment_is_a_request_or_an_error_of_ours(
    changed: dict[str, str | None], uid: int, account: str | None
) -> None:
    environ = cgi_environ(**{"REMOTE_USER": "alice", **changed})
    try:
        asked = request.read(environ, uid, account)
    except errors.SigninError:
        return
    assert asked.user == account == "alice" and uid != 0
    assert asked.address == str(getattr(ipaddress.ip_address(asked.address), "ipv4_mapped", None) or asked.address)
    assert "%" not in asked.address


@given(hosts)
@example("host.example.com\n")
@example("\u212aelvin.example")
def test_a_host_that_passes_is_one_and_stays_itself(text: str) -> None:
    found = host.checked(text)
    assert found is None or (is_checked(found) and host.checked(found) == found)


@given(hosts, hosts, hosts, st.integers(0, 99999), st.none() | names.map(host.checked))
def test_a_target_is_always_https_on_a_checked_host(
    seen: str, server_name: str, node_name: str, port: int, mail_node: str | None
) -> None:
    try:
        to = destination.choose(
            Request("alice", "192.0.2.7", seen, server_name, port), mail_node, Settings(), node_name
        )
    except errors.NotInCpanel:
        return
    assert host.checked(to.host) == to.host and is_checked(to.host)
    split = urlsplit(to.origin)
    assert (split.scheme, split.netloc, split.path, split.query, split.fragment) == ("https", to.authority, "", "", "")
    assert (split.hostname, split.port) == (to.host.strip("[]"), to.port)
    assert split.username is None


@given(anything, st.none() | anything)
def test_any_accept_language_ends_in_a_language_that_there_is(header: str, account: str | None) -> None:
    assert strings.choose(["en", "de", "pt_br"], account, header) in ("en", "de", "pt_br")


# What the panel says.


def parsed(output: bytes) -> WebmailSession | None:
    try:
        return answer.webmail_session(output)
    except (errors.UapiUnreadable, errors.UapiRefused, errors.BadAnswer):
        return None


def is_fine(read: WebmailSession) -> bool:
    return (
        re.fullmatch(r"/cpsess[0-9]+", read.token) is not None
        and 0 < len(read.session) <= 1024
        and not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", read.session)
        and (read.hostname is None or is_checked(read.hostname))
    )


@given(st.binary(max_size=200))
def test_any_bytes_of_uapi_are_refused_or_fine(output: bytes) -> None:
    read = parsed(output)
    assert read is None or is_fine(read)


@given(values, values, values, values)
def test_any_json_of_uapi_is_refused_or_fine(first: object, second: object, third: object, status: object) -> None:
    data = {"token": first, "session": second, "hostname": third}
    for whole in (
        first,
        {"result": first},
        {"result": {"status": 1, "data": first}},
        {"result": {"status": status, "data": data}},
    ):
        read = parsed(json.dumps(whole).encode())
        assert read is None or is_fine(read)


@given(
    st.from_regex(r"/?cpsess[0-9]{0,12}[/\n]?", fullmatch=True), printable | anything, st.none() | hosts
)  # fmt: skip
def test_nearly_right_answers_of_uapi_are_refused_or_fine(token: str, secret: str, hostname: str | None) -> None:
    data = {"token": token, "session": secret, "hostname": hostname}
    read = parsed(json.dumps({"result": {"status": 1, "data": data}}).encode())
    assert read is None or is_fine(read)


@given(values)
def test_any_errors_of_the_panel_are_a_refusal_with_a_few_short_reasons(given_errors: object) -> None:
    with pytest.raises(errors.UapiRefused) as raised:
        answer.webmail_session(json.dumps({"result": {"status": 0, "errors": given_errors}}).encode())
    assert len(raised.value.reasons) <= 5 and all(0 < len(reason) <= 300 for reason in raised.value.reasons)


@pytest.fixture(scope="module")
def hanging_up() -> Iterator[Panel]:
    """A LiveAPI socket that says whatever `_answers` holds and hangs up."""
    with tempfile.TemporaryDirectory() as folder, Panel(Path(folder), [], close=True) as panel:
        yield panel


END = b"</cpanelresult>"
answers = st.binary(max_size=60) | values.map(livejson) | values.map(lambda value: json.dumps(value).encode() + END)


@effort(max_examples=60)
@given(wire=st.lists(answers, max_size=3), greeted=st.booleans())
def test_any_bytes_of_liveapi_are_answers_or_a_problem(hanging_up: Panel, wire: list[bytes], greeted: bool) -> None:
    # All but the last are ended, or both sides would wait for each other.
    ended = [frame if END in frame else frame + END for frame in wire[:-1]] + wire[-1:]
    hanging_up._answers = [GREETING, *ended] if greeted else ended
    answered, problem = liveapi.ask(hanging_up.environ, app.FEATURES)
    assert len(answered) == len(app.FEATURES) or (len(answered) < len(app.FEATURES) and problem.startswith("LiveAPI: "))


# Settings.

KEYS = list(Settings().values())
lines = st.tuples(st.sampled_from([*KEYS, "nonsense", "'", "<<", "? "]), anything | hosts | st.sampled_from(
    ["*a", "&a b", "!!str 1", "[", "{", "|", ">", "- a", "0x10", "1:30", ".nan", "1e400", "~", "off", "2020-01-01", "'"]
)).map(": ".join)  # fmt: skip


@given(st.lists(lines, max_size=4).map("\n".join) | anything)
def test_any_settings_hold_or_are_an_error_that_names_the_file(text: str) -> None:
    said = config.parse(Text("config.yaml", text))
    assert all(str(error).startswith("config.yaml") and error.problem for error in said.problems)
    written = "".join(f"{key}: {json.dumps(value)}\n" for key, value in said.values.items())
    assert config.parse(Text("config.yaml", written)).values == said.values
    chosen = Settings(said.values)
    assert settings.parse(json.dumps(chosen.values())).values() == chosen.values()


# The page.


@pytest.fixture(scope="module")
def drawn(staged: Server) -> templates.Templates:
    return templates.load(str(staged.release), None, "")


NONCE = "0123456789abcdef0123456789abcdef"
LINKS = page.Links("/cpsess1234567890", "jupiter")


def pages_of(drawn: templates.Templates, support: str) -> page.Pages:
    return page.Pages(drawn.render, Settings({"support": support}), LINKS, NONCE, "cafe0123")


def taken_apart(response: page.Response) -> tuple[list[str], Page]:
    head, _, body = bytes(response).partition(b"\n\n")
    return head.decode("ascii").split("\n"), Page(body.decode())


@given(secret=printable, user=printable, support=printable, name=names | addresses)
def test_every_value_of_the_form_page_arrives_as_it_was(
    drawn: templates.Templates, secret: str, user: str, support: str, name: str
) -> None:
    to = destination.Destination(host.checked(name) or host.checked(f"[{name}]") or "host.example.com", 2096)
    head, shown = taken_apart(pages_of(drawn, support).signin(user, to, WebmailSession("/cpsess42", secret, None)))
    assert shown.first("input")["value"] == secret
    assert shown.first("form")["action"] == f"https://{to.host}:2096/cpsess42/login"
    assert user in shown.text
    assert [len(shown.all(tag)) for tag in ("form", "input", "script", "style", "iframe", "object", "base")] == [
        1,
        1,
        1,
        1,
        0,
        0,
        0,
    ]
    assert len(head) == 6 and not [line for line in head if not re.match(r"[A-Z][A-Za-z-]+: [ -~]+$", line)]


@given(reason=printable, support=printable, number=st.integers(0, len(STATUS) - 1))
def test_every_value_of_an_error_page_arrives_as_it_was(
    drawn: templates.Templates, reason: str, support: str, number: int
) -> None:
    kind = errors.SigninError.__subclasses__()[number]
    head, shown = taken_apart(pages_of(drawn, support).failure(kind("", (reason,))))
    assert kind is errors.NotClicked or (
        reason in shown.text and (support in shown.text or support.startswith("mailto:"))
    )
    assert not [tag for tag in ("form", "input", "iframe", "object", "base", "img") if shown.all(tag)]
    assert not [line for line in head if not re.match(r"[A-Z][A-Za-z-]+: [ -~]+$", line)]


@effort(max_examples=60)
@given(changed=changes)
def test_any_environment_ends_in_one_page_of_the_table(staged: Server, changed: dict[str, str | None]) -> None:
    environ = cgi_environ(**{"REMOTE_USER": "nobody-we-know", **changed})
    click = request.Click(
        environ, ACCOUNT.pw_uid, ACCOUNT.pw_name, "node", str(staged.release), Settings(), "jupiter", NONCE, "cafe0123"
    )
    record: dict[str, Any] = {}
    head, shown = taken_apart(app.respond(click, runner(staged.uapi), record))
    outcome = shown.first("html")["data-outcome"]
    assert head[0].startswith(f"Status: {OUTCOMES[outcome]} ")
    assert record["outcome"] == outcome
    assert not [line for line in head if not re.match(r"[A-Z][A-Za-z-]+: [ -~]+$", line)]
    line = log.as_line(record)
    assert line.isascii() and line.isprintable()


# The log.


@given(st.fixed_dictionaries({}, optional={name: anything | st.integers() | st.none() for name in log.FIELDS}))
def test_any_record_is_one_printable_line_that_can_be_read_again(record: dict[str, object]) -> None:
    line = log.as_line(record)
    assert line.isascii() and line.isprintable()
    again = fields(line)
    for name, value in record.items():
        expected = "-" if value is None or value == "" else str(value)
        assert again[name] == expected[: log.MAX_VALUE]
