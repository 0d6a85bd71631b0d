"""Where people are sent, as root's side looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.admin.server import Server
from plugin.admin.webmail_port import server_name
from plugin.click.settings import Settings


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("server.example.com\n", "server.example.com"),
        ("", ""),
        ("# a comment?", ""),
        (".dot.example", ""),
        ("häus.example", ""),
    ],
    ids=["a host", "empty", "a comment", "a dot first", "beyond ASCII"],
)
def test_a_servers_name_is_a_host_or_unknown(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hostname").write_text(text, encoding="utf-8")
    assert server_name(Server(str(tmp_path)), Settings()) == name
