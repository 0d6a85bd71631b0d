"""What install.sh runs nothing of: a source that others can change, or that is not what was packed (design §6)."""

from __future__ import annotations

import os
import py_compile
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin import __version__
from tests.kit.account import ACCOUNT, as_root, identity
from tests.kit.folders import CHECKOUT, copy, open_folder
from tests.kit.long import long
from tests.kit.servers import Server, release
from tests.kit.tarballs import seal

MARK = "open({!r}, 'w').close()\n"  # what code of somebody else's does if it is ever run
Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def packed() -> Iterator[Path]:
    """An unpacked tarball that no test changes."""
    with open_folder() as folder:
        yield seal(release(folder / "source"))


@pytest.fixture
def source(packed: Path, place: Path) -> Path:
    """An unpacked tarball for one test to change."""
    return copy(packed, place / "source")


@pytest.fixture
def checkout(source: Path) -> Path:
    (source / "MANIFEST").unlink()
    return source


def run(source: Path, *words: str, **more: Any) -> Ended:
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **more}
    words = words or ("--version",)
    return subprocess.run(["sh", str(source / "install.sh"), *words], text=True, check=False, timeout=60, **more)


def trusted(source: Path, *words: str, **more: Any) -> bool:
    ended = run(source, *words, **more)
    assert (ended.returncode, __version__ in ended.stdout) in ((0, True), (3, False)), ended.stdout
    return ended.returncode == 0


def give(path: Path, uid: int = ACCOUNT.pw_uid) -> Path:
    """Let somebody else own this."""
    os.chown(path, uid, -1, follow_symlinks=False)
    return path


def marked(place: Path) -> str:
    return MARK.format(str(place / "free/ran"))


def ran(place: Path) -> bool:
    return (place / "free/ran").exists()


# --- a tarball ---


def test_what_is_different_is_named_and_nothing_else(source: Path) -> None:
    (source / "README").touch()
    ended = run(source)
    said = f"nothing of {source} was run, for it is not to be trusted:\nREADME was added\n         mend it: "
    assert (ended.returncode, ended.stdout.partition("mend it: ")[0] + "mend it: ") == (3, f"failure  {said}")


def test_a_tarball_as_it_was_packed_is_run(source: Path) -> None:
    assert trusted(source)


@pytest.fixture
def crowd() -> Iterator[Path]:
    """A control group whose processes can be counted off: what enters it can start no more than `pids.max` says."""
    group = Path(f"/sys/fs/cgroup/pids/webmail-signin-{os.getpid()}")
    try:
        group.mkdir()
    except OSError:
        pytest.skip("no control group can be made here")
    yield group
    while (group / "cgroup.procs").read_text():
        time.sleep(0.01)
    group.rmdir()


@as_root
@pytest.mark.parametrize("shell", ["dash", *long("bash")])
@pytest.mark.parametrize("most", [2, 4, *long(3, 5, 6, 7, 8, 9, 10)])
def test_where_too_few_programs_can_be_started_to_judge_it_nothing_of_it_is_run(
    source: Path, place: Path, crowd: Path, most: int, shell: str
) -> None:
    (source / "plugin/admin/__main__.py").write_text(marked(place))
    give(source)
    (crowd / "pids.max").write_text(str(most))
    script = f'echo $$ >{crowd}/cgroup.procs; WEBMAIL_SIGNIN_PATH= exec {shell} "$0" --clean=$$ --version'
    assert subprocess.run([shell, "-c", script, source / "install.sh"], check=False).returncode != 0
    assert not ran(place)


@pytest.mark.parametrize("umask", ["000", "002", "077"])
def test_a_tarball_is_run_whatever_the_umask(source: Path, umask: str) -> None:
    ended = subprocess.run(["sh", "-c", f'umask {umask}; sh "$0" --version', source / "install.sh"], check=False)
    assert ended.returncode == 0


def test_a_tarball_that_was_unpacked_for_its_owner_alone_is_run(source: Path) -> None:
    subprocess.run(["chmod", "-R", "go-rwx", str(source)], check=True)
    assert trusted(source)


@pytest.mark.parametrize(
    "name",
    [
        "plugin/admin/arguments/__init__.py",
        "json.py",
        "runpy.py",
        "vendor/yaml/_yaml.py",
        "plugin/.hidden.py",
        "a b.py",
    ],
)
def test_code_that_lies_beside_what_was_packed_is_not_run(source: Path, place: Path, name: str) -> None:
    (source / name).parent.mkdir(exist_ok=True)
    (source / name).write_text(marked(place))
    ended = run(source)
    assert (ended.returncode, f"{name} was added" in ended.stdout, ran(place)) == (3, True, False)


def plant_bytecode(source: Path, module: str, code: str) -> str:
    """Bytecode of `code` that is taken for that of a module, whenever that was written; its path."""
    other = source.parent / "other.py"
    other.write_text(code)
    folder, name = os.path.split(module)
    compiled = source / folder / "__pycache__" / f"{name}.{os.sys.implementation.cache_tag}.pyc"  # type: ignore[attr-defined]
    compiled.parent.mkdir(exist_ok=True)
    py_compile.compile(str(other), str(compiled), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return str(compiled.relative_to(source))


def test_bytecode_that_lies_in_a_tarball_is_not_run(source: Path, place: Path) -> None:
    name = plant_bytecode(source, "plugin/admin/__main__", marked(place))
    ended = run(source)
    assert (ended.returncode, f"{name} was added" in ended.stdout, ran(place)) == (3, True, False)


def test_a_folder_that_was_not_packed_is_a_difference(source: Path) -> None:
    (source / "plugin/more").mkdir()
    assert "plugin/more was added" in run(source).stdout


@pytest.mark.parametrize("name", ["plugin/more.py", "MANIFEST.old", "plugin/click/host.py"])
def test_a_link_is_a_difference(source: Path, name: str) -> None:
    (source / name).unlink(missing_ok=True)
    (source / name).symlink_to("/etc/hostname")
    assert run(source).stdout.count(f"{name} ") == 2  # others can change it, and it was added or changed


def test_a_file_that_is_no_plain_one_is_a_difference(source: Path) -> None:
    os.mkfifo(source / "plugin/more")
    assert "plugin/more was added" in run(source).stdout


@pytest.mark.parametrize("name", ["x\nplugin", "x\n./plugin", "x\n" + "0" * 64 + "  ./plugin", "\\", "é"])
@pytest.mark.parametrize("kind", [Path.mkdir, Path.touch])
def test_no_name_hides_what_was_added(source: Path, name: str, kind: Any) -> None:
    (source / name).parent.mkdir(parents=True, exist_ok=True)
    kind(source / name)
    assert " was added" in run(source).stdout


def test_names_of_somebody_elses_do_nothing_to_a_terminal(source: Path) -> None:
    (source / "plugin/\x1b]0;title\x07").touch()
    assert "plugin/?]0;title? was added" in run(source).stdout


def test_a_file_that_was_changed_is_a_difference(source: Path, place: Path) -> None:
    with open(source / "plugin/__init__.py", "a") as stream:
        stream.write(marked(place))
    ended = run(source)
    assert (ended.returncode, "plugin/__init__.py was changed" in ended.stdout, ran(place)) == (3, True, False)


def test_a_file_that_is_missing_is_a_difference(source: Path) -> None:
    (source / "cgi/index.live.cgi").unlink()
    assert "cgi/index.live.cgi is missing" in run(source).stdout


@pytest.mark.parametrize("text", ["", "\n", "nonsense\n"])
def test_a_manifest_that_lists_nothing_allows_nothing(source: Path, text: str) -> None:
    (source / "MANIFEST").write_text(text)
    assert not trusted(source)


def test_the_first_ten_differences_and_the_remedy_are_said(source: Path) -> None:
    for number in range(20):
        (source / f"plugin/more{number}").touch()
    lines = run(source).stdout.splitlines()
    assert len(lines) == 12
    assert "mend it: unpack the tarball in a folder" in lines[-1]


def test_a_server_that_would_be_installed_on_stays_as_it_is(source: Path, place: Path) -> None:
    (source / "plugin/more").touch()
    (place / "root").mkdir()
    assert run(source, "install", "--root", str(place / "root")).returncode == 3
    assert list((place / "root").iterdir()) == []


@pytest.mark.parametrize("words", [["--help"], ["frobnicate"], ["check"], ["uninstall"], ["hook"]], ids=" ".join)
def test_no_word_runs_what_is_not_trusted(source: Path, place: Path, words: list[str]) -> None:
    (source / "plugin/admin/__init__.py").write_text(marked(place))
    assert (run(source, *words).returncode, ran(place)) == (3, False)


# --- whose it is ---


@as_root
@pytest.mark.parametrize("name", [".", "plugin", "plugin/click/errors.py", "MANIFEST", "install.sh", "vendor/jinja2"])
def test_what_belongs_to_somebody_else_is_a_difference(source: Path, name: str) -> None:
    give(source / name)
    ended = run(source)
    assert (ended.returncode, "others can change it" in ended.stdout) == (3, True)


@as_root
@pytest.mark.parametrize("bits", [0o020, 0o002])
@pytest.mark.parametrize("name", [".", "plugin", "plugin/click/errors.py", "MANIFEST"])
def test_what_others_can_write_to_is_a_difference(source: Path, name: str, bits: int) -> None:
    path = source / name
    path.chmod(path.stat().st_mode | bits)
    assert not trusted(source)


@as_root
@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_above_that_others_can_write_to_is_a_difference(source: Path, place: Path, mode: int) -> None:
    place.chmod(mode)
    assert f"{place} is a link, or others can change it" in run(source).stdout


@as_root
def test_a_folder_in_somebodys_home_is_a_difference(packed: Path, place: Path) -> None:
    home = place / "home"
    home.mkdir()
    source = copy(packed, home / "source")
    give(home)
    assert f"{home} is a link, or others can change it" in run(source).stdout


@as_root
def test_a_sticky_folder_above_is_none(source: Path, place: Path) -> None:
    place.chmod(0o1777)
    assert trusted(source)


@as_root
def test_a_sticky_folder_of_somebody_elses_is_one(source: Path, place: Path) -> None:
    place.chmod(0o1777)
    give(place)
    assert not trusted(source)


@as_root
def test_a_source_that_is_itself_a_sticky_folder_is_a_difference(source: Path) -> None:
    source.chmod(0o1777)
    assert not trusted(source)


@as_root
def test_it_is_judged_where_it_really_lies(source: Path, place: Path) -> None:
    home = place / "home"
    home.mkdir()
    give(home)
    (home / "link").symlink_to(source)
    assert trusted(home / "link")
    source.chmod(0o777)
    (place / "link").symlink_to(source)
    assert not trusted(place / "link")


@as_root
def test_a_folder_that_is_swapped_while_it_runs_changes_nothing(source: Path, place: Path) -> None:
    evil = copy(source, place / "evil")
    (evil / "plugin/__init__.py").write_text(marked(place))
    for path in [evil, *evil.rglob("*")]:
        give(path)
    link, over, codes = place / "free/link", threading.Event(), []

    def swap() -> None:
        while not over.is_set():
            for tree in (evil, source):
                (place / "free/new").symlink_to(tree)
                os.rename(place / "free/new", link)

    link.symlink_to(source)
    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        codes = [run(link).returncode for _ in range(12)]
    finally:
        over.set()
        swapping.join()
    assert (set(codes) <= {0, 3}, ran(place)) == (True, False)


# --- a checkout ---


def test_a_checkout_is_run(checkout: Path) -> None:
    for name in (".git", ".venv", "tests"):
        (checkout / name).mkdir()
    (checkout / ".link").symlink_to("/tmp")
    (checkout / "plugin/new.py").touch()
    assert trusted(checkout)


def test_bytecode_that_lies_in_a_checkout_is_not_run(checkout: Path, place: Path) -> None:
    plant_bytecode(checkout, "plugin/admin/__main__", marked(place))
    assert (trusted(checkout), ran(place)) == (True, False)


@as_root
@pytest.mark.parametrize(
    "name", [".", "json.py", "jinja2", "yaml/__init__.py", "plugin/errors.py", "vendor/yaml/__pycache__", "templates"]
)
def test_what_belongs_to_somebody_else_is_a_difference_in_a_checkout_too(checkout: Path, name: str) -> None:
    path = checkout / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.touch()
    give(path)
    assert not trusted(checkout)


def test_a_package_beside_the_parts_of_a_checkout_does_not_come_before_the_vendored_one(
    checkout: Path, bare: Server, place: Path
) -> None:
    (checkout / "yaml").mkdir()
    (checkout / "yaml/__init__.py").write_text(marked(place))
    assert run(checkout, "check", "--root", str(bare.root)).returncode == 0
    assert not ran(place)


@pytest.mark.parametrize("name", ["plugin/more", "templates", "yaml"])
def test_a_link_in_a_checkout_is_a_difference(checkout: Path, name: str) -> None:
    if (checkout / name).exists():
        (checkout / name).rename(checkout / "other")
    (checkout / name).symlink_to(checkout / "other")
    assert not trusted(checkout)


@as_root
def test_a_link_of_somebody_elses_in_a_checkout_is_a_difference(checkout: Path) -> None:
    (checkout / "jinja2").symlink_to("/tmp")
    give(checkout / "jinja2")
    assert not trusted(checkout)


# --- somebody who is not root ---


@as_root
def test_a_user_runs_what_is_the_users_own(source: Path, place: Path) -> None:
    for path in [source, *source.rglob("*")]:
        give(path)
        path.chmod(path.stat().st_mode | 0o020)  # as with the umask 002, which many systems give to people
    assert trusted(source, **identity())


@as_root
def test_a_user_runs_what_is_roots(source: Path) -> None:
    assert trusted(source, **identity())


@as_root
def test_a_user_runs_a_checkout_of_roots_with_a_link_of_roots_beside_it(checkout: Path) -> None:
    (checkout / ".venv").symlink_to("/tmp")
    assert trusted(checkout, **identity())
    give(checkout / ".venv", 4711)
    assert not trusted(checkout, **identity())


@as_root
@pytest.mark.parametrize("name", [".", "plugin/click/errors.py"])
def test_a_user_does_not_run_what_is_a_third_persons(source: Path, name: str) -> None:
    give(source / name, 4711)
    ended = run(source, **identity())
    assert (ended.returncode, "in a folder of your own" in ended.stdout) == (3, True)


@as_root
def test_a_user_does_not_run_what_everybody_can_change(source: Path) -> None:
    (source / "plugin/click/errors.py").chmod(0o666)
    assert not trusted(source, **identity())


@as_root
def test_a_user_does_not_run_a_tarball_that_was_changed(source: Path) -> None:
    (source / "plugin/more").touch()
    assert not trusted(source, **identity())


# --- install.sh without the rest ---


def one_line(ended: Ended) -> None:
    assert (ended.returncode, ended.stdout.count("\n")) == (2, 1), ended.stdout
    assert "install.sh: unpack the whole tarball" in ended.stdout


def test_install_sh_alone_says_one_line(place: Path) -> None:
    copy(CHECKOUT / "install.sh", place)
    one_line(run(place, "check"))


@pytest.mark.parametrize("words", [[], ["-s", "--", "check"]], ids=["plain", "words"])
def test_install_sh_piped_into_a_shell_says_one_line(source: Path, words: list[str]) -> None:
    with open(source / "install.sh") as stream:
        one_line(
            subprocess.run(
                ["sh", *words], stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=source
            )
        )


@pytest.mark.parametrize("name", ["install.sh", "other.sh"])
def test_install_sh_through_a_symlink_says_one_line(source: Path, place: Path, name: str) -> None:
    (place / name).symlink_to(source / "install.sh")
    command = ["sh", str(place / name), "check"]
    one_line(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False))


def test_half_of_install_sh_does_nothing(source: Path, place: Path) -> None:
    text = (source / "install.sh").read_text()
    for length in range(0, len(text) - 12, 997):
        (source / "install.sh").write_text(text[:length])
        assert "Webmail" not in run(source).stdout
