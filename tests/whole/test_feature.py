"""`install --feature off`: the icon is hidden from everybody until WHM switches it on."""

from __future__ import annotations

import subprocess

import pytest

from tests.kit.programs import program
from tests.kit.servers import Server, but_for_times, refuses


def lists(server: Server) -> dict[str, str]:
    """What the two feature lists say of ours."""
    found = {}
    for name in ("default", "gold"):
        lines = (server.root / "var/cpanel/features" / name).read_text().splitlines()
        found[name] = dict(line.split("=") for line in lines).get("webmail_signin", "")
    return found


@pytest.fixture
def gold(bare: Server) -> Server:
    """A server with a feature list beside the default one."""
    (bare.root / "var/cpanel/features/gold").write_text("ftp=1\nwebmail=0\n")
    return bare


def test_every_feature_list_says_off(gold: Server) -> None:
    assert "hidden from everybody" in gold.well("install", "--feature", "off")
    assert lists(gold) == {"default": "0", "gold": "0"}


@pytest.mark.long
def test_what_a_list_says_of_other_features_stays(gold: Server) -> None:
    gold.well("install", "--feature", "off")
    assert "webmail=0\n" in (gold.root / "var/cpanel/features/gold").read_text()


def test_without_it_no_list_is_touched(gold: Server) -> None:
    gold.well("install")
    assert lists(gold) == {"default": "", "gold": ""}


@pytest.mark.long
def test_installing_again_does_not_switch_it_on(gold: Server) -> None:
    gold.well("install", "--feature", "off")
    gold.well("install")
    assert lists(gold) == {"default": "0", "gold": "0"}


@pytest.mark.long
def test_a_failure_later_on_switches_it_back(gold: Server) -> None:
    (gold.cpanel / "bin/manage_hooks").write_text("#!/bin/sh\nexit 1\n")
    assert gold.run("install", "--feature", "off").returncode == 1
    assert set(lists(gold).values()) <= {"", "1"}


def test_a_whmapi1_that_refuses_undoes_everything(bare: Server) -> None:
    (bare.cpanel / "bin/whmapi1").write_text(
        '#!/bin/sh\necho \'{"metadata": {"result": 0, "reason": "No licence."}}\'\n'
    )
    before = but_for_times(bare)
    ended = bare.run("install", "--feature", "off")
    assert (ended.returncode, "whmapi1 get_featurelists: No licence." in ended.stdout) == (1, True)
    assert but_for_times(bare) == before


@pytest.mark.long
@pytest.mark.parametrize("data", ["{}", "null", "[]", '{"featurelists": 1}'])
def test_an_answer_that_is_not_as_documented_undoes_everything(bare: Server, data: str) -> None:
    program(bare.cpanel / "bin/whmapi1", f"""echo '{{"metadata": {{"result": 1}}, "data": {data}}}'\n""")
    before = but_for_times(bare)
    ended = bare.run("install", "--feature", "off")
    assert (ended.returncode, "whmapi1 get_featurelists: the answer is not" in ended.stdout) == (1, True), ended.stdout
    assert but_for_times(bare) == before


def test_without_whmapi1_it_is_found_before_anything_is_installed(bare: Server) -> None:
    (bare.cpanel / "bin/whmapi1").unlink()
    refuses(
        bare, "bin/whmapi1 is missing or cannot be run, so the icon cannot be hidden", "install", "--feature", "off"
    )


@pytest.mark.long
def test_one_account_sees_it_by_an_override(bare: Server) -> None:
    bare.well("install", "--feature", "off")
    account = min(path.name for path in (bare.root / "var/cpanel/users").iterdir())
    command = [str(bare.cpanel / "bin/whmapi1"), "--output=json", "add_override_features_for_user", f"user={account}"]
    subprocess.run([*command, 'features={"webmail_signin":"1"}'], check=True, capture_output=True)
    asked = [str(bare.uapi), "--output=json", f"--user={account}", "Features", "has_feature", "name=webmail_signin"]
    assert '"data": 1' in subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.long
def test_uninstalling_says_what_the_lists_keep(bare: Server) -> None:
    bare.well("install", "--feature", "off")
    assert "feature list default keeps webmail_signin=0" in bare.well("uninstall")
