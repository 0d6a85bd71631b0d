"""What a click may cost, in what can be counted: modules, system calls, files, memory and bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.trace import count

# One click on a server that install.sh has made for it, and one start of each Python.
pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

CHECKOUT = Path(__file__).resolve().parents[2]
MODULES = 80
#: All that may be imported before `uapi` starts, beside what Python loads by itself: packages and top-level modules,
#: private ones without their underscore. A new name here delays every click.
IMPORTED = (
    "future collections collections_abc contextlib copyreg enum errno fcntl functools gc genericpath grp heapq "
    "itertools json keyword locale math operator os plugin posixpath posixsubprocess pwd re reprlib select selectors "
    "signal socket sre stat subprocess threading types warnings weakrefset"
)
BYTES = 8192
PEAK_MB = 24
SYSTEM_CALLS = 1750
FILES = 125


@pytest.fixture(scope="module")
def counted() -> dict[str, Any]:
    """In a process of its own, since reaching each Python may cover a home in that process's mounts."""
    command = [sys.executable, "-m", "tests.bench.budget"]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False, text=True)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_few_modules_are_loaded_before_uapi_starts(counted: dict[str, Any]) -> None:
    numbers = {version: len(names) for version, names in counted["modules"].items()}
    assert all(0 < number <= MODULES for number in numbers.values()), numbers


def test_nothing_new_is_imported_before_uapi_starts(counted: dict[str, Any]) -> None:
    for version, names in counted["modules"].items():
        own = set(names) - set(counted["startup"][version]) - {"__main__"}
        assert {name.split(".")[0].strip("_") for name in own} <= set(IMPORTED.split()), version


def test_of_the_plugin_a_click_loads_its_own_room_alone(counted: dict[str, Any]) -> None:
    for version, names in counted["modules"].items():
        own = {name for name in names if name.startswith("plugin.")}
        assert "plugin.click.uapi" in own and {name.split(".")[1] for name in own} == {"click"}, version


def test_the_page_is_small(counted: dict[str, Any]) -> None:
    assert counted["bytes"] <= BYTES


def test_a_click_needs_little_memory(counted: dict[str, Any]) -> None:
    assert counted["peak"] <= PEAK_MB


def test_ten_thousand_mailboxes_need_little_memory_and_time(counted: dict[str, Any]) -> None:
    assert counted["many"]["buttons"] == 10_001
    assert counted["many"]["peak"] <= PEAK_MB
    assert counted["many"]["cpu"] <= 300  # ms of the whole click; what it waits for depends on LiveAPI


def test_a_click_makes_few_system_calls(counted: dict[str, Any]) -> None:
    if counted["calls"] is None:
        pytest.skip("there is no strace, or it may not trace")
    assert counted["calls"] <= SYSTEM_CALLS


def test_a_click_opens_few_files(counted: dict[str, Any]) -> None:
    if counted["opened"] is None:
        pytest.skip("there is no strace, or it may not trace")
    assert counted["opened"] <= FILES


def test_what_uapi_itself_does_is_not_counted() -> None:
    calls = count(
        '7  openat(AT_FDCWD, "/a", O_RDONLY <unfinished ...>\n'
        '8  openat(AT_FDCWD, "/b", O_RDONLY) = -1 ENOENT (No such file or directory)\n'
        "7  <... openat resumed>) = 3\n"
        '8  execve("/usr/local/cpanel/bin/uapi", ["uapi"], 0x7f /* 2 vars */) = 0\n'
        '8  openat(AT_FDCWD, "/c", O_RDONLY) = 3\n'
        "7  +++ exited with 0 +++\n"
    )
    assert (calls.total, calls.opened, calls.missed) == (3, 1, 1)
