"""What install.sh hands over: the folder that it lies in, and who it speaks to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plugin.admin.__main__ import coloured, hold_standard_streams, root_of, version_of
from plugin.admin.arguments import Arguments, Misuse
from plugin.admin.server import HOME
from tests.kit.folders import CHECKOUT


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ('__version__ = "1.0.0"', "1.0.0"),
        ('"""Words."""\n\n__version__ = "1.2.0-rc1+x"\n', "1.2.0-rc1+x"),
        ('__version__ = "../../etc"', ""),
        ('__version__ = ""', ""),
        ('__version__ = "1.0.0"; import os', ""),
        ("", ""),
    ],
)
def test_a_version_is_read_and_not_run_and_names_a_folder_only(tmp_path: Path, line: str, version: str) -> None:
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin/__init__.py").write_text(line)
    assert version_of(str(tmp_path)) == version


def test_without_a_file_there_is_no_version(tmp_path: Path) -> None:
    assert version_of(str(tmp_path)) == ""


def test_a_tarball_works_on_the_server() -> None:
    assert root_of("/root/webmail-signin-1.0.0", Arguments()) == ""


@pytest.mark.parametrize("root", ["", "/srv/staged"])
def test_a_copy_inside_a_release_works_on_the_tree_that_it_lies_in(root: str) -> None:
    assert root_of(f"{root}/{HOME}/releases/1.0.0", Arguments()) == root


def test_a_root_that_is_named_comes_first_and_is_the_real_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    here = f"/srv/other/{HOME}/releases/1.0.0"
    assert root_of(here, Arguments(root=f"{tmp_path}/link/")) == f"{tmp_path}/real"


def test_the_servers_own_root_can_be_named() -> None:
    assert root_of("/srv", Arguments(root="/")) == ""


def test_a_root_that_is_not_there_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="--root: there is no folder /nowhere"):
        root_of(str(tmp_path), Arguments(root="/nowhere"))


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_colours_are_for_terminals_that_have_them(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], colours: bool
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    kept = os.dup(1)
    terminal = os.openpty()
    os.dup2(terminal[1], 1)
    try:
        assert coloured() is colours
    finally:
        os.dup2(kept, 1)
        for descriptor in (kept, *terminal):
            os.close(descriptor)


def test_what_is_no_terminal_gets_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERM", "xterm")
    kept = os.dup(1)
    with (tmp_path / "file").open("w") as file:
        os.dup2(file.fileno(), 1)
        try:
            assert not coloured()
        finally:
            os.dup2(kept, 1)
            os.close(kept)


@pytest.mark.parametrize("closed", [[0], [1], [2], [0, 1, 2]], ids=str)
def test_no_file_of_ours_becomes_a_stream_that_the_caller_has_closed(closed: list[int]) -> None:
    child = os.fork()
    if not child:
        for number in closed:
            os.close(number)
        hold_standard_streams()
        os._exit(os.open("/dev/zero", os.O_RDONLY) < 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_all_of_the_library_that_runs_is_named_where_a_python_is_chosen() -> None:
    """What is not named there would be compiled anew at each run, and a Python that lacks it would be chosen."""
    (named,) = re.findall(r"^LIBRARY='(.*)'$", (CHECKOUT / "install.sh").read_text(encoding="utf-8"), re.MULTILINE)
    code = f"import sys, {named}; before = set(sys.modules); import plugin.admin.__main__; "
    code += "print([name for name in {*sys.modules} - before if name.split('.')[0] not in ('plugin', '__future__')])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, check=True, text=True)
    assert ran.stdout == "[]\n"
