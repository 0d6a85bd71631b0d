"""config.yaml: every key, and every value that it may not have (design §5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.click import settings
from plugin.click.places import Places
from plugin.ready import config, sources
from plugin.ready.problem import Problem

DEFAULTS = {
    "uapi": "/usr/local/cpanel/bin/uapi",
    "timeout": 20,
    "webmail_host": "auto",
    "webmail_port": 2096,
    "locale": None,
    "label": "Open Webmail",
    "group": "email",
    "order": 1,
    "icon": None,
    "new_tab": True,
    "slow_after": 8,
    "support": None,
    "log": "syslog",
}


def parse(text: str) -> settings.Settings:
    return settings.Settings(config.parse(text, "config.yaml"))


@pytest.mark.parametrize(("key", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_without_a_file_each_setting_has_its_default(key: str, value: object) -> None:
    assert getattr(settings.Settings(), key) == value


GOOD: dict[str, list[object]] = {
    "uapi": ["/opt/uapi"],
    "timeout": [1, 120, 2.5],
    "webmail_host": ["auto", "mail.example.com", "192.0.2.7", '"[2001:db8::7]"'],
    "webmail_port": [1, 443, 65535],
    "locale": ["en", "pt_br", "es_419", "null", "~"],
    "label": ["Post öffnen", '"Web: Mail"', "x" * 64],
    "group": [*config.GROUPS],
    "order": [0, 7, 100000],
    "icon": ["/root/icon.svg", "/root/icon.png", "null"],
    "new_tab": ["true", "false", "yes", "off"],
    "slow_after": [1, 120, 0.5e1],
    "support": [
        "Call us on 555.",
        "Hotline:+49 30 1",
        "https://help.example.com/x?y=z",
        "mailto:help@example.com",
        '"Tip: call"',
        "null",
    ],
    "log": ["syslog", "stderr", "'off'"],
}
#: Values that YAML would read in its own way: the text of the file, and the value that must come of it.
EXPECTED = {
    "null": None, "~": None, "true": True, "false": False, "yes": True, "off": False,
    "'off'": "off", '"[2001:db8::7]"': "[2001:db8::7]", '"Web: Mail"': "Web: Mail", '"Tip: call"': "Tip: call",
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in GOOD.items() for value in values])
def test_a_good_value_is_taken(key: str, value: object) -> None:
    assert getattr(parse(f"{key}: {value}\n"), key) == EXPECTED.get(str(value), value)


BAD = {
    "uapi": ["uapi", "./uapi", "''", "1", "null", "true", '"/x\\ny"', '"/x\\0"'],
    "timeout": ["0", "0.99", "120.1", "-1", "soon", "'20'", "true", "null", ".nan", ".inf", "2020-01-01",
                "010", "1:30", "1_0", "0x10", "0b11"],
    "webmail_host": ["''", "https://mail.example.com", "mail.example.com:2096", "a/b", "1", "true", "null", "a b",
                     "1.2.3", "'::1'"],
    "webmail_port": ["0", "65536", "-1", "443.0", "'443'", "https", "true", "null"],
    "locale": ["EN", "pt-br", "no", "1", "''", "en_", "../en", "en.yaml", "x" * 33, '"en\\n"'],
    "label": ["''", "'  '", "1", "null", "a, b", '"it\'s"', "a}", "x" * 65, '"a\\nb"', '"a\\0b"', "true"],
    "group": ["Email", "mail", "''", "1", "null", "true", "2020-01-01"],
    "order": ["-1", "100001", "1.0", "'1'", "first", "true", "null", ".nan"],
    "icon": ["icon.svg", "/icon.gif", "/icon", "''", "1", "true", '"/x\\n.svg"'],
    "new_tab": ["1", "0", "'true'", "maybe", "null", "''"],
    "slow_after": ["0", "121", "'8'", "true", "null", ".nan"],
    "support": ["''", "1", "true", "http://help.example.com", "javascript:alert(1)", "data:text/html;x",
                "JavaScript:alert(1)", "https://", "https://<x>", "HTTPS://x.example/", "'mailto:'", "mailto:nobody",
                "'mailto: a@b.c'", "x" * 301, '"a\\nb"', "https://a b"],
    "log": ["true", "null", "''", "1", "Syslog", "file", "2020-01-01"],
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_a_bad_value_is_refused_with_file_line_and_key(key: str, value: str) -> None:
    with pytest.raises(Problem) as raised:
        parse(f"# a comment\n{key}: {value}\n")
    assert (raised.value.file, raised.value.line, raised.value.key) == ("config.yaml", 2, key)


@pytest.mark.parametrize("key", DEFAULTS)
@pytest.mark.parametrize("value", ["[1]", "{a: 1}"])
def test_a_setting_is_a_single_value(key: str, value: str) -> None:
    with pytest.raises(Problem, match=f"config.yaml:1: {key}: "):
        parse(f"{key}: {value}\n")


@pytest.mark.parametrize("key", DEFAULTS)
def test_a_setting_stands_once(key: str) -> None:
    line = f"{key}: {GOOD[key][0]}\n"
    with pytest.raises(Problem, match=f"config.yaml:2: {key}: "):
        parse(line * 2)


@pytest.mark.parametrize("key", ["time_out", "Timeout", "", "<<", "__class__", "values", "1"])
def test_an_unknown_setting_is_refused_with_its_line(key: str) -> None:
    with pytest.raises(Problem, match=r"^config\.yaml:2: "):
        parse(f"order: 1\n'{key}': 1\n")


@pytest.mark.parametrize("key", DEFAULTS)
def test_an_unknown_setting_is_told_what_there_is(key: str) -> None:
    with pytest.raises(Problem, match=rf"colour: .*\b{key}\b"):
        parse("colour: red\n")


def test_a_forced_host_is_kept_in_small_letters() -> None:
    assert parse("webmail_host: Mail.Example.COM\n").webmail_host == "mail.example.com"


@pytest.mark.parametrize("key", DEFAULTS)
def test_settings_survive_being_compiled(key: str) -> None:
    chosen = parse(f"{key}: {GOOD[key][0]}\n")
    again = settings.parse(json.dumps(chosen.values()))
    assert getattr(again, key) == getattr(chosen, key)


def test_log_off_needs_no_quotes() -> None:
    assert parse("log: off\n").log == "off"


def load(folder: Path, text: str) -> settings.Settings:
    places = Places(str(folder), str(folder))
    written = sources.Sources(sources.Text("config.yaml", text) if text else None, {}, {}, {}, [], [])
    return config.load(written, places)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "").values() == DEFAULTS


def test_a_program_that_does_not_run_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"config\.yaml:2: uapi: /nowhere/uapi is not"):
        load(tmp_path, "order: 8\nuapi: /nowhere/uapi\n")
