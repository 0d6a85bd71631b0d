"""request.read: the environment judged, in the order of the outcome table (design §4, cpanel-facts.md §3 and §5)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from plugin.click import errors, request

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "REMOTE_USER": "alice",
    "REMOTE_ADDR": "192.0.2.7",
    "HTTP_HOST": "host.example.com",
    "SERVER_NAME": "server.example.com",
    "SERVER_PORT": "2083",
    "HTTPS": "on",
    "cp_security_token": "/cpsess1234567890",
}


def read(
    changed: Mapping[str, str | None] | None = None, uid: int = 1001, account: str | None = "alice"
) -> request.Request:
    """Read ENVIRON with some variables changed, or left out where the value is None."""
    environ = {**ENVIRON, **(changed or {})}
    return request.read({name: value for name, value in environ.items() if value is not None}, uid, account)


def test_a_click_is_read() -> None:
    asked = read()
    assert (asked.user, asked.address, asked.host, asked.server_name, asked.port) == (
        "alice",
        "192.0.2.7",
        "host.example.com",
        "server.example.com",
        2083,
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "GET ", "GETX", "", "\r\n"])
def test_only_get_and_head_are_allowed(method: str) -> None:
    with pytest.raises(errors.MethodNotAllowed):
        read({"REQUEST_METHOD": method})


def test_a_refused_method_names_the_allowed_ones() -> None:
    assert errors.MethodNotAllowed.headers == (("Allow", "GET, HEAD"),)


def test_a_head_is_not_a_click() -> None:
    with pytest.raises(errors.NotClicked):
        read({"REQUEST_METHOD": "HEAD"})


@pytest.mark.parametrize("header", ["HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"])
@pytest.mark.parametrize(
    "value", ["prefetch", "prerender", "Prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "preview"]
)
def test_a_look_ahead_is_not_a_click(header: str, value: str) -> None:
    with pytest.raises(errors.NotClicked):
        read({header: value})


@pytest.mark.parametrize(
    "destination",
    ["iframe", "frame", "embed", "object", "image", "script", "style", "empty", "worker", "Document", "x"],
)
def test_what_is_fetched_for_something_else_than_to_be_shown_is_not_a_click(destination: str) -> None:
    with pytest.raises(errors.NotClicked):
        read({"HTTP_SEC_FETCH_DEST": destination})


@pytest.mark.parametrize("destination", ["document", None, ""])
def test_what_is_fetched_to_be_shown_is_a_click(destination: str | None) -> None:
    assert read({"HTTP_SEC_FETCH_DEST": destination}).user == "alice"


PLAIN: dict[str, dict[str, str | None]] = {
    "port 2082": {"SERVER_PORT": "2082", "HTTPS": None},
    "port 2082 that calls itself secure": {"SERVER_PORT": "2082"},
    "no HTTPS": {"HTTPS": None},
    "HTTPS empty": {"HTTPS": ""},
    "HTTPS off": {"HTTPS": "off"},
    "a service subdomain on port 80": {"HTTPS": None, "SERVER_PORT": "80"},
}


@pytest.mark.parametrize("changed", PLAIN.values(), ids=PLAIN)
def test_plain_http_is_not_secure(changed: dict[str, str | None]) -> None:
    with pytest.raises(errors.NotSecure):
        read(changed)


@pytest.mark.parametrize("changed", [{}, {"HTTPS": "On"}, {"SERVER_PORT": "443", "HTTPS": None}], ids=repr)
def test_https_is_secure(changed: dict[str, str | None]) -> None:
    assert read(changed).user == "alice"


@pytest.mark.parametrize(
    ("changed", "link"),
    [
        ({}, "https://host.example.com:2083"),
        ({"HTTP_HOST": "cpanel.example.com", "SERVER_PORT": "80"}, "https://cpanel.example.com"),
        ({"HTTP_HOST": "[2001:db8::7]"}, "https://[2001:db8::7]:2083"),
        ({"HTTP_HOST": "evil.example/"}, "https://server.example.com:2083"),
        ({"HTTP_HOST": "", "SERVER_NAME": "2001:db8::7"}, "https://[2001:db8::7]:2083"),
        ({"HTTP_HOST": "?", "SERVER_NAME": "?"}, ""),
    ],
    ids=repr,
)
def test_the_way_on_is_the_same_host_by_https(changed: dict[str, str | None], link: str) -> None:
    with pytest.raises(errors.NotSecure) as raised:
        read({"SERVER_PORT": "2082", "HTTPS": None, **changed})
    assert raised.value.link == link


@pytest.mark.parametrize("value", ["", "navigate", "?1"])
def test_another_purpose_is_a_click(value: str) -> None:
    assert read({"HTTP_SEC_PURPOSE": value}).user == "alice"


@pytest.mark.parametrize("name", ["REQUEST_METHOD", "REMOTE_USER", "SERVER_PORT", "cp_security_token"])
def test_without_the_panels_environment_it_is_not_in_cpanel(name: str) -> None:
    with pytest.raises(errors.NotInCpanel, match=name):
        read({name: None})


def test_with_next_to_no_environment_it_is_not_in_cpanel() -> None:
    with pytest.raises(errors.NotInCpanel):
        request.read({"REQUEST_METHOD": "GET"}, 1000, "alice")


@pytest.mark.parametrize("port", ["", "https", "-1", "2083 ", "+2083", "20_83", "٢٠٨٣", "1" * 6, "20.83"])
def test_a_malformed_port_is_not_in_cpanel(port: str) -> None:
    with pytest.raises(errors.NotInCpanel, match="SERVER_PORT"):
        read({"SERVER_PORT": port})


@pytest.mark.parametrize(
    "token",
    ["", "/cpsess", "cpsess123", "/cpsess12x", "/cpsess123/", "/cpsess123\n", "/cpsess١٢", '/cpsess1"', "//cpsess1"],
)
def test_a_malformed_panel_token_is_not_in_cpanel(token: str) -> None:
    with pytest.raises(errors.NotInCpanel, match="cp_security_token"):
        read({"cp_security_token": token})


def test_root_is_the_wrong_user() -> None:
    with pytest.raises(errors.WrongUser):
        read({"REMOTE_USER": "root"}, uid=0, account="root")


@pytest.mark.parametrize("account", [None, "bob", "Alice", "alice "])
def test_another_account_is_the_wrong_user(account: str | None) -> None:
    with pytest.raises(errors.WrongUser):
        read(account=account)


@pytest.mark.parametrize("variable", ["TEAM_USER", "TEAM_OWNER", "TEAM_LOGIN_DOMAIN", "TEAM_USER_ROLES", "TEAM_X"])
@pytest.mark.parametrize("remote_user", ["alice", "tim@alice.example"])
def test_a_team_user_is_refused_under_either_name(variable: str, remote_user: str) -> None:
    with pytest.raises(errors.TeamUser):
        read({"REMOTE_USER": remote_user, variable: "tim"})


def test_a_team_variable_that_is_empty_is_no_team_user() -> None:
    assert read({"TEAM_USER": "", "TEAM_OWNER": ""}).user == "alice"


def test_a_variable_that_only_resembles_a_teams_is_no_team_user() -> None:
    assert read({"TEAMWORK": "1", "HTTP_TEAM_USER": "tim"}).user == "alice"


def test_a_team_user_is_named_where_the_panel_does() -> None:
    with pytest.raises(errors.TeamUser, match=r"^team user tim: TEAM_OWNER TEAM_USER$"):
        read({"TEAM_USER": "tim", "TEAM_OWNER": "alice"})


@pytest.mark.parametrize(
    "changed",
    [
        {"REMOTE_USER": "info@example.com"},
        {"SERVER_PORT": "2095"},
        {"SERVER_PORT": "2095", "HTTPS": "off"},
        {"SERVER_PORT": "2096"},
        {"SERVER_PORT": "02096"},
        {"HTTP_HOST": "webmail.example.com"},
        {"HTTP_HOST": "WebMail.example.com"},
    ],
    ids=lambda changed: " ".join("=".join(item) for item in changed.items()),
)
def test_a_mailbox_owner_is_a_webmail_user(changed: dict[str, str]) -> None:
    with pytest.raises(errors.WebmailUser):
        read(changed)


def test_a_host_that_only_resembles_webmail_is_no_webmail_user() -> None:
    assert read({"HTTP_HOST": "webmailer.example.com"}).host == "webmailer.example.com"


ADDRESSES = {
    "IPv4": ("192.0.2.7", "192.0.2.7"),
    "IPv6": ("2001:db8::7", "2001:db8::7"),
    "loopback": ("::1", "::1"),
    "mapped": ("::ffff:192.0.2.7", "192.0.2.7"),
    "mapped, written in hexadecimal": ("::ffff:c000:207", "192.0.2.7"),
    "mapped, in capitals": ("::FFFF:192.0.2.7", "192.0.2.7"),
    "mapped, written out": ("0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"),
}


@pytest.mark.parametrize(("given", "expected"), ADDRESSES.values(), ids=ADDRESSES)
def test_the_visitors_address_is_read(given: str, expected: str) -> None:
    assert read({"REMOTE_ADDR": given}).address == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "unknown",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.7:80",
        "192.0.2.7, 192.0.2.8",
        " 192.0.2.7",
        "192.0.2.7\n",
        "[::1]",
        "fe80::1%eth0",
        "::ffff:192.0.2.7%eth0",
        "2001:db8:::7",
        "2001:db8::7/64",
        "1234567",
        "١٩٢.0.2.7",
        "192.0.2.7\0",
        "\udcff",
    ],
)
def test_garbage_is_no_client_address(address: str) -> None:
    with pytest.raises(errors.NoClientAddress):
        read({"REMOTE_ADDR": address})


def test_a_missing_address_is_no_client_address() -> None:
    with pytest.raises(errors.NoClientAddress):
        read({"REMOTE_ADDR": None})


# From the last row of the table to the first: each, added to those before it, is the one that is answered.
ROWS: list[tuple[type[errors.SigninError], dict[str, str]]] = [
    (errors.NoClientAddress, {"REMOTE_ADDR": "garbage"}),
    (errors.WebmailUser, {"SERVER_PORT": "2096"}),
    (errors.TeamUser, {"TEAM_USER": "tim"}),
    (errors.NotInCpanel, {"cp_security_token": ""}),
    (errors.NotSecure, {"HTTPS": "off"}),
    (errors.NotClicked, {"HTTP_SEC_PURPOSE": "prefetch"}),
    (errors.MethodNotAllowed, {"REQUEST_METHOD": "POST"}),
]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row[0].code for row in ROWS])
def test_the_first_row_of_the_table_that_applies_is_answered(number: int) -> None:
    environ: dict[str, str | None] = {}
    for _, changed in ROWS[: number + 1]:
        environ.update(changed)
    with pytest.raises(ROWS[number][0]):
        read(environ)


def test_root_is_told_before_a_team_user() -> None:
    with pytest.raises(errors.WrongUser):
        read({"TEAM_USER": "tim"}, uid=0, account="root")


def test_the_name_of_the_account_is_compared_before_the_address_is_read() -> None:
    with pytest.raises(errors.WrongUser):
        read({"REMOTE_ADDR": "garbage"}, account="bob")


def test_nothing_of_the_query_or_the_cookies_is_kept() -> None:
    asked = read({"QUERY_STRING": "goto=https://evil.example", "HTTP_COOKIE": "cpsession=secret"})
    assert "secret" not in repr([getattr(asked, name) for name in asked.__slots__])
    assert "evil" not in repr([getattr(asked, name) for name in asked.__slots__])
