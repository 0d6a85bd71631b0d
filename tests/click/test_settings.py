"""settings: what root has made ready, all of it or none (design §1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugin.click.settings import Settings, below_root, parse


def ready_made(**changed: object) -> str:
    return json.dumps({**Settings().values(), **changed})


def test_what_root_has_made_ready_is_in_force() -> None:
    assert parse(ready_made(timeout=7, support="Call us.")).values() == {
        **Settings().values(),
        "timeout": 7,
        "support": "Call us.",
    }


@pytest.mark.parametrize("key", Settings().values())
def test_no_setting_may_be_missing(key: str) -> None:
    values = Settings().values()
    del values[key]
    with pytest.raises(ValueError, match="not the settings of this release"):
        parse(json.dumps(values))


def test_a_setting_of_another_release_is_refused() -> None:
    with pytest.raises(ValueError, match="not the settings of this release"):
        parse(ready_made(nonsense=1))


DAMAGED: dict[str, Any] = {
    "empty": "",
    "truncated": ready_made()[:-1],
    "twice": ready_made() * 2,
    "an array": "[]",
    "null": "null",
    "a number": "1",
    "no keys": "{}",
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_damaged_settings_are_refused(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        parse(text)


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
    assert below_root(root, path) == expected
