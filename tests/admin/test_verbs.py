"""The verbs that change something: what is said where there is nothing to do, and who does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.admin import signals, verbs
from plugin.admin.findings import ADVICE, INSTALLED, SERVER, Finding
from plugin.admin.job import Job
from plugin.admin.server import Installed, Record
from tests.kit.jobs import blind

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def unheard() -> Iterator[None]:
    yield
    signals.over.clear()


def test_only_failures_stop_it(tmp_path: Path) -> None:
    found = [
        Finding(False, SERVER, "a", "one"),
        Finding(False, ADVICE, "b", "two"),
        Finding(True, SERVER, "c", "three"),
        Finding(False, INSTALLED, "d", "four"),
    ]
    assert verbs.failures(found) == "one; four"


def hook(root: Path, version: str) -> Job:
    job = blind(root, "hook", installed=Installed("1.0.0", "", Record(), True))
    return job._replace(here=job.server.release(version))


def test_a_hook_of_a_release_that_is_no_longer_in_use_says_which_is(tmp_path: Path) -> None:
    with pytest.raises(verbs.Elsewhere, match=r"/releases/1\.0\.0$"):
        verbs.in_use(hook(tmp_path, "0.9.0"))


def test_the_hook_of_the_one_in_use_goes_on(tmp_path: Path) -> None:
    verbs.in_use(hook(tmp_path, "1.0.0"))


def test_only_a_hook_minds(tmp_path: Path) -> None:
    verbs.in_use(blind(tmp_path, "apply", installed=Installed("1.0.0", "", Record(), True)))


def test_a_server_that_does_not_qualify_is_left_alone_and_says_why(tmp_path: Path, capfd: Captured) -> None:
    outcome = verbs.change(blind(tmp_path, "install"), "")
    assert (outcome.code, "there is no cPanel here" in outcome.why) == (3, True)
    assert capfd.readouterr().out.endswith("This server does not qualify, see above; nothing was changed.\n")
    assert list(tmp_path.iterdir()) == []


def uninstall(root: Path, *words: str) -> verbs.Outcome:
    (root / "etc/webmail-signin").mkdir(parents=True)
    (root / "etc/webmail-signin/config.yaml").touch()
    return verbs.change(blind(root, "uninstall", *words), "")


def test_where_nothing_is_installed_there_is_nothing_to_remove(tmp_path: Path, capfd: Captured) -> None:
    assert uninstall(tmp_path).code == 0
    said = capfd.readouterr().out
    assert said.startswith(f"Webmail Sign-in is not installed below {tmp_path}.\n")
    assert (tmp_path / "etc/webmail-signin/config.yaml").exists() and "--purge removes it" in said


def test_the_settings_alone_can_be_purged_with_their_folder(tmp_path: Path) -> None:
    assert uninstall(tmp_path, "--purge").code == 0
    assert not (tmp_path / "etc/webmail-signin").exists()


def test_a_dry_run_purges_nothing(tmp_path: Path, capfd: Captured) -> None:
    assert uninstall(tmp_path, "--purge", "--dry-run").code == 0
    assert (tmp_path / "etc/webmail-signin/config.yaml").exists()
    assert capfd.readouterr().out.endswith("config.yaml\nNothing was changed.\n")
