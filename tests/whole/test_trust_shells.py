"""install.sh whatever shell starts it, and whatever it is started with."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugin.admin.manifest import PROGRAMS
from tests.kit.account import as_root
from tests.kit.long import long
from tests.kit.servers import Server, hook

SHELLS = (("dash",), ("bash",), ("bash", "--posix"), ("busybox", "ash"), ("mksh",), ("yash",), ("ksh93",))


def tried(shell: tuple[str, ...], *marks: pytest.MarkDecorator) -> Any:
    missing = pytest.mark.skipif(shutil.which(shell[0]) is None, reason=f"no {shell[0]} here")
    return pytest.param(shell, marks=[missing, *marks])


EACH_SHELL = [tried(SHELLS[1]), *(tried(shell, pytest.mark.long) for shell in SHELLS if shell != SHELLS[1])]


def but_for_free_space(said: str) -> str:
    return re.sub(r"\d+ KB", "KB", said)


@pytest.mark.parametrize("shell", EACH_SHELL, ids=" ".join)
def test_every_shell_prints_the_same(bare: Server, shell: tuple[str, ...]) -> None:
    for words in (["check"], ["--help"], ["frobnicate"], ["install", "--dry-run"]):
        assert but_for_free_space(bare.run(*words, shell=shell).stdout) == but_for_free_space(bare.run(*words).stdout)


# --- what it is started with ---


def ignore_children() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


@pytest.mark.long
@pytest.mark.parametrize("shell", EACH_SHELL, ids=" ".join)
def test_a_parent_that_ignores_the_end_of_children_changes_nothing(newer: Server, shell: tuple[str, ...]) -> None:
    for words in (["install", "--yes"], ["check"], ["apply"], ["hook"], ["rollback"], ["uninstall"]):
        newer.well(*words, shell=shell, preexec_fn=ignore_children)


def test_a_parent_that_ignores_the_end_of_children_hides_no_difference(newer: Server) -> None:
    (newer.source / "plugin/more.py").symlink_to("/etc/hostname")
    assert newer.run("check", preexec_fn=ignore_children).returncode == 3


def test_a_hook_whose_parent_ignores_the_end_of_children_repairs(installed: Server) -> None:
    installed.entry.unlink()
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        command = [str(installed.base / "current/plugin/admin/registration/hook")]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = child.stdout.read()
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert (said[:2], installed.page()) == ("1 ", "")


NAMES = ("exec", "env", "/usr/bin/env", "[", "cd", "find", "printf", "command", "shift", "set", "umask", "sed", "main")


@pytest.mark.parametrize("name", [*NAMES[:2], *long(*NAMES[2:])])
def test_a_function_that_the_environment_brings_is_not_called(bare: Server, name: str) -> None:
    environ = {"PATH": "/usr/bin:/bin", f"BASH_FUNC_{name}%%": "() { echo CALLED; }"}
    ended = bare.run("--version", shell=("bash",), env=environ, stderr=subprocess.DEVNULL)
    assert (ended.returncode, "CALLED" in ended.stdout, "Webmail" in ended.stdout) == (0, False, True)


@pytest.fixture
def spoiled(place: Path) -> dict[str, str]:
    """An environment that would have each kind of program run what was never asked for."""
    code = place / "code"
    code.mkdir()
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "runpy.py", "jinja2.py"):
        (code / name).write_text(f"open({str(place / 'ran')!r}, 'w')\n")
    (code / "startup.sh").write_text(f"touch '{place}/ran.sh'\n")
    for name in ("python3", "find", "sha256sum", "awk", "sh", "sed", "readlink", "id"):
        (code / name).write_text(f"#!/bin/sh\ntouch '{place}/ran'\n")
        (code / name).chmod(0o755)
    return {
        "PATH": f"{code}:/usr/bin:/bin",
        "ENV": str(code / "startup.sh"),
        "PYTHONPATH": str(code),
        "PYTHONHOME": str(code),
        "PYTHONSTARTUP": str(code / "json.py"),
        "PYTHONINSPECT": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONPYCACHEPREFIX": str(code),
        "LD_PRELOAD": str(code / "missing.so"),
        "LD_LIBRARY_PATH": str(code),
        "IFS": "/.-et",
        "CDPATH": "/:/tmp",
        "POSIXLY_CORRECT": "",
        "LC_ALL": "tr_TR.UTF-8",
        "TMPDIR": "/nowhere",
        "HOME": "/nowhere",
        "WEBMAIL_SIGNIN_PATH": str(code),
    }


@pytest.mark.parametrize("shell", EACH_SHELL, ids=" ".join)
def test_nothing_of_the_environment_takes_effect(
    bare: Server, place: Path, spoiled: dict[str, str], shell: tuple[str, ...]
) -> None:
    shell = (shutil.which(shell[0]) or "", *shell[1:])
    assert "installed" in bare.well("install", shell=shell, env=spoiled, stderr=subprocess.DEVNULL)
    assert not (place / "ran").exists()


def test_what_bash_was_told_to_read_first_changes_nothing_that_follows(bare: Server, place: Path) -> None:
    (place / "first.sh").write_text("IFS=/; set -f -u; exec() { :; }; cd() { :; }; find() { :; }; trap 'echo late' 0\n")
    environ = {"PATH": "/usr/bin:/bin", "BASH_ENV": str(place / "first.sh")}
    said = bare.run("check", shell=("bash",), env=environ).stdout
    assert but_for_free_space(said) == but_for_free_space(bare.run("check").stdout)


def test_nobody_types_the_word_by_which_it_starts_itself_again(bare: Server) -> None:
    for word in ("--clean", "--clean=1", f"--clean={os.getpid()}"):
        ended = bare.run(word)
        assert (ended.returncode, "unknown word: --clean" in ended.stdout) == (2, True)


def test_it_works_from_a_folder_that_is_gone(bare: Server, place: Path) -> None:
    def leave() -> None:
        (place / "gone").mkdir()
        os.chdir(place / "gone")
        (place / "gone").rmdir()

    bare.well("check", preexec_fn=leave)


def test_it_works_without_standard_streams(bare: Server) -> None:
    command = bare.command("install", "--yes")
    code = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *command], check=False).returncode
    assert (code, bare.page()) == (0, "")


# --- the modes of what is installed ---


def modes(server: Server) -> dict[str, int]:
    """Of all that was installed, links aside."""
    tops = [server.base, server.entry.parent, server.config.parent]
    paths = [path for top in tops for path in (top, *top.rglob("*")) if not path.is_symlink()]
    return {str(path.relative_to(server.root)): stat.S_IMODE(path.stat().st_mode) for path in paths}


def inherit_acl(folder: Path) -> None:
    """Give a folder a default ACL: whatever is made in it, everybody of group 0 and one user may write to."""
    entries = [
        (0x01, 7, 0xFFFFFFFF),
        (0x02, 7, 4711),
        (0x04, 7, 0xFFFFFFFF),
        (0x10, 7, 0xFFFFFFFF),
        (0x20, 7, 0xFFFFFFFF),
    ]
    value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(folder, "system.posix_acl_default", value)
    except OSError:
        pytest.skip("this file system has no ACLs")


def set_group(folder: Path) -> None:
    folder.chmod(0o2755)


@as_root
@pytest.mark.parametrize("umask", [0o077, *long(0o000, 0o022, 0o027)])
@pytest.mark.parametrize(
    "prepare", [inherit_acl, *long(set_group, lambda folder: None)], ids=["ACL", "set-group-ID", "plain"]
)
def test_modes_are_those_of_the_manifest(bare: Server, umask: int, prepare: Callable[[Path], None]) -> None:
    for name in ("usr/local/cpanel/3rdparty", "usr/local/cpanel/base/frontend/jupiter", "etc"):
        prepare(bare.root / name)
    bare.well("install", preexec_fn=lambda: os.umask(umask) and None)
    found = modes(bare)
    listed = [line.split(" ", 2) for line in (bare.release / "MANIFEST").read_text().splitlines()]
    for _, mode, path in listed:
        assert found.pop(str((bare.release / path).relative_to(bare.root))) == int(mode, 8)
        assert (mode == "0755") == (path in PROGRAMS)
    assert found.pop(str((bare.base / ".lock").relative_to(bare.root))) == 0o600
    assert found.pop(str(bare.entry.relative_to(bare.root))) == 0o755
    wrong = {
        path: oct(mode) for path, mode in found.items() if mode != (0o755 if (bare.root / path).is_dir() else 0o644)
    }
    assert wrong == {}
    acls = [
        path
        for path in bare.base.rglob("*")
        if not path.is_symlink() and "system.posix_acl_access" in os.listxattr(path)
    ]
    assert acls == []
    assert hook(bare).stdout.startswith("1 ")
