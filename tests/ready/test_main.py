"""plugin.ready: all or nothing, everything checked, everything ready for the click (design §1)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from plugin.ready.__main__ import main
from plugin.ready.pictures import PNG
from tests.kit.account import IS_ROOT, pages_python
from tests.kit.folders import CHECKOUT
from tests.kit.long import long
from tests.kit.servers import Server

RUN = """
import runpy, sys
release = sys.argv[1]
sys.path += [release, f"{release}/vendor"]
runpy.run_module("plugin.ready", run_name="__main__")
"""


def command(server: Server, *words: str) -> list[str]:
    return [pages_python(), "-ISB", "-c", RUN, str(server.release), *words]


def run(server: Server, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """`plugin.ready` as root runs it: isolated, from the release."""
    return subprocess.run(command(server, *words), capture_output=True, text=True, check=False, env={}, cwd="/", **more)


def generations(server: Server) -> list[str]:
    return sorted(name for name in os.listdir(server.release) if name.startswith(".compiled-"))


def current(server: Server) -> str:
    return os.readlink(server.release / "compiled")


def own(server: Server, name: str, text: str) -> Path:
    """A file of the provider's own."""
    file = server.own_templates / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_when_all_is_well_it_says_nothing(server: Server) -> None:
    ran = run(server)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_it_makes_a_new_generation_and_keeps_the_one_before(server: Server) -> None:
    before = current(server)
    run(server)
    assert current(server) != before
    assert generations(server) == sorted([before, current(server)])


def test_everybody_can_read_what_it_made_whatever_the_umask(server: Server) -> None:
    run(server, preexec_fn=lambda: os.umask(0o077))
    made = server.release / "compiled"
    assert not [path for path in [made, *made.rglob("*")] if not path.stat().st_mode & 0o004]
    assert not [path for path in [made, *made.rglob("*")] if path.is_dir() and not path.stat().st_mode & 0o001]


def test_the_providers_icon_takes_the_place_of_ours(server: Server) -> None:
    (server.root / "etc/our.png").write_bytes(PNG)
    server.configure("icon: /etc/our.png\n")
    registration = server.release / "compiled/registration"
    assert sorted(path.name for path in registration.iterdir()) == ["icon.png", "install.json"]
    assert (registration / "icon.png").read_bytes() == PNG


def test_the_brand_is_on_the_page_of_a_click(server: Server) -> None:
    server.configure("brand: Example Hosting\ncolour: '#c8102e'\nlog: stderr\n")
    page = server.click().page
    assert "Example Hosting" in page.text and "--blue:#c8102e" in page.text


HTML = '<!DOCTYPE html><html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">'
FIELD = '<input type="hidden" name="session" value="{{ session }}">'
FORM = '<form method="post" action="{{ action }}">' + FIELD + "<button>Go</button></form>"


def test_the_providers_template_wins(server: Server) -> None:
    own(server, "error.html", HTML + "our own page")
    run(server)
    assert "our own page" in server.click({}).page.text


def test_the_providers_template_may_build_on_ours(server: Server) -> None:
    own(server, "signin.html", '{% extends "base.html" %}{% block main %}our own block' + FORM + "{% endblock %}")
    run(server)
    assert "our own block" in server.click().page.text


def test_the_providers_sentence_wins(server: Server) -> None:
    own(server, "locale/en.yaml", 'signin.title: "Our own title"\n')
    run(server)
    assert "Our own title" in server.click().page.text


def test_check_writes_nothing(server: Server) -> None:
    before = sorted(server.root.rglob("*"))
    assert run(server, "--check").returncode == 0
    assert sorted(server.root.rglob("*")) == before


BROKEN = {
    "settings": ("../config.yaml", "timeout: 0\n", "config.yaml:1: timeout: "),
    "settings that are no YAML": ("../config.yaml", "a: [\n", "config.yaml:2: "),
    "an icon that is not there": ("../config.yaml", "icon: /nowhere.svg\n", "config.yaml:1: icon: "),
    "a template's syntax": ("error.html", "one\n{% if %}\n", "error.html:2: "),
    "a template that is not there": ("signin.html", '{% extends "missing.html" %}', "missing.html"),
    "an unknown value in a template": ("signin.html", "{{ nonsense }}", "nonsense"),
    "an unknown sentence in a template": ("signin.html", '{{ t("nonsense") }}', "nonsense"),
    "a wrong type in a template": ("signin.html", "{{ 1 + host }}", "unsupported operand"),
    "a division by zero": ("error.html", "{{ 1 / 0 }}", "division by zero"),
    "a locale that is no YAML": ("locale/de.yaml", "a: [\n", "de.yaml:2: "),
    "a locale with an unknown key": ("locale/de.yaml", 'nonsense: "x"\n', "nonsense: "),
    "a locale with a wrong type": ("locale/de.yaml", "lang: no\n", "de.yaml:1: lang: "),
    "a locale with an unknown placeholder": (
        "locale/de.yaml",
        'signin.title: "{nonsense}"\n',
        "signin.title: ",
    ),
    "a locale with a wrong direction": ("locale/de.yaml", 'dir: "up"\n', "dir: "),
}


each_broken = pytest.mark.parametrize("broken", [*[*BROKEN][:3], *long(*[*BROKEN][3:])])


@each_broken
def test_what_is_broken_is_told_and_the_old_generation_stays(server: Server, broken: str) -> None:
    name, text, problem = BROKEN[broken]
    before = (current(server), generations(server))
    own(server, name, text)
    ran = run(server)
    assert (ran.returncode, current(server), generations(server)) == (1, *before)
    assert problem in ran.stderr and "Traceback" not in ran.stderr


@each_broken
def test_check_tells_what_is_broken(server: Server, broken: str) -> None:
    name, text, problem = BROKEN[broken]
    own(server, name, text)
    ran = run(server, "--check")
    assert (ran.returncode, problem in ran.stderr) == (1, True)


def test_every_problem_is_told_at_once_one_a_line(server: Server) -> None:
    own(server, "../config.yaml", "timeout: 0\n")
    own(server, "locale/de.yaml", 'nonsense: "x"\n')
    own(server, "locale/fr.yaml", "a: [\n")
    lines = run(server).stderr.splitlines()
    assert ["config.yaml" in lines[0], "de.yaml" in lines[1], "fr.yaml" in lines[2], len(lines)] == [
        True,
        True,
        True,
        3,
    ]


def test_every_problem_of_a_file_of_sentences_is_told(server: Server) -> None:
    own(server, "locale/de.yaml", 'nonsense: "x"\nlink.again: "{host}"\ndir: "up"\n')
    assert [line.split(": ")[:2] for line in run(server).stderr.splitlines()] == [
        [f"{server.own_templates}/locale/de.yaml:1", "nonsense"],
        [f"{server.own_templates}/locale/de.yaml:2", "link.again"],
        [f"{server.own_templates}/locale/de.yaml:3", "dir"],
    ]


def test_a_broken_template_is_told_once_not_once_for_each_language(server: Server) -> None:
    own(server, "error.html", "{% if %}")
    assert len(run(server).stderr.splitlines()) == 1


def test_a_locale_that_is_not_utf_8_is_told(server: Server) -> None:
    own(server, "locale/de.yaml", "").write_bytes(b'lang: "\xff"\n')
    assert "de.yaml:1: is not UTF-8 text" in run(server).stderr


def test_a_click_goes_on_with_the_old_generation(server: Server) -> None:
    own(server, "error.html", "{% if %}")
    run(server)
    assert server.click({}).outcome == "not-in-cpanel"


def test_an_interrupted_build_leaves_no_folder(server: Server) -> None:
    before = (current(server), generations(server))
    settled = set(server.release.glob(".compiled-*/locale/*.json"))
    # Slowly, so that the signal comes in its midst.
    building = subprocess.Popen(["nice", "-n", "15", *command(server)], env={}, cwd="/", stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not set(server.release.glob(".compiled-*/locale/*.json")) - settled and time.monotonic() < deadline:
            time.sleep(0.001)
        building.send_signal(signal.SIGINT)
        assert building.wait(20) != 0
    finally:
        building.kill()
        building.wait()
    assert (current(server), generations(server)) == before


def test_a_build_that_fails_leaves_no_folder(server: Server) -> None:
    (server.release / "plugin/admin/registration/icon.svg").unlink()
    before = (current(server), generations(server))
    assert run(server).returncode == 1
    assert (current(server), generations(server)) == before


def test_the_first_generation_needs_no_older_one(server: Server) -> None:
    (server.release / "compiled").unlink()
    for name in generations(server):
        shutil.rmtree(server.release / name)
    assert (run(server).returncode, len(generations(server))) == (0, 1)


def test_main_gives_its_exit_status(server: Server) -> None:
    assert main([str(server.release), "--check"]) == 0


def test_a_leftover_link_does_not_cost_the_new_generation(server: Server) -> None:
    os.symlink(".compiled-gone", server.release / ".compiled-old.link")
    assert run(server).returncode == 0
    assert (server.release / "compiled/settings.json").exists()
    assert not (server.release / ".compiled-old.link").is_symlink()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other.html", "{% if %}"),
        ("error.html", '{% include "error.html" %}'),
        ("error.html", "{{ outcome.upper().nothing }}"),
        ("error.html", "<html>no outcome"),
        ("locale/x y.yaml", 'lang: "x"\ndir: "ltr"\n'),
        ("locale/xx.yaml", 'lang: "<"\ndir: "ltr"\n'),
    ],
    ids=["a page that nobody uses", "a circle", "nonsense", "no outcome", "a locale's odd name", "an odd language"],
)
def test_every_problem_is_a_line_that_names_the_file(server: Server, name: str, text: str) -> None:
    own(server, name, text)
    ran = run(server)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert name in ran.stderr


def test_a_template_that_is_not_utf_8_is_named(server: Server) -> None:
    own(server, "error.html", "").write_bytes(b"\xff")
    ran = run(server)
    assert ran.returncode == 1
    assert "error.html" in ran.stderr


@pytest.mark.skipif(not IS_ROOT, reason="only root can give files away")
@pytest.mark.parametrize("name", ["../config.yaml", *long("base.html", "locale/en.yaml")])
@pytest.mark.parametrize(("owner", "mode"), [(65534, 0o644), (0, 0o664), (0, 0o646)])
def test_what_others_than_root_can_change_is_not_even_looked_into(
    server: Server, name: str, owner: int, mode: int
) -> None:
    path = own(server, name, "{{ nonsense")
    os.chown(path, owner, owner)
    path.chmod(mode)
    ran = run(server)
    assert ran.returncode == 1
    assert "can be changed by others than root" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_template_that_is_a_symlink_is_refused(server: Server) -> None:
    (server.root / "secret").write_text("secret")
    path = own(server, "x.html", "")
    path.unlink()
    path.symlink_to(server.root / "secret")
    assert run(server).returncode == 1


def test_what_an_editor_leaves_beside_a_template_is_passed_over(server: Server) -> None:
    own(server, "error.html", (CHECKOUT / "templates/error.html").read_text())
    (server.own_templates / ".#error.html").symlink_to("nowhere")
    assert run(server).returncode == 0


@pytest.mark.parametrize("mode", [0o644, 0o700, None])
def test_a_program_that_not_every_account_can_run_is_told(server: Server, mode: int | None) -> None:
    program = server.root / "opt/uapi"
    program.parent.mkdir()
    if mode is None:
        program.mkdir()
    else:
        program.touch()
        program.chmod(mode)
    server.config.write_text("uapi: /opt/uapi\n")
    told = "config.yaml:1: uapi: /opt/uapi is not a program that every account can run" in run(server).stderr
    assert told == (IS_ROOT or mode != 0o700)  # whoever is not root asks for himself


def test_what_is_in_order_and_should_be_known_is_advice(server: Server) -> None:
    file = own(server, "singin.html", "x")
    ran = run(server, "--check")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"advice\t{file} takes the place of none of ours and no template needs it; did you mean signin.html?",
        f"edited\t{server.own_templates} was edited but not applied",
    ]


def test_an_own_template_that_an_upgrade_has_left_behind_is_advice(server: Server) -> None:
    own(server, "error.html", (server.release / "templates/error.html").read_text())
    assert run(server).stdout == ""
    with (server.release / "templates/error.html").open("a") as ours:
        ours.write("{# changed #}")
    assert run(server).stdout.startswith("advice\t")


def test_settings_that_do_not_hold_can_leave_the_last_ones_in_force(server: Server) -> None:
    server.configure("order: 7\n")
    server.config.write_text("order: 8\nlable: x\n")
    ran = run(server, "--last-good")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f'kept\t{server.config}:2: "lable" is no setting; did you mean label?\n'
    assert json.loads((server.release / "compiled/settings.json").read_text())["order"] == 7


def test_a_template_that_does_not_hold_is_no_reason_to_take_ours(server: Server) -> None:
    own(server, "error.html", "{% if %}")
    assert run(server, "--last-good").returncode == 1


def test_with_settings_that_hold_nothing_is_kept(server: Server) -> None:
    server.config.write_text("order: 8\n")
    assert run(server, "--last-good").stdout == ""
    assert json.loads((server.release / "compiled/settings.json").read_text())["order"] == 8
