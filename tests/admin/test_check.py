"""What `install.sh check` finds on a server where the plugin is installed, and how it proves that the page runs."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme

from tests.kit.account import IS_ROOT
from tests.kit.long import long
from tests.kit.programs import program
from tests.kit.servers import Server


@pytest.fixture
def server(installed: Server) -> Server:
    return installed


def findings(server: Server, code: int | None = None) -> list[dict[str, str]]:
    """What `check` finds; held is with which code it exits, if one is given."""
    ended = server.run("check", "--json")
    assert code in (None, ended.returncode), ended.stdout
    found: list[dict[str, str]] = json.loads(ended.stdout)["findings"]
    return found


def found(server: Server, level: str, code: int | None = None) -> list[str]:
    return [item["name"] for item in findings(server, code) if item["level"] == level]


def test_a_server_in_order_has_no_failure(server: Server) -> None:
    assert found(server, "failure") == []


def test_every_finding_that_is_not_ok_names_a_remedy(server: Server) -> None:
    damaged_file(server)
    assert [item for item in findings(server) if item["level"] != "ok" and not (item["remedy"] or item["look"])] == []


def test_without_json_each_finding_is_a_line(server: Server) -> None:
    damaged_file(server)
    ended = server.run("check")
    assert ended.returncode == 3
    assert "failure" in ended.stdout
    assert "\033" not in ended.stdout


def test_checking_changes_nothing(server: Server) -> None:
    before = server.tree(times=True)
    server.run("check")
    assert server.tree(times=True) == before


def damaged_file(server: Server) -> str:
    (server.base / "current/plugin/click/app.py").write_text("damaged\n")
    return "files"


def added_file(server: Server) -> str:
    (server.base / "current/vendor/sitecustomize.py").write_text("")
    return "files"


def added_beside_the_parts(server: Server) -> str:
    (server.base / "current/notes.txt").touch()
    return "files"


def missing_file(server: Server) -> str:
    (server.base / "current/templates/error.html").unlink()
    return "files"


def linked_file(server: Server) -> str:
    file = server.base / "current/plugin/click/app.py"
    file.rename(server.root / "app.py")
    file.symlink_to(server.root / "app.py")
    return "files"


def fifo_instead_of_a_file(server: Server) -> str:
    file = server.base / "current/plugin/click/app.py"
    file.unlink()
    os.mkfifo(file, 0o644)
    return "files"


def writable_file(server: Server) -> str:
    (server.base / "current/plugin/click/app.py").chmod(0o666)
    return "files"


def writable_folder(server: Server) -> str:
    (server.base / "current/plugin").chmod(0o777)
    return "files"


def changed_page(server: Server) -> str:
    server.entry.write_text(server.entry.read_text() + "\n# changed\n")
    return "page"


def page_that_cannot_be_run(server: Server) -> str:
    server.entry.chmod(0o644)
    return "page"


def something_beside_the_page(server: Server) -> str:
    (server.entry.parent / "notes.txt").write_text("served to everybody")
    return "taken"


def page_without_interpreter(server: Server) -> str:
    server.entry.write_text("#!/usr/bin/python3.1 -IS\n" + server.entry.read_text().split("\n", 1)[1])
    return "page"


def missing_icon(server: Server) -> str:
    (server.theme / "assets/application_icons/webmail_signin.svg").unlink()
    return "icon"


def missing_feature(server: Server) -> str:
    (server.cpanel / "whostmgr/addonfeatures/webmail_signin").unlink()
    return "icon"


def settings_that_do_not_hold(server: Server) -> str:
    server.config.write_text("timeout: long\n")
    return "settings"


def template_that_does_not_hold(server: Server) -> str:
    (server.config.parent / "templates").mkdir()
    (server.config.parent / "templates/error.html").write_text("{% if %}")
    return "settings"


def edited_settings(server: Server) -> str:
    server.config.write_text("timeout: 10\n")
    return "apply"


def edited_sentences(server: Server) -> str:
    own = server.config.parent / "templates/locale"
    own.mkdir(parents=True)
    (own / "en.yaml").write_text("page.title: My mail\n")
    return "apply"


def removed_sentences(server: Server) -> str:
    edited_sentences(server)
    server.well("apply")
    (server.config.parent / "templates/locale/en.yaml").unlink()
    return "apply"


def nothing_ready_made(server: Server) -> str:
    (server.base / "current/compiled").unlink()
    return "apply"


def redrawn_icon(server: Server) -> str:
    icon = server.config.parent / "own.svg"
    icon.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    server.config.write_text("icon: /etc/webmail-signin/own.svg\n")
    server.well("apply")
    icon.write_text('<svg xmlns="http://www.w3.org/2000/svg" />')
    return "apply"


def missing_hook(server: Server) -> str:
    (server.root / "var/cpanel/hooks.json").unlink()
    return "hook"


FAILURES: list[Callable[[Server], str]] = [
    damaged_file,
    changed_page,
    settings_that_do_not_hold,
    edited_settings,
    missing_icon,
    missing_hook,
]
MORE_FAILURES: list[Callable[[Server], str]] = [
    added_file,
    added_beside_the_parts,
    missing_file,
    linked_file,
    fifo_instead_of_a_file,
    writable_file,
    writable_folder,
    page_that_cannot_be_run,
    something_beside_the_page,
    page_without_interpreter,
    template_that_does_not_hold,
    edited_sentences,
    removed_sentences,
    nothing_ready_made,
    redrawn_icon,
    missing_feature,
]


@pytest.mark.parametrize("spoil", [*FAILURES, *long(*MORE_FAILURES)], ids=lambda spoil: spoil.__name__)
def test_a_failure_is_found(server: Server, spoil: Callable[[Server], str]) -> None:
    name = spoil(server)
    assert name in found(server, "failure", code=3)


@pytest.mark.parametrize("hooks", ['{"System": {"upcp": null}}', *long('{"System": []}', "[]", "null", "{")])
def test_a_list_of_hooks_that_is_none_has_no_hook_of_ours(server: Server, hooks: str) -> None:
    program(server.cpanel / "bin/manage_hooks", f"echo '{hooks}'\n")
    assert "hook" in found(server, "failure", code=3)


def feature_off(server: Server) -> str:
    (server.root / "var/cpanel/features/default").write_text("ftp=1\nwebmail=0\n")
    return "feature"


def closed_port(server: Server) -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.config.write_text(f"webmail_port: {free.getsockname()[1]}\n")
    server.well("apply")
    return "port"


def closed_settings(server: Server) -> str:
    server.config.chmod(0o600)
    return "settings"


WARNINGS: list[Callable[[Server], str]] = [
    feature_off,
    closed_port,
    closed_settings,
]


@pytest.mark.parametrize("spoil", WARNINGS, ids=lambda spoil: spoil.__name__)
def test_a_warning_is_found(server: Server, spoil: Callable[[Server], str]) -> None:
    name = spoil(server)
    assert name in found(server, "warning", code=0)


if IS_ROOT:

    def test_a_file_that_belongs_to_somebody_else_is_found(server: Server) -> None:
        os.chown(server.base / "current/plugin/click/app.py", 65534, -1)
        assert "files" in found(server, "failure")

    def test_a_page_that_only_root_can_run_is_found(server: Server) -> None:
        (server.base / "current/templates").chmod(0o700)
        (server.base / "current/plugin").chmod(0o700)
        assert "page" in found(server, "failure")

    def test_below_a_closed_folder_the_page_runs_as_root_with_a_warning(server: Server) -> None:
        server.root.chmod(0o700)
        levels = [(item["name"], item["level"]) for item in findings(server)]
        assert (("page", "warning") in levels, "failure" in dict(levels).values()) == (True, False)


@pytest.fixture
def port_of(server: Server) -> Iterator[Callable[[str], int]]:
    """Starts a TLS server on loopback with a certificate for a name; its port."""
    listeners = []

    def start(name: str) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert(name).configure_cert(context)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    context.wrap_socket(listener.accept()[0], server_side=True).close()
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.mark.long
@pytest.mark.parametrize(("name", "fits"), [("server.example.com", True), ("other.example.com", False)])
def test_a_certificate_must_fit_the_servers_name(
    server: Server, port_of: Callable[[str], int], name: str, fits: bool
) -> None:
    (server.root / "etc/hostname").write_text("server.example.com\n")
    server.config.write_text(f"webmail_port: {port_of(name)}\n")
    server.well("apply")
    levels = {item["name"]: item["level"] for item in findings(server)}
    assert (levels["port"], levels.get("certificate") != "warning") == ("ok", fits)
