"""What each verb would do, as a list of steps: nothing is run here."""

from __future__ import annotations

import os

import pytest

from plugin.admin import plans
from plugin.admin.programs import Failed
from plugin.admin.transaction import Plan, nothing
from tests.kit.jobs import job
from tests.kit.servers import Server

WORDS = (
    ("keep a copy", "keep"),
    ("copy release", "stage"),
    ("/config.yaml, all comments", "write settings"),
    ("compile the code", "compile"),
    ("check and compile settings", "make ready"),
    ("out of the way of the clicks", "try aside"),
    ("put it in place", "place"),
    ("switch to release", "switch"),
    ("record what is installed", "record"),
    ("put the page into", "page"),
    ("register the icon", "icon"),
    ("hide the icon", "hide"),
    ("for a moment", "show"),
    ("hide it from", "hide again"),
    ("add the hook", "hook"),
    ("run the installed page", "try"),
    ("whole click", "account"),
    ("remove older releases", "older"),
)


def steps(plan: Plan) -> list[str]:
    """A word for each."""
    texts = [step.text for step in (*plan.steps, *plan.afterwards)]
    return [next(word for part, word in WORDS if part in text) for text in texts]


def test_a_first_installation(bare: Server) -> None:
    assert steps(plans.install(job(bare, "install"))) == [
        *("keep", "stage", "write settings", "compile", "make ready", "try aside", "place", "switch", "record"),
        *("page", "icon", "hook", "try"),
    ]


def test_an_upgrade_leaves_page_hook_and_settings_alone(newer: Server) -> None:
    assert steps(plans.install(job(newer, "install", version="1.1.0"))) == [
        *("keep", "stage", "compile", "make ready", "try aside", "place", "switch", "record", "icon", "try"),
    ]


def test_installing_again_makes_ready_and_registers_again(installed: Server) -> None:
    assert steps(plans.install(job(installed, "install"))) == ["keep", "compile", "make ready", "record", "icon", "try"]


def test_a_damaged_release_is_copied_again(installed: Server) -> None:
    (installed.release / "plugin/click/app.py").write_text("damaged\n")
    assert steps(plans.install(job(installed, "install")))[:2] == ["keep", "stage"]


def test_a_damaged_release_cannot_be_its_own_source(installed: Server) -> None:
    (installed.release / "plugin/click/app.py").write_text("damaged\n")
    with pytest.raises(Failed, match="unpack the tarball"):
        plans.install(job(Server(installed.root, installed.release), "install"))


def test_what_is_put_in_use_can_be_taken_back(newer: Server) -> None:
    plan = plans.install(job(newer, "install", version="1.1.0"))
    undone = [step.text.split()[0] for step in plan.steps if step.undo is not nothing]
    assert undone == ["keep", "copy", "put", "switch"]


def test_a_hook_with_nothing_to_do_only_looks(installed: Server) -> None:
    here = Server(installed.root, installed.release)
    assert steps(plans.install(job(here, "hook"))) == ["keep", "record", "try"]


def test_a_hook_repairs_what_is_lost(installed: Server) -> None:
    installed.entry.unlink()
    (installed.theme / "dynamicui/dynamicui_webmail_signin.conf").unlink()
    (installed.root / "var/cpanel/hooks.json").unlink()
    plan = plans.install(job(Server(installed.root, installed.release), "hook"))
    assert steps(plan) == ["keep", "record", "page", "icon", "hook", "try"]
    assert [step.repairs for step in plan.steps] == [False, False, True, True, True, False]


def test_each_theme_has_its_page_and_its_icon(bare: Server) -> None:
    (bare.theme.parent / "paper").mkdir()
    plan = plans.install(job(bare, "--theme", "paper", "--theme", "jupiter"))
    texts = [step.text for step in plan.steps if "icon" in step.text]
    assert texts == ["register the icon in paper", "register the icon in jupiter"]


def test_the_icon_is_hidden_and_the_click_proven_where_that_is_asked_for(bare: Server) -> None:
    plan = plans.install(job(bare, "--feature", "off", "--account", "alice"))
    assert steps(plan)[-6:-3] == ["hide", "hook", "try"]
    assert steps(plan)[-3:] == ["show", "account", "hide again"]


def test_applying(installed: Server) -> None:
    assert steps(plans.apply(job(installed, "apply"))) == ["keep", "make ready", "icon", "try"]


def test_only_the_two_newest_releases_stay(installed: Server) -> None:
    for version in ("0.8.0", "0.9.0"):
        (installed.base / "releases" / version).mkdir()
        (installed.base / "releases" / version / "MANIFEST").touch()
    (installed.base / "previous").symlink_to("releases/0.9.0")
    plan = plans.install(job(installed, "install"))
    assert [step.text for step in plan.afterwards] == ["remove older releases: 0.8.0"]


@pytest.fixture
def pinned(installed: Server) -> Server:
    with (installed.base / "record").open("a") as record:
        record.write("python /usr/bin/python3.1\n")
    return installed


def test_an_interpreter_that_stands_in_for_a_lost_one_is_not_recorded_as_asked_for(pinned: Server) -> None:
    made = job(Server(pinned.root, pinned.release), "hook")
    assert made.python and made.python.path != "/usr/bin/python3.1"
    assert plans.record(made).python == "/usr/bin/python3.1"


def test_a_pinned_python_can_be_unpinned(pinned: Server) -> None:
    assert plans.record(job(pinned, "install", "--python", "auto")).python == ""


def test_a_python_that_is_asked_for_is_pinned(installed: Server) -> None:
    made = job(installed, "install", "--python", "/usr/bin/python3")
    assert plans.record(made).python == os.path.realpath("/usr/bin/python3")


def test_folders_are_recorded_that_were_not_there_before(bare: Server) -> None:
    created = plans.record(job(bare, "install")).created
    assert "usr/local/cpanel/3rdparty/webmail-signin" in created
    assert "usr/local/cpanel/base/frontend/jupiter/dynamicui" not in created
