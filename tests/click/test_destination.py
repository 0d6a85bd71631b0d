"""destination.choose: the https origin to post to (design §4 "Destination", cpanel-facts.md §7)."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.click import destination, errors
from plugin.click.request import Request
from plugin.click.settings import Settings


def choose(*words: Any, **more: Any) -> str:
    return destination_for(*words, **more).origin


def destination_for(
    host: str = "host.example.com",
    port: int = 2083,
    server_name: str = "server.example.com",
    mail_node: str | None = None,
    node_name: str = "node.example.com",
    **settings: object,
) -> destination.Destination:
    asked = Request("alice", "192.0.2.7", host, server_name, port)
    return destination.choose(asked, mail_node, Settings(settings), node_name)


def test_the_host_that_the_person_is_on_comes_with_the_webmail_port() -> None:
    assert choose() == "https://host.example.com:2096"


def test_the_linked_mail_node_wins_over_everything() -> None:
    chosen = choose("cpanel.example.com", port=443, mail_node="mail.example.net", webmail_host="forced.example.com")
    assert chosen == "https://mail.example.net:2096"


def test_the_mail_node_comes_with_the_webmail_port_of_the_settings() -> None:
    assert choose(mail_node="mail.example.net", webmail_port=8443) == "https://mail.example.net:8443"


def test_the_settings_force_a_host() -> None:
    assert choose(webmail_host="forced.example.com") == "https://forced.example.com:2096"


def test_a_forced_host_wins_over_the_service_subdomain() -> None:
    assert (
        choose("cpanel.example.com", port=443, webmail_host="forced.example.com") == "https://forced.example.com:2096"
    )


def test_the_settings_choose_the_port() -> None:
    assert choose(webmail_port=8443) == "https://host.example.com:8443"


@pytest.mark.parametrize("port", [80, 443, 1023])
def test_on_a_low_port_cpanels_subdomain_becomes_webmails_without_a_port(port: int) -> None:
    assert choose("cpanel.example.com", port) == "https://webmail.example.com"


def test_the_subdomain_is_told_in_capitals_too() -> None:
    assert choose("CPanel.Example.com", 443) == "https://webmail.example.com"


@pytest.mark.parametrize("port", [1024, 2083])
def test_on_a_high_port_cpanels_subdomain_stays(port: int) -> None:
    assert choose("cpanel.example.com", port) == "https://cpanel.example.com:2096"


@pytest.mark.parametrize(
    "host",
    ["cpanel.com", "cpanel.localhost", "www.example.com", "cpanel", "cpanelx.example.com", "my.cpanel.example.com"],
)
def test_on_a_low_port_another_host_degrades_to_the_webmail_port(host: str) -> None:
    assert choose(host, 443) == f"https://{host}:2096"


@pytest.mark.parametrize("host", ["cpanel.com", "cpanel.localhost", "cpanel.test"])
def test_a_domain_called_cpanel_never_leads_to_a_top_level_domain(host: str) -> None:
    assert choose(host, 443) == f"https://{host}:2096"


def test_a_subdomain_that_has_no_room_for_the_longer_name_stays() -> None:
    host = f"cpanel.{'.'.join(['a' * 60] * 4)}.bc"
    assert len(host) == 253
    assert choose(host, 443) == f"https://{host}:2096"


@pytest.mark.parametrize("host", ["192.0.2.7", "[2001:db8::7]", "[::1]", "xn--mnchen-3ya.example"])
def test_addresses_and_punycode_stay(host: str) -> None:
    assert choose(host) == f"https://{host}:2096"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "host.example.com:2083",
        "a@evil.example",
        "evil.example/",
        "evil.example#",
        "münchen.example",
        "a b",
        "x\r\ny",
        "127.1",
    ],
)
def test_a_missing_or_malformed_host_gives_way_to_the_servers_name(host: str) -> None:
    assert choose(host) == "https://server.example.com:2096"


def test_a_malformed_host_is_no_service_subdomain() -> None:
    assert choose("cpanel.example.com:443", 443) == "https://server.example.com:2096"


def test_a_bare_ipv6_server_name_gets_its_brackets() -> None:
    assert choose("", server_name="2001:db8::1") == "https://[2001:db8::1]:2096"


def test_without_any_name_in_the_request_the_machines_own_is_taken() -> None:
    assert choose("", server_name="_") == "https://node.example.com:2096"


def test_without_any_name_at_all_nothing_is_posted() -> None:
    with pytest.raises(errors.NotInCpanel):
        choose("", server_name="", node_name="(none)")


@pytest.mark.parametrize(
    "host", ["example.com", "www.example.com", "mail.example.com", "cpanel.example.com", "whm.example.com"]
)
def test_a_domain_and_its_service_names_have_a_webmail_address_without_a_port(host: str) -> None:
    assert destination_for(host).direct == "https://webmail.example.com/"


@pytest.mark.parametrize("host", ["localhost", "www.localhost", "192.0.2.7", "[2001:db8::7]", "Node.Example.com"])
def test_an_address_a_single_label_and_the_machine_itself_have_none(host: str) -> None:
    assert destination_for(host).direct is None


def test_another_host_than_the_persons_own_has_none() -> None:
    assert destination_for("example.com", webmail_host="forced.example.com").direct is None
