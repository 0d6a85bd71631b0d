"""install.sh, on scratch servers with the stand-in's programs."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import servers
from tests.kit.servers import AS_ROOT, HERE, VERSION, Server, copy, open_folder, prepare, release

SHELLS = [("dash",), ("bash", "--posix"), ("bash",), ("busybox", "sh")]
FIRST_STEPS = 14  # of a first installation
UPGRADE_STEPS = 11  # of an upgrade
REMOVING_STEPS = 5  # that something follows


@pytest.fixture(scope="session")
def trees() -> Iterator[Path]:
    with open_folder() as folder:
        prepare(folder)
        yield folder


@pytest.fixture
def place() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def bare(trees: Path, place: Path) -> Server:
    return servers.bare(trees, place)


@pytest.fixture
def installed(trees: Path, place: Path) -> Server:
    return servers.installed(trees, place)


@pytest.fixture
def newer(installed: Server, place: Path) -> Server:
    """The installed server, as the next release sees it."""
    return Server(installed.root, release(place / "source", "1.1.0"))


def steps(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("- ")]


def ended_at_step(server: Server, number: int, by: signal.Signals, verb: str = "install") -> int:
    """Start install.sh and send it a signal as soon as it has said its step `number` (from 1); its exit code.

    It runs with less priority than who reads what it says, so that on a busy machine too the signal comes in time.
    """
    with subprocess.Popen(
        ["nice", "-n", "15", *server.command(verb)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            number -= line.startswith("- ")
            if number == 0:
                if by == signal.SIGKILL:
                    os.killpg(child.pid, by)
                else:
                    child.send_signal(by)
                break
        child.stdout.read()
        return child.wait(30)


def but_for_times(server: Server) -> dict[str, object]:
    """Its tree; manage_hooks, say, writes the same list anew."""
    return {path: seen[:5] for path, seen in server.tree().items()}


def refuses(server: Server, saying: str, *words: str) -> None:
    """install.sh with these words finds that the server does not qualify, says why and changes nothing."""
    before = server.tree(times=True)
    ended = server.run(*words)
    assert (ended.returncode, saying in ended.stdout) == (3, True), ended.stdout
    assert server.tree(times=True) == before


# --- installing and removing ---


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


def test_uninstalling_keeps_the_settings_and_says_so(installed: Server) -> None:
    printed = installed.well("uninstall")
    assert installed.config.exists()
    assert f"{installed.config} stays" in printed


def test_uninstalling_keeps_the_providers_templates(installed: Server) -> None:
    own = installed.config.parent / "templates"
    own.mkdir()
    (own / "error.html").write_text("x")
    assert f"{own} stays" in installed.well("uninstall", "--purge")
    assert (own / "error.html").exists()


def test_uninstalling_twice_is_no_error(installed: Server) -> None:
    installed.well("uninstall")
    assert "not installed" in installed.well("uninstall")


def test_uninstalling_needs_no_uninstall_plugin(bare: Server) -> None:
    (bare.cpanel / "scripts/uninstall_plugin").unlink()
    before = bare.tree()
    bare.well("install")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


def test_an_uninstall_plugin_that_fails_leaves_nothing_behind(installed: Server, trees: Path) -> None:
    (installed.cpanel / "scripts/uninstall_plugin").write_text("#!/bin/sh\nexit 1\n")
    installed.well("uninstall", "--purge")
    assert not [path for path in installed.root.rglob("*") if "webmail" in path.name]


def test_installing_again_changes_only_what_was_compiled(installed: Server) -> None:
    def lasting() -> dict[str, object]:
        found = but_for_times(installed).items()
        return {path: seen for path, seen in found if not re.search("compiled|__pycache__", path)}

    before = lasting()
    installed.well("install")
    assert lasting() == before


def test_a_server_with_the_least_of_cpanel_will_do(place: Path) -> None:
    server = Server(place / "root", HERE)
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


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_every_posix_shell_will_do(bare: Server, shell: tuple[str, ...]) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"there is no {shell[0]} here")
    before = bare.tree()
    bare.well("install", shell=shell)
    bare.well("check", shell=shell)
    bare.well("uninstall", "--purge", shell=shell)
    assert bare.tree() == before


def test_spaces_quotes_and_newlines_in_root_are_held(trees: Path, place: Path) -> None:
    server = Server(copy(trees / "bare", place / "a 'b'\nc\n"), trees / "source")
    server.well("install")
    server.well("check")
    server.well("apply")
    assert server.page() == ""
    server.well("uninstall", "--purge")


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


def test_it_is_started_from_its_own_folder_too(bare: Server) -> None:
    ended = subprocess.run(["sh", "install.sh", "--root", bare.root], cwd=HERE, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr


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


def test_below_set_group_id_folders_modes_come_out_as_they_should(bare: Server) -> None:
    for folder in (bare.cpanel / "3rdparty", bare.theme, bare.root / "etc"):
        folder.chmod(0o2755)
    bare.well("install")
    ours = (bare.base, bare.base / "releases", bare.base / "current/", bare.entry.parent, bare.config.parent)
    assert [oct(path.stat().st_mode) for path in ours] == ["0o40755"] * 5
    assert hook(bare).stderr.endswith(": in order\n")


def test_variables_of_the_environment_do_not_matter(bare: Server) -> None:
    names = set(re.findall(r"\b([A-Z][A-Z_]+)=", (HERE / "install.sh").read_text())) - {"PATH"}
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


# --- repairing ---


def test_the_same_version_with_other_content_is_installed(installed: Server, place: Path) -> None:
    source = release(place / "source")
    with (source / "plugin/click/errors.py").open("a") as file:
        file.write("# newer\n")
    Server(installed.root, source).well("install")
    assert (installed.base / "current/plugin/click/errors.py").read_text().endswith("# newer\n")


@pytest.mark.parametrize("verb", ["install", "hook"])
def test_bytecode_that_is_damaged_is_made_anew(installed: Server, verb: str) -> None:
    for path in (installed.base / "current/plugin/click/__pycache__").glob("app.*.pyc"):
        os.truncate(path, 200)
    assert installed.page() != ""
    command = Server(installed.root, installed.base / "current") if verb == "hook" else installed
    command.well(verb)
    assert installed.page() == ""


def test_bytecode_that_others_can_change_is_found_and_closed(installed: Server) -> None:
    folder = installed.base / "current/plugin/__pycache__"
    subprocess.run(["chmod", "-R", "a+w", str(folder)], check=True)
    assert "plugin/__pycache__ can be changed by others" in installed.run("check").stdout
    installed.well("install")
    assert "can be changed by others" not in installed.run("check").stdout


def test_settings_that_somebody_writes_meanwhile_survive_a_failure(installed: Server) -> None:
    program = installed.cpanel / "scripts/install_plugin"
    program.write_text(f"#!/bin/sh\necho 'order: 7' >'{installed.config}'\nexit 1\n")
    assert installed.run("apply").returncode == 1
    assert installed.config.read_text() == "order: 7\n"


def test_a_previous_release_that_is_damaged_is_not_returned_to(newer: Server) -> None:
    newer.well("install")
    with (newer.base / "previous/plugin/click/app.py").open("a") as file:
        file.write("# more\n")
    ended = newer.run("rollback")
    assert (ended.returncode, f"release {VERSION} is damaged" in ended.stdout) == (3, True)
    assert newer.current() == "releases/1.1.0"


# --- what is said, and to whom ---


@pytest.mark.parametrize("verb", ["install", "apply", "uninstall"])
def test_with_nobody_to_listen_the_work_is_done_all_the_same(installed: Server, verb: str) -> None:
    with open("/dev/full", "w") as full:
        assert installed.run(verb, stdout=full, stderr=subprocess.PIPE).returncode == 0


@pytest.mark.parametrize("words", [["check"], ["check", "--json"]])
def test_findings_that_cannot_be_printed_are_a_failure(installed: Server, words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        assert installed.run(*words, stdout=full, stderr=subprocess.PIPE).returncode == 1


@pytest.mark.parametrize("settings", ["timeout: long\n", "icon: /nowhere.svg\n"])
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
def test_a_theme_where_it_is_not_installed_is_a_finding_for(newer: Server, verb: str) -> None:
    newer.well("install")
    (newer.theme.parent / "paper").mkdir(exist_ok=True)
    refuses(newer, "not installed in the theme paper", verb, "--theme", "paper")


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


# --- what uninstalling leaves alone ---


@pytest.mark.parametrize("name", ["notes.txt", ".notes", "releases/notes", "releases/.notes"])
def test_uninstalling_stops_where_it_would_delete_something_unknown(installed: Server, name: str) -> None:
    (installed.base / name).mkdir()
    refuses(installed, f"{installed.base / name} is there already", "uninstall")


@pytest.mark.parametrize("name", ["notes.txt", "mine/notes", "vendor/jinja2/more.py", ".notes"])
def test_uninstalling_stops_at_a_file_in_a_release_that_is_not_ours(installed: Server, name: str) -> None:
    path = installed.base / "releases" / VERSION / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    refuses(installed, f"{path} is there already", "uninstall")


def test_a_folder_that_is_no_release_of_ours_stays_when_older_ones_go(newer: Server, place: Path) -> None:
    (newer.base / "releases/notes").mkdir()
    newer.well("install")
    Server(newer.root, release(place / "source-2", "1.2.0")).well("install")
    assert sorted(path.name for path in (newer.base / "releases").iterdir()) == ["1.1.0", "1.2.0", "notes"]


def test_uninstalling_where_nothing_is_removes_nothing(bare: Server) -> None:
    bare.config.parent.mkdir(parents=True)
    before = bare.tree(times=True)
    bare.well("uninstall")
    assert bare.tree(times=True) == before


def test_uninstalling_leaves_files_of_others_where_they_are(installed: Server) -> None:
    others = [installed.entry.with_name("notes"), installed.theme / "assets/application_icons/webmail_signin.gif"]
    for path in others:
        path.touch()
    assert f"{installed.entry.parent} stays" in installed.well("uninstall")
    assert [path.exists() for path in [*others, installed.entry]] == [True, True, False]


def test_uninstalling_from_a_theme_where_it_is_not_is_a_finding(installed: Server) -> None:
    refuses(installed, "not installed in the theme paper", "uninstall", "--theme", "paper")


# --- misuse and servers that do not qualify ---


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
        ["sh", HERE / "install.sh", "--root", bare.root, *words], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--help" in ended.stderr
    assert bare.tree(times=True) == before


def test_a_root_that_does_not_exist_is_misuse(place: Path) -> None:
    assert Server(place / "nowhere", HERE).run().returncode == 2


def no_version(server: Server) -> None:
    (server.cpanel / "version").unlink()


def no_uapi(server: Server) -> None:
    (server.cpanel / "bin/uapi").unlink()


def no_install_plugin(server: Server) -> None:
    (server.cpanel / "scripts/install_plugin").chmod(0o644)


def no_theme(server: Server) -> None:
    server.theme.rename(server.theme.with_name("other"))


def linked_theme(server: Server) -> None:
    server.theme.rename(server.theme.with_name("other"))
    server.theme.symlink_to("other")


def linked_folder(server: Server) -> None:
    third = server.cpanel / "3rdparty"
    third.rename(server.root / "elsewhere")
    third.symlink_to(server.root / "elsewhere")


def planted_link(server: Server) -> None:
    server.base.symlink_to(server.root / "etc")


def planted_settings(server: Server) -> None:
    server.config.parent.symlink_to(server.root / "usr")


def planted_page(server: Server) -> None:
    server.entry.parent.mkdir()
    server.entry.symlink_to(server.root / "usr/local/cpanel/version")


def taken_page(server: Server) -> None:
    server.entry.parent.mkdir()
    server.entry.write_text("somebody else's")


def taken_icon(server: Server) -> None:
    (server.theme / "dynamicui/dynamicui_webmail_signin.conf").write_text("x")


def taken_feature(server: Server) -> None:
    (server.cpanel / "whostmgr/addonfeatures/webmail_signin").write_text("x")


def taken_folder(server: Server) -> None:
    server.base.mkdir()
    (server.base / "x").touch()


def taken_settings(server: Server) -> None:
    server.config.parent.write_text("a file")


def linked_config(server: Server) -> None:
    server.config.parent.mkdir()
    server.config.symlink_to(server.root / "usr/local/cpanel/version")


def folder_as_config(server: Server) -> None:
    server.config.mkdir(parents=True)


def open_parent(server: Server) -> None:
    server.theme.parent.chmod(0o777)


def theme_of_nobody(server: Server) -> None:
    os.chown(server.theme, 65534, -1)


def open_program(server: Server) -> None:
    (server.cpanel / "scripts/install_plugin").chmod(0o757)


def program_of_nobody(server: Server) -> None:
    os.chown(server.cpanel / "bin/manage_hooks", 65534, -1)


UNQUALIFIED = {
    no_version: "cpanel",
    no_uapi: "uapi",
    no_install_plugin: "install_plugin",
    no_theme: "theme",
    linked_theme: "theme",
    linked_folder: "symlink",
    planted_link: "symlink",
    planted_settings: "symlink",
    planted_page: "taken",
    taken_page: "taken",
    taken_icon: "taken",
    taken_feature: "taken",
    taken_folder: "taken",
    taken_settings: "taken",
    linked_config: "symlink",
    folder_as_config: "taken",
}
if AS_ROOT:
    UNQUALIFIED |= dict.fromkeys((open_parent, theme_of_nobody, open_program, program_of_nobody), "owner")


@pytest.mark.parametrize("spoil", UNQUALIFIED, ids=lambda spoil: spoil.__name__)
def test_a_server_that_does_not_qualify_is_left_alone(bare: Server, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(bare)
    before = bare.tree(times=True)
    assert bare.run("install").returncode == 3
    checked = bare.run("check", "--json")
    assert checked.returncode == 3
    failures = {
        item["name"]: item["remedy"] for item in json.loads(checked.stdout)["findings"] if item["level"] == "failure"
    }
    assert failures[UNQUALIFIED[spoil]]
    assert bare.tree(times=True) == before


def test_all_reasons_are_named_at_once(bare: Server) -> None:
    for spoil in (no_version, no_uapi, no_theme):
        spoil(bare)
    printed = bare.run("install").stdout
    assert [word for word in ("version is missing", "uapi is missing", "no theme jupiter") if word not in printed] == []


def test_a_missing_manage_hooks_is_a_warning(bare: Server) -> None:
    (bare.cpanel / "bin/manage_hooks").unlink()
    assert "manage_hooks" in bare.well("install")


def test_selinux_enforcing_is_a_warning(bare: Server) -> None:
    (bare.root / "sys/fs/selinux").mkdir(parents=True)
    (bare.root / "sys/fs/selinux/enforce").write_text("1")
    assert "SELinux" in bare.well("check")


def test_a_source_without_vendor_is_named(bare: Server, place: Path) -> None:
    source = release(place / "source", "1.1.0")
    (source / "vendor").rename(place / "gone")
    ended = Server(bare.root, source).run()
    assert ended.returncode == 3
    assert "make vendor" in ended.stdout


def test_on_a_server_only_root_may() -> None:
    if AS_ROOT:
        ended = subprocess.run(
            ["sh", "-s", "check"],
            stdin=(HERE / "install.sh").open(),
            check=False,
            capture_output=True,
            text=True,
            user="nobody",
            group=65534,
            extra_groups=[],
            cwd="/",
        )
    else:
        ended = subprocess.run(["sh", HERE / "install.sh", "check"], check=False, capture_output=True, text=True)
    assert ended.returncode == 3
    assert "only root" in ended.stdout


# --- the interpreter ---


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


if AS_ROOT:

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

    def test_root_makes_no_bytecode_with_a_foreign_python_of_another_kind(bare: Server, foreign: Path) -> None:
        copy(Path("/usr/bin/python3").resolve(), foreign)
        library = next((foreign.parent.parent / "lib").glob("*/subprocess.py"))
        library.write_text(library.read_text() + "sys.implementation.cache_tag = 'cpython-0'\n")
        assert "no bytecode" in bare.well("install", "--python", str(foreign))
        assert list((bare.base / "current/plugin").rglob("*.pyc")) == []


def test_the_library_beside_a_link_to_a_python_is_not_run(bare: Server, place: Path, foreign: Path) -> None:
    foreign.symlink_to("/usr/bin/python3")
    bare.well("install", "--python", str(foreign))
    assert (place / "seen").read_text() == ""


# --- dry runs ---


@pytest.mark.parametrize("verb", ["install", "apply", "rollback", "uninstall", "hook"])
def test_a_dry_run_lists_the_steps_and_changes_nothing(newer: Server, verb: str) -> None:
    if verb == "rollback":
        newer.well("install")
    server = newer if verb == "install" else Server(newer.root, newer.base / "current")
    before = server.tree(times=True)
    planned = server.well(verb, "--dry-run")
    assert server.tree(times=True) == before
    assert steps(planned) == steps(server.well(verb))


def test_the_dry_run_of_a_first_installation_equals_it(bare: Server) -> None:
    before = bare.tree(times=True)
    planned = steps(bare.well("--dry-run"))
    assert bare.tree(times=True) == before
    assert planned == steps(bare.well())
    assert len(planned) == FIRST_STEPS


# --- failures and signals ---


@pytest.mark.parametrize("number", [1, 2, 4, 8, 10, 11, 12, 13])
@pytest.mark.long
def test_a_first_installation_that_is_ended_is_undone(bare: Server, number: int) -> None:
    before = bare.tree()
    assert ended_at_step(bare, number, signal.SIGTERM) == 1
    assert bare.tree() == before


@pytest.mark.parametrize("name", ["QUIT", "USR1", "USR2", "ALRM", "XCPU", "XFSZ", "VTALRM"])
@pytest.mark.long
def test_every_signal_undoes(bare: Server, name: str) -> None:
    before = bare.tree()
    assert ended_at_step(bare, 6, signal.Signals[f"SIG{name}"]) == 1
    assert bare.tree() == before


@pytest.mark.parametrize("number", [2, 3, 5, 7, 8, 10, UPGRADE_STEPS])
@pytest.mark.long
def test_an_upgrade_that_is_ended_is_undone(newer: Server, number: int) -> None:
    before = newer.tree()
    assert ended_at_step(newer, number, signal.SIGINT) == 1
    assert newer.tree() == before
    assert newer.page() == ""


@pytest.mark.parametrize("number", range(1, REMOVING_STEPS + 1))
@pytest.mark.long
def test_a_removal_that_is_ended_is_undone(installed: Server, number: int) -> None:
    before = but_for_times(installed)
    assert ended_at_step(installed, number, signal.SIGTERM, "uninstall") == 1
    assert but_for_times(installed) == before
    assert installed.page() == ""


@pytest.mark.parametrize("number", range(1, FIRST_STEPS + 1))
@pytest.mark.long
def test_after_a_kill_a_first_installation_can_be_run_again(bare: Server, number: int) -> None:
    before = bare.tree()
    assert ended_at_step(bare, number, signal.SIGKILL) == -signal.SIGKILL
    assert not bare.entry.exists() or bare.page() == ""
    bare.well("install")
    bare.well("uninstall", "--purge")
    assert bare.tree() == before


@pytest.mark.parametrize("number", range(1, UPGRADE_STEPS + 1))
@pytest.mark.long
def test_after_a_kill_an_upgrade_can_be_run_again(newer: Server, number: int) -> None:
    assert ended_at_step(newer, number, signal.SIGKILL) == -signal.SIGKILL
    assert newer.page() == ""
    newer.well("install")
    assert newer.current() == "releases/1.1.0"


@pytest.mark.parametrize("behaviour", ["exit 1", "echo half >{conf}; exit 1", "kill -9 $$"])
def test_an_install_plugin_that_fails_undoes_everything(bare: Server, behaviour: str) -> None:
    conf = bare.theme / "dynamicui/dynamicui_webmail_signin.conf"
    (bare.cpanel / "scripts/install_plugin").write_text(f"#!/bin/sh\n{behaviour.format(conf=conf)}\n")
    before = bare.tree()
    assert bare.run("install").returncode == 1
    assert bare.tree() == before


def test_a_manage_hooks_that_fails_undoes_everything(newer: Server) -> None:
    (newer.cpanel / "bin/manage_hooks").write_text("#!/bin/sh\nexit 1\n")
    before = newer.tree()
    assert newer.run("install").returncode == 1
    assert newer.tree() == before


def test_a_release_whose_page_does_not_run_never_gets_in_use(newer: Server) -> None:
    (newer.source / "plugin/click/app.py").write_text("this is not Python\n")
    before = newer.tree()
    assert newer.run("install").returncode == 1
    assert newer.tree() == before


def test_settings_that_do_not_hold_stop_an_installation(newer: Server) -> None:
    newer.config.write_text("timeout: long\n")
    before = newer.tree()
    ended = newer.run("install")
    assert ended.returncode == 1
    assert f"{newer.config}:1: timeout" in ended.stdout
    assert newer.tree() == before


def test_a_symlink_in_the_source_is_not_installed(newer: Server) -> None:
    (newer.source / "plugin/extra.py").symlink_to("/etc/passwd")
    assert newer.run("install").returncode == 3
    assert newer.current() == f"releases/{VERSION}"


@pytest.mark.parametrize("name", ["plugin/__init__.py", "plugin/click/app.py", "templates/pipe"])
def test_a_fifo_in_the_source_is_named(newer: Server, name: str) -> None:
    (newer.source / name).unlink(missing_ok=True)
    os.mkfifo(newer.source / name)
    ended = newer.run("install")
    assert ended.returncode == 3
    assert "not plain files" in ended.stdout


def test_a_closed_standard_output_undoes_or_finishes(bare: Server) -> None:
    before = bare.tree()
    with subprocess.Popen(bare.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.wait(30) == 1
    assert bare.tree() == before


def test_a_second_installation_waits_for_the_first(bare: Server) -> None:
    (bare.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nsleep 0.5\n")
    first, second = (
        subprocess.Popen(bare.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in "ab"
    )
    printed = first.communicate(timeout=40)[0] + second.communicate(timeout=40)[0]
    assert (first.returncode, second.returncode) == (0, 0), printed
    assert "another install.sh" in printed


def test_what_a_killed_run_left_running_still_holds_the_lock(newer: Server) -> None:
    apply, held = newer.source / "plugin/ready/apply.py", newer.source / "held"
    os.mkfifo(held)
    apply.write_text(apply.read_text().replace("import os\n", f"import os\nopen({str(held)!r}).read()\n", 1))
    with subprocess.Popen(newer.command(), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        next(line for line in child.stdout if line.startswith("- check and compile"))
        with held.open("w"):  # which is opened as soon as the other side is: it is at work now, and waits
            child.kill()
            child.wait()
            assert is_locked(newer)
    with (newer.base / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # which ends with the last of them


def is_locked(server: Server) -> bool:
    with (server.base / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.parametrize(("verb", "current"), [("rollback", "1.1.0"), ("hook", VERSION), ("apply", VERSION)])
def test_who_waited_chooses_the_release_after_the_wait(newer: Server, verb: str, current: str) -> None:
    newer.well("install")
    newer.config.write_text("label: My mail\n")
    with (newer.base / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = Server(newer.root, newer.base / "current").command(verb)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            next(line for line in child.stdout if "another install.sh" in line)
            for name, version in (("current", VERSION), ("previous", "1.1.0")):
                (newer.base / name).unlink()
                (newer.base / name).symlink_to(f"releases/{version}")
            fcntl.flock(lock, fcntl.LOCK_UN)
            child.stdout.read()
        assert child.returncode == 0
    assert newer.current() == f"releases/{current}"
    registration = newer.base / f"releases/{VERSION}/compiled/registration/install.json"
    assert ("My mail" in registration.read_text()) is (verb == "apply")


# --- upgrades, repairs, going back ---


def test_an_upgrade_keeps_settings_and_own_templates(newer: Server) -> None:
    newer.config.write_text("label: My mail\n")
    own = newer.config.parent / "templates/locale"
    own.mkdir(parents=True)
    (own / "en.yaml").write_text("page.title: My mail\n")
    before = {path: seen for path, seen in newer.tree().items() if path.startswith("etc/")}
    newer.well("install")
    assert {path: seen for path, seen in newer.tree().items() if path.startswith("etc/")} == before
    assert "My mail" in (newer.theme / "dynamicui/dynamicui_webmail_signin.conf").read_text()


@pytest.mark.long
def test_the_two_newest_releases_stay(newer: Server, place: Path) -> None:
    newer.well("install")
    Server(newer.root, release(place / "source-2", "1.2.0")).well("install")
    assert sorted(path.name for path in (newer.base / "releases").iterdir()) == ["1.1.0", "1.2.0"]


def test_rollback_returns_to_the_previous_release_and_back(newer: Server) -> None:
    newer.well("install")
    newer.well("rollback")
    assert newer.current() == f"releases/{VERSION}"
    assert newer.page() == ""
    newer.well("rollback")
    assert newer.current() == "releases/1.1.0"


def test_rollback_does_not_depend_on_the_settings(newer: Server) -> None:
    newer.well("install")
    newer.config.write_text("timeout: long\n")
    assert "last good ones" in newer.well("rollback")
    assert newer.page() == ""


def test_without_a_previous_release_there_is_no_rollback(installed: Server) -> None:
    before = installed.tree(times=True)
    ended = installed.run("rollback")
    assert ended.returncode == 3
    assert "no previous release" in ended.stdout
    assert installed.tree(times=True) == before


@pytest.mark.parametrize("verb", ["apply", "rollback", "hook"])
def test_what_is_not_installed_cannot_be_changed(bare: Server, verb: str) -> None:
    before = bare.tree(times=True)
    assert bare.run(verb).returncode == 3
    assert bare.tree(times=True) == before


def test_installing_again_repairs_a_damaged_release(installed: Server) -> None:
    (installed.base / "current/plugin/click/app.py").write_text("damaged\n")
    installed.well("install")
    assert "Failures: 0" in installed.well("check")


def test_a_damaged_release_does_not_repair_itself(installed: Server) -> None:
    (installed.base / "current/plugin/click/app.py").write_text("damaged\n")
    before = installed.tree()
    ended = Server(installed.root, installed.base / "current").run("install")
    assert ended.returncode == 1
    assert "unpack the tarball" in ended.stdout
    assert installed.tree() == before


@pytest.mark.timeout(180)
@pytest.mark.long
def test_clicks_never_fail_during_upgrades_and_rollbacks(newer: Server, place: Path) -> None:
    changed = Server(newer.root, release(place / "source-2", "1.2.0"))
    answers: list[str] = []
    over = threading.Event()

    def click() -> None:
        while not over.is_set():
            answers.append(newer.page())
            over.wait(0.02)

    clicking = threading.Thread(target=click)
    clicking.start()
    try:
        newer.well("install")
        newer.well("rollback")
        changed.well("install")
        (changed.source / "templates/extra.html").write_text("one more file in the same version")
        changed.well("install")
        changed.well("apply")
        changed.well("rollback")
    finally:
        over.set()
        clicking.join()
    assert len(answers) > 10
    assert set(answers) == {""}


# --- apply ---


def test_apply_makes_the_settings_take_effect(installed: Server) -> None:
    installed.config.write_text("label: My mail\nnew_tab: false\n")
    installed.well("apply")
    conf = (installed.theme / "dynamicui/dynamicui_webmail_signin.conf").read_text()
    assert "My mail" in conf
    assert "_self" in conf


@pytest.mark.parametrize("label", ["a, b", "it''s", "a}"])
def test_apply_refuses_by_name_what_cpanel_cannot_hold(installed: Server, label: str) -> None:
    installed.config.write_text(f"label: '{label}'\n")
    before = installed.tree()
    ended = installed.run("apply")
    assert ended.returncode == 1
    assert "label" in ended.stdout
    assert installed.tree() == before


def test_a_dry_run_of_apply_tells_what_is_wrong_with_the_settings(installed: Server) -> None:
    installed.config.write_text("timeout: 900\n")
    before = installed.tree(times=True)
    ended = installed.run("apply", "--dry-run")
    assert ended.returncode == 1
    assert "config.yaml:1: timeout" in ended.stdout
    assert installed.tree(times=True) == before


def test_an_apply_whose_registration_fails_is_undone(installed: Server) -> None:
    installed.config.write_text("label: My mail\n")
    (installed.cpanel / "scripts/install_plugin").write_text("#!/bin/sh\nexit 1\n")
    before = installed.tree()
    assert installed.run("apply").returncode == 1
    assert installed.tree() == before


def test_an_icon_of_another_kind_replaces_the_old_one(installed: Server, place: Path) -> None:
    (installed.config.parent / "icon.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    installed.config.write_text("icon: /etc/webmail-signin/icon.png\n")
    installed.well("apply")
    icons = (installed.theme / "assets/application_icons").glob("webmail_signin.*")
    assert [icon.name for icon in icons] == ["webmail_signin.png"]


# --- the hook ---


def hook(server: Server) -> subprocess.CompletedProcess[str]:
    """As cPanel calls it after an update."""
    return subprocess.run(
        [str(server.base / "current/plugin/admin/registration/hook")], check=False, capture_output=True, text=True
    )


def test_a_hook_with_nothing_to_do_logs_one_line(installed: Server) -> None:
    ended = hook(installed)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "webmail-signin: after the cPanel update: in order\n"


def lost_page(server: Server) -> None:
    server.entry.unlink()
    server.entry.parent.rmdir()


def lost_icon(server: Server) -> None:
    (server.theme / "dynamicui/dynamicui_webmail_signin.conf").unlink()


def lost_interpreter(server: Server) -> None:
    lines = server.entry.read_text().split("\n", 1)
    server.entry.write_text(f"#!/usr/bin/python3.1 -IS\n{lines[1]}")


def lost_bytecode(server: Server) -> None:
    for file in server.base.rglob("*.pyc"):
        file.unlink()


@pytest.mark.parametrize("loss", [lost_page, lost_icon, lost_interpreter, lost_bytecode])
def test_the_hook_repairs(installed: Server, loss) -> None:  # type: ignore[no-untyped-def]
    loss(installed)
    ended = hook(installed)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "Failures: 0" in installed.well("check")
    assert any((installed.base / "current/plugin/__pycache__").glob("*.pyc"))


def test_the_hook_repairs_although_the_settings_do_not_hold(installed: Server) -> None:
    lost_page(installed)
    installed.config.write_text("timeout: long\n")
    assert hook(installed).returncode == 0
    assert installed.page() == ""


def test_a_hook_that_cannot_repair_says_why_in_one_line(installed: Server) -> None:
    no_uapi(installed)
    ended = hook(installed)
    assert ended.returncode == 3
    assert re.fullmatch(r"webmail-signin: after the cPanel update: failed: .*uapi is missing.*\n", ended.stderr)


def test_an_update_of_cpanel_runs_the_hook(installed: Server) -> None:
    lost_page(installed)
    subprocess.run([str(installed.cpanel / "scripts/upcp")], check=True, capture_output=True)
    assert installed.page() == ""


if AS_ROOT and subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0:
    PRIVATELY = "mount --make-rprivate /; "

    def in_namespace(server: Server, mounts: str, *words: str) -> subprocess.CompletedProcess[str]:
        """install.sh where `mounts`, shell commands, have been done for it alone."""
        script = f'{PRIVATELY}{mounts}\nexec "$@"'
        return server.run(
            *words, shell=("unshare", "-m", "sh", "-ec", script, "sh", "sh"), env={"PATH": "/usr/bin:/bin"}
        )

    def test_without_a_python_the_remedy_is_one_command(bare: Server) -> None:
        (bare.root / "etc/os-release").write_text('ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n')
        hide = (
            'for p in /usr/bin/python3* /usr/local/bin/python3*; do [ ! -f "$p" ] || mount --bind /dev/null "$p"; done'
        )
        before = bare.tree(times=True)
        ended = in_namespace(bare, hide, "check")
        assert ended.returncode == 3
        assert "dnf install -y python3.12" in ended.stdout
        assert bare.tree(times=True) == before

    def test_a_python_that_is_broken_is_passed_over(bare: Server) -> None:
        hide = (
            'for p in /usr/bin/python3* /usr/local/bin/python3*; do [ ! -f "$p" ] || mount --bind /bin/false "$p"; done'
        )
        assert "no Python 3.9" in in_namespace(bare, hide, "install").stdout

    def test_without_another_a_foreign_python_runs_as_root_with_a_warning(bare: Server, place: Path) -> None:
        python = copy(Path("/usr/bin/python3").resolve(), place / "python3")
        hide = (
            'for p in /usr/bin/python3* /usr/local/bin/python3*; do [ ! -f "$p" ] || mount --bind /bin/false "$p"; done'
        )
        assert "and as root" in in_namespace(bare, hide, "check", "--python", str(python)).stdout

    def test_a_last_step_that_fails_brings_everything_back(installed: Server) -> None:
        before = but_for_times(installed)
        held = f"mount --bind '{installed.config}' '{installed.config}'"  # which cannot be removed then
        ended = in_namespace(installed, held, "uninstall", "--purge")
        assert (ended.returncode, "Everything was put back" in ended.stdout) == (1, True), ended.stdout
        assert but_for_times(installed) == before
        assert installed.page() == ""

    def test_a_small_disk_is_named(bare: Server) -> None:
        ended = in_namespace(bare, f"mount -t tmpfs -o size=2m,mode=755 none '{bare.cpanel}/3rdparty'", "install")
        assert ended.returncode == 3
        assert "KB are free" in ended.stdout

    @pytest.mark.parametrize("left", [100, 900, 1600, 2400])
    def test_a_disk_that_fills_up_undoes_everything(bare: Server, left: int) -> None:
        # The space is taken only after the look at it, by the program that looks at it last.
        third = bare.cpanel / "3rdparty"
        fill = f"mount -t tmpfs -o size=20m,mode=755 none '{third}'; PATH=/tmp/none:$PATH"
        script = (bare.source / "install.sh").read_text()
        eager = release_that_fills(bare, script, third, left)
        ended = in_namespace(eager, fill, "install")
        assert ended.returncode == 1, ended.stdout
        assert "put back" in ended.stdout

    def release_that_fills(server: Server, script: str, disk: Path, left: int) -> Server:
        source = release(server.root.parent / "source", "1.3.0")
        full = f"dd if=/dev/zero of='{disk}/ballast' bs=1K count={20 * 1024 - left} 2>/dev/null"
        (source / "install.sh").write_text(script.replace("\nstage() {", f"\nstage() {{\n  {full}\n", 1))
        return Server(server.root, source)

    def test_a_python_in_a_closed_home_cannot_be_chosen(bare: Server, place: Path) -> None:
        closed = place / "home"
        closed.mkdir(mode=0o700)
        (closed / "python3").write_text('#!/bin/sh\nexec /usr/bin/python3 "$@"\n')
        (closed / "python3").chmod(0o755)
        python = copy(Path("/usr/bin/python3").resolve(), closed / "python3.real")
        ended = bare.run("install", "--python", str(python))
        assert ended.returncode == 3
        assert "ordinary user" in ended.stdout
