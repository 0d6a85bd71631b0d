"""Installing with install.sh, on scratch servers: what comes of it, and what does not matter to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.folders import CHECKOUT, copy
from tests.kit.long import long
from tests.kit.servers import VERSION, Server, hook

SHELLS = [("dash",), ("bash", "--posix"), ("bash",), ("busybox", "sh")]


def test_what_is_installed_is_where_the_design_says(installed: Server) -> None:
    assert installed.current() == f"releases/{VERSION}"
    assert [path.name for path in installed.entry.parent.iterdir()] == ["index.live.cgi"]
    assert oct(installed.entry.stat().st_mode) == "0o100755"
    assert oct(installed.config.stat().st_mode) == "0o100644"


def test_the_installed_page_runs(installed: Server) -> None:
    assert installed.page() == ""


def test_the_first_line_names_a_real_interpreter(installed: Server) -> None:
    first = installed.entry.read_text().splitlines()[0]
    python = re.fullmatch(r"#!(/\S+) -IS", first)
    assert python is not None
    assert os.path.realpath(python[1]) == python[1]


def test_nothing_installed_is_writable_by_others(installed: Server) -> None:
    ours = [installed.base, installed.config.parent, installed.entry.parent]
    writable = [p for top in ours for p in [top, *top.rglob("*")] if not p.is_symlink() and p.stat().st_mode & 0o022]
    assert writable == []


def test_a_round_trip_leaves_the_tree_as_it_was(bare: Server) -> None:
    before = bare.tree()
    bare.well("install")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


def test_a_server_with_the_least_of_cpanel_will_do(place: Path) -> None:
    server = Server(place / "root", CHECKOUT)
    for folder in ("bin", "scripts", "base/frontend/jupiter"):
        (server.cpanel / folder).mkdir(parents=True)
    (server.cpanel / "version").write_text("11.134.0.1\n")
    for program in ("bin/uapi", "scripts/install_plugin"):
        (server.cpanel / program).write_text("#!/bin/sh\n")
        (server.cpanel / program).chmod(0o755)
    before = server.tree()
    server.well("install")
    assert server.page() == ""
    server.well("uninstall", "--purge")
    assert server.tree() == before


@pytest.mark.parametrize("shell", [SHELLS[0], *long(*SHELLS[1:])], ids=" ".join)
def test_every_posix_shell_will_do(bare: Server, shell: tuple[str, ...]) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"there is no {shell[0]} here")
    before = bare.tree()
    bare.well("install", shell=shell)
    assert bare.page() == ""
    bare.well("check", shell=shell)
    bare.well("uninstall", "--purge", shell=shell)
    assert bare.tree() == before


@pytest.mark.long
def test_spaces_quotes_and_newlines_in_root_are_held(trees: Path, place: Path) -> None:
    server = Server(copy(trees / "bare", place / "a 'b'\nc\n"), trees / "source")
    server.well("install")
    server.well("check")
    server.well("apply")
    assert server.page() == ""
    server.well("uninstall", "--purge")


@pytest.mark.long
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_umask_does_not_matter(installed: Server, umask: int) -> None:
    old = os.umask(umask)
    try:
        installed.well("uninstall", "--purge")
        installed.well("install")
    finally:
        os.umask(old)
    modes = [oct(path.stat().st_mode) for path in (installed.base, installed.entry.parent, installed.config.parent)]
    assert modes == ["0o40755"] * 3
    assert installed.page() == ""


def test_a_noexec_folder_for_temporary_files_does_not_matter(bare: Server) -> None:
    bare.well("install", env={"PATH": "/usr/bin:/bin", "TMPDIR": "/proc"})


def test_the_copy_inside_the_release_knows_its_root(installed: Server) -> None:
    ended = subprocess.run(
        ["sh", str(installed.base / "current/install.sh"), "check", "--json"], check=False, capture_output=True
    )
    assert json.loads(ended.stdout)["installed"] == VERSION


@pytest.mark.long
def test_it_is_started_from_its_own_folder_too(bare: Server) -> None:
    ended = subprocess.run(["sh", "install.sh", "--root", bare.root], cwd=CHECKOUT, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.long
def test_two_themes_share_one_release(bare: Server) -> None:
    copy(bare.theme, bare.theme.with_name("paper"))
    before = bare.tree()
    bare.well("install", "--theme", "jupiter", "--theme=paper")
    assert (bare.theme.with_name("paper") / "webmail_signin/index.live.cgi").exists()
    bare.well("uninstall", "--theme", "paper", "--purge")
    assert bare.page() == ""
    assert bare.well("check")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


@pytest.mark.long
def test_below_set_group_id_folders_modes_come_out_as_they_should(bare: Server) -> None:
    for folder in (bare.cpanel / "3rdparty", bare.theme, bare.root / "etc"):
        folder.chmod(0o2755)
    bare.well("install")
    ours = (bare.base, bare.base / "releases", bare.base / "current/", bare.entry.parent, bare.config.parent)
    assert [oct(path.stat().st_mode) for path in ours] == ["0o40755"] * 5
    assert hook(bare).stderr.endswith(": nothing to repair\n")


@pytest.mark.long
def test_variables_of_the_environment_do_not_matter(bare: Server) -> None:
    names = set(re.findall(r"\b([A-Z][A-Z_]+)=", (CHECKOUT / "install.sh").read_text())) - {"PATH"}
    hostile = {**dict.fromkeys(names, "x"), "PATH": "/usr/bin:/bin"}
    before = bare.tree()
    bare.well("install", env=hostile)
    bare.well("uninstall", "--purge", env=hostile)
    assert bare.tree() == before


def test_programs_in_the_callers_path_do_not_come_before_the_systems(bare: Server, place: Path) -> None:
    for name in ("id", "find", "sed", "cat", "cp"):
        (place / name).write_text(f"#!/bin/sh\necho {name} >>'{place}/ran'\nexec /usr/bin/{name} \"$@\"\n")
        (place / name).chmod(0o755)
    bare.well("install", env={"PATH": f"{place}:/usr/bin:/bin"})
    assert not (place / "ran").exists()


def test_templates_are_installed_as_bytecode_too(installed: Server) -> None:
    compiled = installed.base / "current/compiled/templates"
    sources = {path.stem for path in compiled.glob("*.py")}
    assert sources == {path.name.partition(".")[0] for path in (compiled / "__pycache__").glob("*.pyc")}
