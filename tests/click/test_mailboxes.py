"""mailboxes: the list of the panel's, how an address is shown, and what comes of a choice (design §8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.click import errors, host, mailboxes
from plugin.click.request import Request


def listed(*addresses: object) -> list[str]:
    return [each.address for each in mailboxes.listed([{"email": address} for address in addresses])]


def test_the_order_is_the_panels() -> None:
    assert listed("b@example.com", "a@example.com") == ["b@example.com", "a@example.com"]


def test_each_mailbox_is_listed_once() -> None:
    assert listed("a@example.com", "a@example.com") == ["a@example.com"]


@pytest.mark.parametrize("flag", [1, "1"])
def test_a_mailbox_that_cannot_log_in_is_suspended(flag: object) -> None:
    assert mailboxes.listed([{"email": "a@example.com", "suspended_login": flag}])[0].suspended


@pytest.mark.parametrize("flags", [{}, {"suspended_login": 0}, {"suspended_login": "0", "suspended_incoming": 1}])
def test_a_mailbox_that_only_gets_no_mail_is_not(flags: dict[str, object]) -> None:
    assert not mailboxes.listed([{"email": "a@example.com", **flags}])[0].suspended


NONE = {
    "the account itself": "alice",
    "no name": "@example.com",
    "no domain": "a@",
    "two @": "a@b@example.com",
    "a space": "a b@example.com",
    "a newline": "a@example.com\n",
    "NUL": "a\0@example.com",
    "a right-to-left mark": "a\u202e@example.com",
    "a domain that is none": "a@example.com/",
    "a domain in capitals": "a@Example.com",
    "an address without end": "a" * 250 + "@b.cd",
    "nothing": "",
    "a number": 1,
    "null": None,
    "a list": ["a@example.com"],
}


@pytest.mark.parametrize("address", NONE.values(), ids=NONE)
def test_what_is_no_mailbox_is_passed_over(address: object) -> None:
    assert listed(address, "a@example.com") == ["a@example.com"]


@pytest.mark.parametrize("data", [None, 1, "a@example.com", {"email": "a@example.com"}, [None, 1, [], {}]], ids=repr)
def test_what_is_no_list_has_no_mailbox(data: object) -> None:
    assert mailboxes.listed(data) == []


#: Whatever may stand where an address is meant, most of them nearly one.
ADDRESSES = st.builds("@".join, st.lists(st.text() | st.sampled_from(["a", "example.com", "xn--mgbh0fb.example"])))


@given(st.lists(st.fixed_dictionaries({"email": ADDRESSES | st.none() | st.integers(), "suspended_login": st.text()})))
def test_whatever_the_panel_lists_only_addresses_are_offered(data: list[dict[str, object]]) -> None:
    found = mailboxes.listed(data)
    assert len({each.address for each in found}) == len(found)
    for each in found:
        name, _, domain = each.address.partition("@")
        assert each.address in [entry["email"] for entry in data]
        assert name and host.checked(domain) == domain
        assert each.shown.isprintable() and each.shown.partition("@")[0] == name


def test_an_address_of_254_characters_is_listed() -> None:
    longest = "a" * 64 + "@" + ".".join(["b" * 61, "c" * 61, "d" * 61, "ef"])
    assert len(longest) == 253 and listed(longest) == [longest]
    assert listed("a" + longest) == ["a" + longest]


def test_markup_in_a_name_is_a_name() -> None:
    assert listed("<b>&\"'@example.com") == ["<b>&\"'@example.com"]


SHOWN = {
    "example.com": "example.com",
    "xn--mnchen-3ya.example": "münchen.example",
    "xn--fiqs8s": "中国",
    "mail.xn--bcher-kva.example": "mail.bücher.example",
    "xn--mgbh0fb.example": "مثال.example",
    "xn--11b4c3d.example": "कॉम.example",
}


@pytest.mark.parametrize(("domain", "expected"), SHOWN.items(), ids=SHOWN)
def test_a_domain_is_shown_as_people_write_it(domain: str, expected: str) -> None:
    (found,) = mailboxes.listed([{"email": f"info@{domain}"}])
    assert (found.address, found.shown) == (f"info@{domain}", f"info@{expected}")


@pytest.mark.parametrize(
    "label", ["xn--", "xn---", "xn--a", "xn--99999999", "xn--mnchen-3yA".lower() + "-", "xn--\u00fc"]
)
def test_a_label_that_is_not_encoded_the_one_way_stays(label: str) -> None:
    assert mailboxes.label_as_written(label) == label


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2028", ".", "@", "/", " ", "<", "\u2044", "\u3002"])
def test_a_domain_with_a_character_that_deceives_is_shown_as_the_panel_has_it(character: str) -> None:
    label = "xn--" + f"ab{character}ü".encode("punycode").decode()
    assert mailboxes.label_as_written(label) == label


DATA = [{"email": "info@example.com"}, {"email": "old@example.com", "suspended_login": 1}]


def decided(mailbox: str | None, popaccts: bool | None = True, data: Any = DATA) -> Any:
    asked = Request("alice", "192.0.2.7", "host.example.com", "server.example.com", 2083)
    asked.mailbox = mailbox
    return mailboxes.decided(asked, popaccts, data, "why")


def test_without_a_choice_the_mailboxes_are_offered() -> None:
    assert [each.address for each in decided(None)] == ["info@example.com", "old@example.com"]


@pytest.mark.parametrize(
    ("popaccts", "data"), [(True, []), (False, DATA), (None, DATA), (True, None), (True, [{"email": "alice"}])]
)
def test_an_account_that_has_no_choice_gets_its_own(popaccts: bool | None, data: object) -> None:
    assert decided(None, popaccts, data) is None


def test_a_choice_is_the_mailbox_of_the_list() -> None:
    assert decided("info@example.com").address == "info@example.com"


def test_the_accounts_own_can_be_chosen() -> None:
    assert decided("alice") is None


@pytest.mark.parametrize(
    "mailbox", ["bob", "info@bob.example", "INFO@example.com", "info@example.com ", "../info", "a@b@c", "info", "root"]
)
def test_what_is_not_in_the_list_is_no_such_mailbox(mailbox: str) -> None:
    with pytest.raises(errors.NoSuchMailbox):
        decided(mailbox)


def test_a_suspended_mailbox_is_refused() -> None:
    with pytest.raises(errors.MailboxSuspended):
        decided("old@example.com")


@pytest.mark.parametrize("mailbox", ["info@example.com", "alice"])
def test_a_choice_is_refused_where_managing_mailboxes_is_off(mailbox: str) -> None:
    with pytest.raises(errors.FeatureOff, match="popaccts"):
        decided(mailbox, popaccts=False)


def test_a_choice_is_refused_where_nobody_knows_whether_it_is_on() -> None:
    with pytest.raises(errors.FeaturesUnknown, match="why"):
        decided("info@example.com", popaccts=None)


def test_a_choice_without_a_list_is_refused() -> None:
    with pytest.raises(errors.UapiUnreadable, match="no list of mailboxes: why"):
        decided("info@example.com", data=None)
