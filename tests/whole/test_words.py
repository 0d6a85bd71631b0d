"""What install.sh says, and to whom: misuse, an edit that does not hold, nobody to listen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.kit.folders import CHECKOUT
from tests.kit.long import long
from tests.kit.servers import VERSION, Server, refuses


@pytest.mark.parametrize("verb", ["install", *long("apply", "uninstall")])
def test_with_nobody_to_listen_the_work_is_done_all_the_same(installed: Server, verb: str) -> None:
    with open("/dev/full", "w") as full:
        assert installed.run(verb, stdout=full, stderr=subprocess.PIPE).returncode == 0


@pytest.mark.parametrize("words", [["check"], ["check", "--json"], ["--version"], ["--help"]])
def test_what_was_asked_and_cannot_be_printed_is_a_failure(installed: Server, words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        ended = installed.run(*words, stdout=full, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stderr.count("\n"), "no space left" in ended.stderr) == (1, 1, True)


def test_misuse_is_misuse_where_nothing_can_be_said(bare: Server) -> None:
    with open("/dev/full", "w") as full:
        assert bare.run("frobnicate", stderr=full).returncode == 2


@pytest.mark.parametrize("settings", ["timeout: long\n", *long("icon: /nowhere.svg\n")])
def test_settings_that_do_not_hold_are_found_before_anything_is_installed(bare: Server, settings: str) -> None:
    bare.config.parent.mkdir(parents=True)
    bare.config.write_text(settings)
    key = settings.partition(":")[0]
    for words, code in ((["check"], 3), (["install", "--dry-run"], 1), (["install"], 1)):
        ended = bare.run(*words)
        assert (ended.returncode, f"config.yaml:1: {key}: " in ended.stdout) == (code, True), words


def test_a_theme_that_is_named_twice_is_one(bare: Server) -> None:
    assert bare.well("--theme", "jupiter", "--theme", "jupiter").count("run the installed page") == 1


@pytest.mark.parametrize("verb", ["apply", "rollback"])
def test_a_theme_where_it_is_not_installed_is_a_finding_for(upgraded: Server, verb: str) -> None:
    (upgraded.theme.parent / "paper").mkdir(exist_ok=True)
    refuses(upgraded, "not installed in the theme paper", verb, "--theme", "paper")


@pytest.mark.parametrize("option", ["--python", "--root", "--theme"])
def test_an_option_is_no_value(bare: Server, option: str) -> None:
    before = bare.tree(times=True)
    ended = bare.run(option, "--dry-run")
    assert (ended.returncode, f"{option} needs a value" in ended.stdout) == (2, True)
    assert bare.tree(times=True) == before


def test_a_python_in_a_folder_that_is_not_there_is_named_as_given(bare: Server) -> None:
    ended = bare.run("--python", "/nowhere/python3")
    assert (ended.returncode, "--python /nowhere/python3 is not a program" in ended.stdout) == (3, True)


def test_a_file_beside_the_page_is_named_and_not_the_page(installed: Server) -> None:
    installed.entry.with_name("notes.txt").touch()
    ended = installed.run("install")
    assert (ended.returncode, f"mv '{installed.entry.parent}/notes.txt'" in ended.stdout) == (3, True)


def test_what_lies_where_the_release_goes_is_a_finding(bare: Server) -> None:
    (bare.base / "releases" / VERSION).mkdir(parents=True)
    (bare.base / "releases" / VERSION / "notes").touch()
    refuses(bare, f"releases/{VERSION} is there already", "install")


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["--frobnicate"],
        ["install", "check"],
        ["--theme"],
        ["--theme", "../x"],
        ["--python"],
        ["install", "--json"],
        ["install", "--purge"],
        ["install", "extra"],
        [""],
    ],
    ids=" ".join,
)
def test_misuse_ends_with_2(bare: Server, words: list[str]) -> None:
    before = bare.tree(times=True)
    ended = subprocess.run(
        ["sh", CHECKOUT / "install.sh", "--root", bare.root, *words], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--help" in ended.stderr
    assert bare.tree(times=True) == before


def test_a_root_that_does_not_exist_is_misuse(place: Path) -> None:
    assert Server(place / "nowhere", CHECKOUT).run().returncode == 2
