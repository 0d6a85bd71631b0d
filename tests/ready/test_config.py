"""config.yaml: every key, and every value that it may not have (design §5)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugin.click import settings
from plugin.ready import config
from plugin.ready.places import Places
from plugin.ready.problem import Problem
from plugin.ready.sources import Text
from tests.kit.folders import CHECKOUT

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
    "brand": None,
    "logo": None,
    "colour": None,
    "mailbox": "own",
    "open": None,
}


def parse(text: str) -> settings.Settings:
    """What the settings are; raises the first Problem."""
    found = config.parse(Text("config.yaml", text))
    for problem in found.problems:
        raise problem
    return settings.Settings(found.values)


def told(text: str) -> list[str]:
    return [str(problem) for problem in config.parse(Text("config.yaml", text)).problems]


@pytest.mark.parametrize(("key", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_without_a_file_each_setting_has_its_default(key: str, value: object) -> None:
    assert getattr(settings.Settings(), key) == value


@pytest.mark.parametrize("key", DEFAULTS)
@pytest.mark.parametrize("value", ["[1]", "{a: 1}"])
def test_a_setting_is_a_single_value(key: str, value: str) -> None:
    with pytest.raises(Problem, match=f"config.yaml:1: {key}: "):
        parse(f"{key}: {value}\n")


def test_a_setting_stands_once() -> None:
    assert told("order: 1\norder: 1\n") == ["config.yaml:2: order: stands twice"]


@pytest.mark.parametrize("key", ["time_out", "Timeout", "", "<<", "__class__", "values", "1"])
def test_an_unknown_setting_is_refused_with_its_line(key: str) -> None:
    with pytest.raises(Problem, match=r"^config\.yaml:2: "):
        parse(f"order: 1\n'{key}': 1\n")


def test_an_unknown_setting_is_told_the_nearest() -> None:
    assert told("lable: x\n") == ['config.yaml:1: "lable" is no setting; did you mean label?']


def test_a_setting_like_no_other_is_told_what_there_is() -> None:
    (said,) = told("zzz: 1\n")
    assert all(key in said for key in DEFAULTS)


SAID = {
    "a number": ("timeout: 900", "timeout: must be a number of seconds from 1 to 120; it is 900"),
    "text as it was quoted": ("order: '1'", "order: must be a whole number from 0 to 100000; it is '1'"),
    "nothing": ("group:", "group: must be one of email, files, databases, domains, metrics, security, software, "
                "advanced, preferences; it is empty"),
    "what YAML takes for something else": ("new_tab: maybe", "new_tab: must be true or false; it is maybe"),
    "what does not show": ('brand: "a\\u202eb"', 'brand: must be a name of up to 40 characters; it is "a\\u202eb"'),
    "a colour without quotes": (
        "colour: #0a5fb4",
        'colour: must be a colour in quotes, such as "#0a5fb4"; '
        "it is empty: without quotes YAML takes # for the start of a comment",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("line", "said"), SAID.values(), ids=SAID)
def test_a_bad_value_is_told_as_it_was_written_and_what_is_allowed(line: str, said: str) -> None:
    assert told(f"# a comment\n{line}\n") == [f"config.yaml:2: {said}"]


def test_every_bad_line_is_told_and_the_good_ones_are_kept() -> None:
    found = config.parse(Text("config.yaml", "timeout: 0\norder: 7\nlable: x\n"))
    assert (len(found.problems), found.values) == (2, {"order": 7})


def test_they_are_told_in_the_order_of_the_file() -> None:
    said = told("timeout: 0\nuapi: [a]\nwebmail_port: 0\norder: 1\norder: 2\nlable: x\n")
    assert [line.split(":")[1] for line in said] == ["1", "2", "3", "5", "6"]


def test_a_forced_host_is_kept_in_small_letters() -> None:
    assert parse("webmail_host: Mail.Example.COM\n").webmail_host == "mail.example.com"


def test_log_off_needs_no_quotes() -> None:
    assert parse("log: off\n").log == "off"


def unfit(root: Path, text: str) -> dict[str, str]:
    return config.against_server(parse(text), Places(str(root), str(root)))


def test_no_file_means_the_defaults() -> None:
    assert parse("").values() == DEFAULTS


def test_a_program_that_does_not_run_is_refused(tmp_path: Path) -> None:
    assert unfit(tmp_path, "uapi: /nowhere/uapi\n") == {
        "uapi": "/nowhere/uapi is not a program that every account can run"
    }


def test_a_locale_that_cpanel_is_shipped_with_is_taken(tmp_path: Path) -> None:
    assert unfit(tmp_path, "locale: pt_br\n") == {}


def test_a_locale_that_the_server_cannot_have_is_refused(tmp_path: Path) -> None:
    assert unfit(tmp_path, "locale: sk\n") == {
        "locale": "this server has no locale sk, so every click would fail; it lists those that it has by: "
        "uapi --user=ACCOUNT Locale list_locales"
    }


@pytest.mark.parametrize("file", ["usr/local/cpanel/locale/sk.yaml", "var/cpanel/locale/sk.cdb"])
def test_a_locale_that_the_server_has_a_file_of_is_taken(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    assert unfit(tmp_path, "locale: sk\n") == {}


COMMENTED = (CHECKOUT / "plugin/admin/registration/config.yaml").read_text()


def test_the_file_that_is_installed_sets_nothing() -> None:
    assert config.parse(Text("config.yaml", COMMENTED)) == ({}, {}, [])


def test_the_file_that_is_installed_shows_every_setting_and_each_line_of_it_would_hold() -> None:
    uncommented = re.sub(r"(?m)^#(?=\w+:)", "", COMMENTED)
    found = config.parse(Text("config.yaml", uncommented))
    assert (found.problems, set(found.values)) == ([], set(DEFAULTS))


def test_what_it_shows_as_the_default_is_the_default() -> None:
    shown = re.sub(r"(?ms)^#[^\n]*examples?[:;,)].*?(?=^#[^\n]*what holds without|\Z)", "", COMMENTED)
    values = config.parse(Text("config.yaml", re.sub(r"(?m)^#(?=\w+:)", "", shown))).values
    assert values == {key: value for key, value in DEFAULTS.items() if value is not None}
