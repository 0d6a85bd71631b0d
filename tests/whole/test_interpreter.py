"""Which Python runs the page, and which is never run as root."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.account import as_root
from tests.kit.folders import copy
from tests.kit.long import long
from tests.kit.servers import Server, in_namespace, private


def test_a_given_python_is_taken(bare: Server) -> None:
    python = os.path.realpath("/usr/bin/python3")
    bare.well("install", "--python", "/usr/bin/python3")
    assert bare.entry.read_text().startswith(f"#!{python} -IS\n")


@pytest.mark.parametrize("program", ["/nonexistent/python3", "/bin/false", "/etc/passwd", "no-such-python"])
def test_a_given_python_that_does_not_run_is_refused(bare: Server, program: str) -> None:
    assert bare.run("install", "--python", program).returncode == 3


def test_a_shim_in_path_does_not_come_before_the_systems_own(bare: Server, place: Path) -> None:
    shim = place / "python3"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    bare.well("install", env={"PATH": f"{place}:/usr/bin:/bin"})
    assert bare.entry.read_text().startswith("#!/usr/")


@pytest.mark.long
def test_a_chosen_python_stays_through_upgrades(bare: Server) -> None:
    bare.well("install", "--python", "/usr/bin/python3")
    bare.well("install")
    assert "python /usr/bin/" in (bare.base / "record").read_text()


@pytest.fixture
def foreign(place: Path) -> Path:
    """A Python that belongs to somebody else, whose library notes in `seen` as whom and in what company it is run."""
    asked = ["/usr/bin/python3", "-IS", "-c", "import subprocess as s; print(s.__file__, end='')"]
    original = Path(subprocess.check_output(asked, text=True))
    library = place / "foreign/lib" / original.parent.name
    library.mkdir(parents=True)
    for path in original.parent.iterdir():
        if path.name not in ("subprocess.py", "__pycache__"):
            (library / path.name).symlink_to(path)
    note = f"""
with open({str(place / "seen")!r}, "a") as seen:
    print(os.getuid(), os.getsid(0) == os.getpid(), os.path.exists("/proc/self/fd/57"), file=seen)
"""
    (library / "subprocess.py").write_text(original.read_text() + note)
    (place / "seen").touch()
    (place / "seen").chmod(0o666)
    python = place / "foreign/bin/python3"
    python.parent.mkdir()
    (place / "foreign/pyvenv.cfg").write_text(f"home = {python.parent}\n")
    return python


@as_root
def test_a_foreign_python_is_never_run_as_root_nor_near_it(bare: Server, place: Path, foreign: Path) -> None:
    copy(Path("/usr/bin/python3").resolve(), foreign)
    descriptor = os.dup2(os.open("/dev/null", os.O_RDONLY), 57)
    try:
        printed = bare.well("install", "--python", str(foreign), pass_fds=[descriptor])
    finally:
        os.close(descriptor)
    assert "acts as every account" in printed
    assert bare.entry.read_text().startswith(f"#!{foreign} -IS\n")
    assert set((place / "seen").read_text().splitlines()) == {"65534 True False"}


@as_root
@pytest.mark.long
def test_root_makes_no_bytecode_with_a_foreign_python_of_another_kind(bare: Server, foreign: Path) -> None:
    copy(Path("/usr/bin/python3").resolve(), foreign)
    library = next((foreign.parent.parent / "lib").glob("*/subprocess.py"))
    library.write_text(library.read_text() + "sys.implementation.cache_tag = 'cpython-0'\n")
    assert "no bytecode" in bare.well("install", "--python", str(foreign))
    assert list((bare.base / "current/plugin").rglob("*.pyc")) == []


@pytest.mark.long
def test_the_library_beside_a_link_to_a_python_is_not_run(bare: Server, place: Path, foreign: Path) -> None:
    foreign.symlink_to("/usr/bin/python3")
    bare.well("install", "--python", str(foreign))
    assert (place / "seen").read_text() == ""


def every_python(instead: str) -> str:
    """A shell command that puts something else in the place of each Python of the system's."""
    return f'for p in /usr/bin/python3* /usr/local/bin/python3*; do [ ! -f "$p" ] || mount --bind {instead} "$p"; done'


@private
def test_without_a_python_the_remedy_is_one_command(bare: Server) -> None:
    (bare.root / "etc/os-release").write_text('ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n')
    before = bare.tree(times=True)
    ended = in_namespace(bare, every_python("/dev/null"), "check")
    assert ended.returncode == 3
    assert "dnf install -y python3.12" in ended.stdout
    assert bare.tree(times=True) == before


def left(server: Server) -> list[str]:
    """What of ours is there, but for the settings."""
    found = [path for path in server.root.rglob("*") if re.search("webmail.?signin", path.name)]
    return [str(path) for path in found if path != server.config.parent]


def keep_hooks(server: Server, deleting: str = 'rm "$list"', mode: int = 0o755) -> Path:
    """Let `manage_hooks` be a shell script, as cPanel's own needs no Python either; what it lists is our hook."""
    hook = server.base / "current/plugin/admin/registration/hook"
    listed = server.root / "var/cpanel/hooks.txt"
    listed.write_text(f"      hook: {hook}\n")
    program = server.cpanel / "bin/manage_hooks"
    program.write_text(f'#!/bin/sh\nlist={listed}\n[ "$1" = list ] && cat "$list"\n[ "$1" != delete ] || {deleting}\n')
    program.chmod(mode)
    return hook


@private
def test_without_a_python_all_is_removed_by_name_and_what_stays_is_said(installed: Server) -> None:
    keep_hooks(installed)
    installed.settle("timeout: 10\n")
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes")
    assert (ended.returncode, left(installed)) == (0, []), ended.stdout
    assert f"What you have written stays: {installed.config.parent}\nDone.\n" in ended.stdout


@private
def test_without_a_python_no_program_of_somebody_elses_is_run(installed: Server, place: Path) -> None:
    keep_hooks(installed, deleting=f"touch '{place}/free/ran'")
    os.chown(installed.cpanel / "bin/manage_hooks", 65534, -1)
    before = installed.tree()
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes")
    assert (ended.returncode, "bin/manage_hooks is a link, or others can change it" in ended.stdout) == (3, True)
    assert (installed.tree(), (place / "free/ran").exists()) == (before, False)


@private
def test_without_a_python_an_icon_without_its_page_is_removed_too(installed: Server) -> None:
    keep_hooks(installed)
    installed.entry.unlink()
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes", "--purge")
    assert (ended.returncode, left(installed)) == (0, []), ended.stdout
    assert "What you have written stays" not in ended.stdout


@private
def test_without_a_python_a_linked_theme_is_passed_over(installed: Server) -> None:
    keep_hooks(installed)
    (installed.theme.parent / "default").symlink_to("jupiter")
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes")
    assert (ended.returncode, left(installed)) == (0, []), ended.stdout


@private
def test_without_a_python_what_is_not_ours_stays_and_is_named(installed: Server) -> None:
    keep_hooks(installed)
    beside = [installed.entry.with_name("notes.txt"), installed.base / "releases/.notes"]
    for file in beside:
        file.touch()
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes")
    assert (ended.returncode, [file.exists() for file in beside]) == (0, [True, True])
    assert [file for file in beside if f"{file} is not ours and stays\n" not in ended.stdout] == []


@private
@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_without_a_python_a_hook_that_stays_is_told_and_is_no_success(installed: Server, mode: int) -> None:
    hook = keep_hooks(installed, deleting=":", mode=mode)
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", "--yes")
    assert (ended.returncode, "Done." in ended.stdout) == (1, False)
    named = f"hook: {hook}\n" if mode == 0o755 else "bin/manage_hooks: Permission denied\n"
    assert named in ended.stdout.partition("This of ours is left:\n")[2]


@private
@pytest.mark.parametrize("word", ["--dry", *long("--help", "--version", "--json", "frob", "--theme")])
def test_without_a_python_nothing_is_removed_by_a_word_that_is_not_known_then(installed: Server, word: str) -> None:
    before = installed.tree(times=True)
    ended = in_namespace(installed, every_python("/dev/null"), "uninstall", word)
    assert (ended.returncode, f"does not know {word}" in ended.stdout) == (2, True), ended.stdout
    assert installed.tree(times=True) == before


@private
def test_a_python_that_is_broken_is_passed_over(bare: Server) -> None:
    assert "no Python 3.9" in in_namespace(bare, every_python("/bin/false"), "install").stdout


@private
def test_a_python_whose_library_is_not_whole_is_passed_over(bare: Server) -> None:
    """As one that was built where there was no OpenSSL: it would end in the middle."""
    places = "/usr/lib*/python3*/lib-dynload/_ssl.* /usr/local/lib*/python3*/lib-dynload/_ssl.*"
    broken = f'for f in {places}; do [ ! -e "$f" ] || mount --bind /dev/null "$f"; done'
    ended = in_namespace(bare, broken, "install")
    assert (ended.returncode, "no Python 3.9" in ended.stdout) == (3, True), ended.stdout


@private
def test_without_another_a_foreign_python_runs_as_root_with_a_warning(bare: Server, place: Path) -> None:
    python = copy(Path("/usr/bin/python3").resolve(), place / "python3")
    assert "and as root" in in_namespace(bare, every_python("/bin/false"), "check", "--python", str(python)).stdout


@private
def test_a_python_in_a_closed_home_cannot_be_chosen(bare: Server, place: Path) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    (closed / "python3").write_text('#!/bin/sh\nexec /usr/bin/python3 "$@"\n')
    (closed / "python3").chmod(0o755)
    python = copy(Path("/usr/bin/python3").resolve(), closed / "python3.real")
    ended = bare.run("install", "--python", str(python))
    assert ended.returncode == 3
    assert "ordinary user" in ended.stdout
