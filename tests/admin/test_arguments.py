"""The words of the command line, as values."""

from __future__ import annotations

import pytest

from plugin.admin.arguments import Arguments, Misuse, parse


def test_without_a_verb_it_is_install() -> None:
    assert parse([]) == Arguments("install")


def test_values_come_with_an_equals_sign_or_without() -> None:
    assert parse(["check", "--root=/srv", "--theme", "paper"]) == parse(["check", "--root", "/srv", "--theme=paper"])


def test_a_theme_that_is_named_twice_is_one() -> None:
    assert parse(["--theme", "paper", "--theme=jupiter", "--theme", "paper"]).themes == ("paper", "jupiter")


@pytest.mark.parametrize(("word", "verb"), [("--help", "help"), ("-h", "help"), ("--version", "version")])
def test_help_and_version_come_before_a_verb(word: str, verb: str) -> None:
    assert parse(["check", word, "--purge"]).verb == verb


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        ("frobnicate", "unknown word: frobnicate"),
        ("--help frobnicate", "unknown word: frobnicate"),
        ("--version --frobnicate", "unknown word: --frobnicate"),
        ("install check", "one of install and check, not both"),
        ("--theme", "--theme needs a value"),
        ("--root --dry-run", "--root needs a value"),
        ("--python=", "--python needs a value"),
        ("--theme ../x", "not the name of a theme: ../x"),
        ("check --account a/b", "not the name of an account: a/b"),
        ("--feature on", "there is only off: on"),
        ("install --json", "--json goes with check"),
        ("check --purge", "--purge goes with uninstall"),
        ("apply --account alice", "--account goes with check and install"),
        ("check --feature off", "--feature goes with install"),
        ("rollback --downgrade", "--downgrade goes with install"),
    ],
)
def test_misuse_says_which_word(words: str, saying: str) -> None:
    with pytest.raises(Misuse) as misuse:
        parse(words.split())
    assert saying in str(misuse.value)
