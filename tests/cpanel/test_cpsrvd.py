"""Logins, the security token, the Tools page and plain files."""

from __future__ import annotations

import shutil

import pytest

from tests.cpanel import Cpanel, Visitor
from tests.cpanel.cpsrvd import ADDRESS_CHANGED
from tests.cpanel.kit import HEAD, live


def test_a_right_password_leads_to_the_tools_page(cp: Cpanel) -> None:
    page = Visitor(cp).sign_in("alice")
    assert (page.status, "Search tools" in page.text) == (200, True)


def test_a_wrong_password_is_refused(cp: Cpanel) -> None:
    answer = Visitor(cp).post(f"{cp.url}/login/", {"user": cp.login("alice").user, "pass": "guess"})
    assert (answer.status, "invalid" in answer.text) == (401, True)


def test_a_page_without_the_cookie_asks_for_a_login(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert Visitor(cp).get(f"{visitor.base}/frontend/jupiter/index.html").status == 401


@pytest.mark.parametrize("token", ["", "/cpsess0000000000"])
def test_a_missing_or_wrong_token_is_refused(cp: Cpanel, token: str) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    answer = visitor.get(f"{cp.url}{token}/frontend/jupiter/index.html")
    assert (answer.status, "Invalid security token" in answer.text) == (403, True)


def test_a_cookie_from_another_address_is_refused(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    visitor.source = "127.0.0.2"
    assert ADDRESS_CHANGED in visitor.click().text


def test_after_logging_out_the_token_is_dead(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    visitor.get(f"{visitor.base}/logout/")
    assert visitor.get(f"{visitor.base}/frontend/jupiter/index.html").status == 401


def test_the_tools_page_has_a_search_that_works_without_script(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    page = visitor.get(f"{visitor.base}/frontend/jupiter/index.html?q=mysql").text
    assert ("Databases" in page, "File Manager" in page) == (True, False)


def test_other_files_of_the_theme_are_served_as_they_are(cp: Cpanel) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    icon = visitor.get(f"{visitor.base}/frontend/jupiter/assets/application_icons/cron_jobs.svg")
    assert (icon.headers["content-type"], icon.text[:4]) == ("image/svg+xml", "<svg")


def test_a_cgi_that_is_not_live_is_offered_for_download(cp: Cpanel) -> None:
    entry = live(cp, HEAD)
    shutil.copy(entry, entry.with_name("index.cgi"))
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    answer = visitor.get(f"{visitor.base}/frontend/jupiter/webmail_signin/index.cgi")
    assert ("attachment" in answer.headers["content-disposition"], answer.text[:2]) == (True, "#!")


@pytest.mark.parametrize(
    "path",
    ["/frontend/../../version", "/frontend/jupiter/%2e%2e/%2e%2e/%2e%2e/version", "/frontend//jupiter/x", "/version"],
)
def test_nothing_outside_the_theme_is_served(cp: Cpanel, path: str) -> None:
    visitor = Visitor(cp)
    visitor.sign_in("alice")
    assert visitor.get(visitor.base + path).status == 404
