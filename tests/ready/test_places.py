"""Places: everything is found from the release that runs (design §2)."""

from __future__ import annotations

import pytest

from plugin.ready.places import Places

RELEASE = "/usr/local/cpanel/3rdparty/webmail-signin/releases/1.0.0"


def test_on_a_server_the_root_is_empty() -> None:
    assert Places(RELEASE).root == ""


def test_in_a_staged_tree_the_root_is_its_folder() -> None:
    assert Places(f"/srv/image{RELEASE}").root == "/srv/image"


def test_a_release_that_is_being_staged_has_the_same_root() -> None:
    assert Places("/srv/image/usr/local/cpanel/3rdparty/webmail-signin/releases/.staged-abc").root == "/srv/image"


def test_the_settings_are_below_the_root() -> None:
    assert Places(f"/srv/image{RELEASE}").config == "/srv/image/etc/webmail-signin/config.yaml"


def test_on_a_server_the_settings_are_in_etc() -> None:
    assert Places(RELEASE).config == "/etc/webmail-signin/config.yaml"


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        ("", "/usr/local/cpanel/bin/uapi", "/usr/local/cpanel/bin/uapi"),
        ("/srv/image", "/usr/local/cpanel/bin/uapi", "/srv/image/usr/local/cpanel/bin/uapi"),
        ("/srv/image", "/srv/image/usr/local/cpanel/bin/uapi", "/srv/image/usr/local/cpanel/bin/uapi"),
        ("/srv/image", "/srv/images/x", "/srv/image/srv/images/x"),
    ],
)
def test_a_path_of_the_servers_is_found_below_the_root(root: str, path: str, expected: str) -> None:
    assert Places(root + RELEASE).below_root(path) == expected
