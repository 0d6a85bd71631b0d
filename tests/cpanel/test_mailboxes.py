"""The mailboxes of an account: their list, and sessions for one of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cpanel import Answer, Cpanel, Root, Visitor
from tests.cpanel.accounts import LONGEST, MANY
from tests.cpanel.cpsrvd import INVALID
from tests.cpanel.kit import HEAD, live, result, several_accounts, uapi

pytestmark = pytest.mark.long

LIST = ["--output=json", "Email", "list_pops", "skip_main=1"]
MAIL_USER = ["--output=json", "Session", "create_webmail_session_for_mail_user"]


def listed(root: Root, who: str, *words: str) -> list[Any]:
    rows: list[Any] = result(uapi(root, *(words or LIST), who=who))["data"]
    return rows


def addresses(root: Root, who: str) -> list[str]:
    return [row["email"] for row in listed(root, who)]


def test_the_list_has_the_fields_of_the_facts(root: Root) -> None:
    who = next(iter(root.accounts))
    mailbox = f"info@{root.accounts[who].domain}"
    assert listed(root, who) == [{"email": mailbox, "login": mailbox, "suspended_incoming": 0, "suspended_login": 0}]


def test_without_skip_main_the_account_itself_is_among_them(root: Root) -> None:
    who = next(iter(root.accounts))
    main, *rest = listed(root, who, *LIST[:3])
    assert (main["email"], main["login"], len(rest)) == (root.accounts[who].name, "Main Account", 1)


@pytest.mark.parametrize("words", [["skip_main=2"], ["skip_main=1", "regex=x"]])
def test_the_list_takes_no_other_words(root: Root, words: list[str]) -> None:
    assert result(uapi(root, *LIST[:3], *words))["status"] == 0


@several_accounts
def test_an_account_can_have_none_or_three(root: Root) -> None:
    assert addresses(root, "zeno") == []
    assert addresses(root, "mona") == [f"{name}@mona.example.com" for name in ("info", "sales", "billing")]


@several_accounts
def test_an_account_can_have_ten_thousand(root: Root) -> None:
    assert len(set(addresses(root, "max"))) == MANY


@several_accounts
def test_addresses_can_be_international_and_as_long_as_any(root: Root) -> None:
    found = addresses(root, "ines")
    assert found[0] == "info@xn--bcher-kva.example.com"
    assert found[-1] == f"{LONGEST.login}@{LONGEST.domain}"
    assert max(map(len, found)) == 254


@several_accounts
def test_mailboxes_can_be_suspended_in_two_ways(root: Root) -> None:
    found = [(row["suspended_login"], row["suspended_incoming"]) for row in listed(root, "susan")]
    assert found == [(0, 0), (1, 1), (1, 0), (0, 1)]


@several_accounts
def test_an_account_may_not_manage_mailboxes_and_is_told_of_them_all_the_same(root: Root) -> None:
    asked = ["--output=json", "Features", "has_feature", "name=popaccts"]
    assert (result(uapi(root, *asked, who="paul"))["data"], len(addresses(root, "paul"))) == (0, 1)


@several_accounts
def test_an_account_cannot_read_the_list_of_another(root: Root) -> None:
    assert (root.path / "home/mona/etc/mailboxes").stat().st_mode & 0o777 == 0o600
    assert (root.path / "home/mona/etc/mailboxes").stat().st_uid == root.accounts["mona"].uid


def test_liveapi_gives_the_same_list(cp: Cpanel) -> None:
    call = {"module": "Email", "reqtype": "exec", "func": "list_pops", "apiversion": "uapi", "args": {"skip_main": "1"}}
    script = f"""ask(b'<cpaneljson enable="1">')
print(ask(b"<cpanelaction>\\n" + {json.dumps(call)!r}.encode() + b"\\n</cpanelaction>"))"""
    live(cp, HEAD + script)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    text = visitor.click().text.partition("<cpanelresult>")[2].partition("</cpanelresult>")[0]
    assert json.loads(text)["cpanelresult"]["result"]["data"] == listed(cp.root, next(iter(cp.root.accounts)))


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("role-off", "None"),
        ("null", "None"),
        ("object", "{'mailboxes': ["),
        ("nonsense", "[None, 1, 'info', [], {}, "),
        ("hostile", "<script>"),
        ("foreign", "info@somebody-else.example.com"),
        ("main-anyway", "'Main Account'"),
    ],
)
def test_the_list_is_as_its_switches_want_it(root: Root, switch: str, expected: str) -> None:
    root.switch("list_pops", switch)
    assert expected in str(result(uapi(root, *LIST))["data"])


def test_every_mailbox_can_come_twice(root: Root) -> None:
    root.switch("list_pops", "twice")
    assert len(result(uapi(root, *LIST))["data"]) == 2


def session_for(root: Root, address: str, who: str = "alice", *more: str) -> dict[str, Any]:
    """The result of the call for a mailbox."""
    login, _, domain = address.partition("@")
    words = [f"login={login}", f"domain={domain}", "remote_address=127.0.0.1", *more]
    return result(uapi(root, *MAIL_USER, *words, who=who))


def own_mailbox(root: Root) -> str:
    return f"info@{next(iter(root.accounts.values())).domain}"


def test_a_session_for_a_mailbox_looks_like_one_for_the_account(root: Root) -> None:
    data = session_for(root, own_mailbox(root))["data"]
    assert sorted(data) == ["hostname", "session", "token"]
    assert data["session"].startswith(f"{own_mailbox(root)}:")
    assert ":CREATE_WEBMAIL_SESSION_FOR_MAIL_USER," in data["session"]


def test_it_is_known_afterwards_for_which_mailbox_a_session_was_made(root: Root) -> None:
    session_for(root, own_mailbox(root))
    uapi(root, "--output=json", "Session", "create_webmail_session_for_self", "remote_address=127.0.0.1")
    assert [created.mailbox for created in root.sessions_created()] == [own_mailbox(root), None]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["domain=x.example.com", "remote_address=192.0.2.7"], "login"),
        (["login=info", "remote_address=192.0.2.7"], "domain"),
        (["login=info%40x", "domain=x.example.com", "remote_address=192.0.2.7"], "login"),
        (["login=nobody", "domain=x.example.com", "remote_address=192.0.2.7"], "do not have an email account"),
        (["login=info", "domain=DOMAIN"], "remote_address"),
        (["login=info", "domain=DOMAIN", "remote_address=192.0.2.7", "locale=tlh"], "locale"),
        (["login=info", "domain=DOMAIN", "remote_address=192.0.2.7", "user=x"], "does not know"),
    ],
)
def test_the_call_for_a_mailbox_fails_with_an_error(root: Root, words: list[str], error: str) -> None:
    domain = next(iter(root.accounts.values())).domain
    found = result(uapi(root, *MAIL_USER, *(word.replace("DOMAIN", domain) for word in words)))
    assert (found["status"], error in found["errors"][0]) == (0, True)


@several_accounts
def test_nobody_gets_a_session_for_the_mailbox_of_another_account(root: Root) -> None:
    assert session_for(root, "info@bob.example.com", "alice")["status"] == 0


@several_accounts
@pytest.mark.parametrize(("name", "status"), [("info", 1), ("quiet", 1), ("gone", 0), ("old", 0)])
def test_a_mailbox_whose_login_is_suspended_gets_no_session(root: Root, name: str, status: int) -> None:
    assert session_for(root, f"{name}@susan.example.com", "susan")["status"] == status


def redeem(cp: Cpanel, data: dict[str, Any]) -> tuple[Visitor, Answer]:
    visitor = Visitor(cp)
    return visitor, visitor.post(f"{cp.webmail_url}{data['token']}/login", {"session": data["session"]})


def test_a_session_for_a_mailbox_signs_in_to_that_mailbox(cp: Cpanel) -> None:
    mailbox = own_mailbox(cp.root)
    visitor, answer = redeem(cp, session_for(cp.root, mailbox)["data"])
    assert visitor.get(answer.location).page.first("html")["data-account"] == mailbox


@pytest.mark.parametrize("changed", [{}, {"suspended_login": True}])
def test_a_mailbox_can_go_between_list_and_choice(root: Root, changed: dict[str, bool]) -> None:
    before = own_mailbox(root) in addresses(root, next(iter(root.accounts)))
    root.change_mailbox(own_mailbox(root), **changed)
    assert (before, session_for(root, own_mailbox(root))["status"]) == (True, 0)


def test_a_mailbox_can_go_between_choice_and_login(cp: Cpanel) -> None:
    data = session_for(cp.root, own_mailbox(cp.root))["data"]
    cp.root.change_mailbox(own_mailbox(cp.root), suspended_login=True)
    _, answer = redeem(cp, data)
    cp.root.change_mailbox(own_mailbox(cp.root), suspended_login=False)
    assert (answer.status, INVALID in answer.text) == (401, True)


def test_a_suspended_mailbox_cannot_log_in_by_its_password(root: Root) -> None:
    root.change_mailbox(own_mailbox(root), suspended_login=True)
    assert root.login(own_mailbox(root)) is None


def test_a_browser_presses_a_button_of_a_form(cp: Cpanel) -> None:
    form = """print("<form method=post><button name=mailbox value=a@b></button><button name=mailbox value=c@d></button>"
 if os.environ["REQUEST_METHOD"] == "GET" else sys.stdin.read(int(os.environ["CONTENT_LENGTH"])))
print(os.environ.get("HTTP_SEC_FETCH_SITE"), os.environ.get("HTTP_ORIGIN"))"""
    live(cp, HEAD + form)
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.press(visitor.click(), "c@d").text.split() == ["mailbox=c%40d", "same-origin", cp.url]
