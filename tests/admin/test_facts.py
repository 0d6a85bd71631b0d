"""What can be sent to support: no secret, and no visitor's address."""

from __future__ import annotations

from plugin.admin import facts
from tests.kit.jobs import job
from tests.kit.servers import VERSION, Server

LINE = "Nov 24 12:00:00 host webmail-signin[4711]: ref=5f7daa16 user=alice addr=192.0.2.7 outcome=signed-in ms=298\n"


def log(server: Server, name: str, text: str) -> None:
    (server.root / name).parent.mkdir(parents=True, exist_ok=True)
    (server.root / name).write_text(text)


def test_versions_system_python_and_themes_are_named(installed: Server) -> None:
    (installed.root / "etc/os-release").write_text('NAME=x\nPRETTY_NAME="AlmaLinux 9.4 (Seafoam Ocelot)"\n')
    told = facts.of(job(installed, "check"))
    assert (told["version"], told["installed"], told["previous"]) == (VERSION, VERSION, None)
    assert (told["cpanel"], told["system"]) == ("11.134.0.14", "AlmaLinux 9.4 (Seafoam Ocelot)")
    assert (told["themes"], str(told["python"]).split()[0][:5]) == (["jupiter"], "/usr/")


def test_only_settings_that_differ_from_the_default_are_named(installed: Server) -> None:
    installed.configure("timeout: 10\nwebmail_port: 2096\n")
    assert facts.of(job(installed, "check"))["settings"] == {"timeout": 10}


def test_the_last_ten_lines_of_the_log_come_without_addresses(installed: Server) -> None:
    lines = [LINE.replace("5f7daa16", f"{number:08}") for number in range(12)]
    log(installed, "var/log/secure", "".join([*lines, "Nov 24 12:00:01 host sshd[1]: from 192.0.2.8\n"]))
    told = facts.log(str(installed.root))
    assert [line.split("ref=")[1][:8] for line in told] == [f"{number:08}" for number in range(2, 12)]
    assert not [line for line in told if "192.0.2" in line]


def test_the_panels_error_log_is_looked_at_too(installed: Server) -> None:
    log(installed, "usr/local/cpanel/logs/error_log", "webmail-signin: ref=1 addr=2001:db8::7 outcome=uapi-timeout\n")
    assert facts.log(str(installed.root)) == ["webmail-signin: ref=1 addr=… outcome=uapi-timeout"]


def test_a_log_that_cannot_be_read_is_none(installed: Server) -> None:
    (installed.root / "var/log").mkdir(parents=True)
    (installed.root / "var/log/secure").symlink_to("/etc/passwd")
    assert facts.log(str(installed.root)) == []
