"""What is said to people: on the right side, at once, and never a reason to fail."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.admin import voice
from plugin.admin.voice import GREEN, PLAIN, Voice, printable, quoted

Captured = pytest.CaptureFixture[str]
SPECIAL = st.sampled_from(["'", '"', "\\", "$(id)", "`id`", "\n", " ", "-", "*", ";", "!"])
#: What a path can be: anything but NUL, and bytes that are no text.
words = st.lists(
    SPECIAL | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6), max_size=6
).map("".join)


@given(words)
def test_a_quoted_text_is_one_word_of_a_shells(text: str) -> None:
    assert shlex.split(quoted(text)) == [text]


def test_a_real_shell_reads_it_so_too() -> None:
    text = 'it\'s $(id) `id` "a" \\ \n * ;'
    ran = subprocess.run(["/bin/sh", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert ran.stdout.decode() == text


def test_what_is_said_goes_out_and_warnings_and_failures_aside(capfd: Captured) -> None:
    spoken = Voice()
    spoken.say("said")
    spoken.done("done")
    spoken.warn("warned")
    spoken.fail("it broke")
    assert capfd.readouterr() == ("said\ndone\n", "warned\nFailed: it broke\n")


def test_a_quiet_one_says_nothing(capfd: Captured) -> None:
    spoken = Voice(quiet=True)
    for speak in (spoken.say, spoken.done, spoken.warn, spoken.fail):
        speak("x")
    assert capfd.readouterr() == ("", "")


def test_colours_are_for_those_who_see_them_and_end_with_the_words() -> None:
    assert (Voice(coloured=True).paint(GREEN, "x"), Voice().paint(GREEN, "x")) == (f"{GREEN}x{PLAIN}", "x")


def test_a_path_that_is_no_text_is_said_as_it_is(tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as file:
        voice.write(file.fileno(), os.fsdecode(b"/srv/\xff"))
    assert (tmp_path / "said").read_bytes() == b"/srv/\xff\n"


def test_nobody_who_listens_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr(voice, "write", lambda number, text, write=voice.write: write(writing, text))
    spoken = Voice()
    for speak in (spoken.say, spoken.done, spoken.warn, spoken.fail):
        speak("x")
    os.close(writing)


def test_who_must_know_is_told_that_nobody_listens() -> None:
    with open("/dev/full", "wb") as full, pytest.raises(OSError, match="No space left"):
        voice.write(full.fileno(), "x")


def test_a_long_text_goes_out_whole_through_a_narrow_pipe() -> None:
    reading, writing = os.pipe()
    child = subprocess.Popen(["wc", "-c"], stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    voice.write(writing, "x" * 300_000)
    os.close(writing)
    assert int(child.communicate()[0]) == 300_001


@given(st.text())
def test_no_text_does_anything_to_a_terminal(text: str) -> None:
    assert all(letter == "\n" or letter.isprintable() for letter in printable(text))


def test_a_path_that_is_no_text_stays_what_it_is() -> None:
    assert printable("/srv/\udcff") == "/srv/\udcff"
