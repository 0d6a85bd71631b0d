"""main: the entry run for real, as another account: one response, one log line, nothing left (design §1 and §4)."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.click import log, main, templates
from tests.kit.account import ACCOUNT, IS_ROOT, as_account, identity, pages_python
from tests.kit.clicks import ANSWER, SESSION, Clicked, cgi_environ, ended, fields
from tests.kit.panel import GREETING, Panel
from tests.kit.programs import ends, pids
from tests.kit.servers import Server


def logged(answer: Clicked) -> dict[str, str]:
    line, end = answer.log.split("\n")
    assert end == "" and line.startswith("webmail-signin: ")
    return fields(line[len("webmail-signin: ") :])


def test_a_description_of_an_error_says_kind_and_place() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        assert re.fullmatch(r"JSONDecodeError at /.+\.py:\d+", main.describe(error))


def test_a_description_of_an_error_does_not_quote_it() -> None:
    try:
        raise ValueError("alice:S3CRET")
    except ValueError as error:
        assert "S3CRET" not in main.describe(error)


# The whole click.


@pytest.fixture(scope="module")
def answered(staged: Server) -> Clicked:
    return staged.click()


def test_a_click_signs_in(answered: Clicked) -> None:
    assert (answered.status, answered.outcome) == (200, "signed-in")


def test_the_first_header_is_the_status(answered: Clicked) -> None:
    assert answered.output.startswith(b"Status: 200 OK\n")


def test_the_form_holds_the_session(answered: Clicked) -> None:
    assert answered.page.first("input")["value"] == SESSION


def test_the_form_leads_to_webmail(answered: Clicked) -> None:
    assert answered.page.first("form")["action"] == "https://host.example.com:2096/cpsess2462418786/login"


def test_the_response_is_at_most_8_kilobytes(answered: Clicked) -> None:
    assert len(answered.output) <= 8192


def test_a_click_exits_with_0(answered: Clicked) -> None:
    assert answered.exit == 0


def test_a_click_is_one_line_in_the_log(answered: Clicked) -> None:
    found = logged(answered)
    shown = [found[name] for name in ("user", "addr", "outcome", "target")]
    assert shown == [ACCOUNT.pw_name, "192.0.2.7", "signed-in", "host.example.com:2096"]


def test_the_log_says_how_long_it_took(answered: Clicked) -> None:
    assert 0 <= int(logged(answered)["uapi_ms"]) <= int(logged(answered)["ms"])


def test_neither_session_nor_token_stands_in_the_log(answered: Clicked) -> None:
    assert not [secret for secret in (SESSION, "2462418786", "1234567890") if secret in answered.log]


def test_the_nonce_is_another_on_every_click(staged: Server, answered: Clicked) -> None:
    assert staged.click().page.first("script")["nonce"] != answered.page.first("script")["nonce"]


def test_the_reference_on_the_page_is_the_one_in_the_log(staged: Server) -> None:
    answer = staged.click(cgi_environ(REMOTE_ADDR=None))
    assert logged(answer)["ref"] in answer.page.text


def test_a_refusal_says_why_in_the_log(staged: Server) -> None:
    assert "REMOTE_ADDR" in logged(staged.click(cgi_environ(REMOTE_ADDR=None)))["detail"]


def test_an_empty_environment_is_not_in_cpanel(staged: Server) -> None:
    answer = staged.click({})
    assert (answer.exit, answer.outcome) == (0, "not-in-cpanel")


@pytest.mark.skipif(not IS_ROOT, reason="only root can run the page as root")
def test_root_is_refused(staged: Server) -> None:
    ran = subprocess.run([staged.entry], env=cgi_environ(REMOTE_USER="root"), capture_output=True, check=False, cwd="/")
    assert ended(ran).outcome == "wrong-user"


@pytest.mark.skipif(not IS_ROOT, reason="only root can change one of its user ids")
def test_a_real_uid_of_0_is_root_too(staged: Server) -> None:
    def half_root() -> None:
        os.setresuid(0, ACCOUNT.pw_uid, ACCOUNT.pw_uid)

    ran = subprocess.run(
        [staged.entry], env=cgi_environ(), capture_output=True, check=False, cwd="/", preexec_fn=half_root
    )
    assert ended(ran).outcome == "wrong-user"


def test_garbage_that_is_not_utf_8_is_answered(staged: Server) -> None:
    environ: Any = {name.encode(): value.encode() for name, value in cgi_environ().items()}
    environ.update({b"REMOTE_USER": b"\xff\xfe", b"HTTP_HOST": b"\xff", b"HTTP_ACCEPT_LANGUAGE": b"\xff\x80"})
    assert staged.click(environ).outcome == "wrong-user"


@pytest.mark.parametrize(
    ("log", "signed_in", "refused"),
    [("stderr", 1, 1), ("syslog", int(not log.syslog_listens()), 1), ("'off'", 0, 0)],
    ids=["stderr", "syslog", "off"],
)
def test_the_settings_say_where_the_log_goes(server: Server, log: str, signed_in: int, refused: int) -> None:
    server.configure(f"log: {log}\n")
    lines = [server.click().log.count("\n"), server.click(cgi_environ(REMOTE_ADDR=None)).log.count("\n")]
    assert lines == [signed_in, refused]


@pytest.mark.parametrize("edited", ["log: stderr\nordre: 2\n", "uapi: /nowhere/uapi\n", "log: 'off'\n"])
def test_an_edit_that_is_not_applied_changes_nothing(server: Server, edited: str) -> None:
    server.settle(edited)
    answer = server.click()
    assert (answer.outcome, answer.log.count("\n")) == ("signed-in", 1)


# When something is broken: one response all the same, and no traceback on it.


def assert_last_ditch(answer: Clicked) -> None:
    assert (answer.exit, answer.outcome) == (0, "internal-error")
    assert answer.output.startswith(b"Status: 500 Internal Server Error\n")
    assert "Traceback" not in answer.output.decode() + answer.log
    assert not answer.page.all("form")


@pytest.mark.parametrize("package", ["jinja2", "markupsafe"])
def test_without_a_package_there_is_the_page_of_last_resort(server: Server, package: str) -> None:
    shutil.rmtree(server.release / "vendor" / package)
    assert_last_ditch(server.click())


def test_with_garbage_for_a_package_there_is_the_page_of_last_resort(server: Server) -> None:
    (server.release / "vendor/jinja2/environment.py").write_bytes(b"\0garbage")
    assert_last_ditch(server.click())


def test_the_log_says_what_was_missing_and_where(server: Server) -> None:
    shutil.rmtree(server.release / "vendor/jinja2")
    assert re.fullmatch(r"ModuleNotFoundError at .+/plugin/click/templates\.py:\d+", logged(server.click())["detail"])


def test_the_page_of_last_resort_shows_the_reference_of_the_log(server: Server) -> None:
    shutil.rmtree(server.release / "vendor/jinja2")
    answer = server.click()
    assert logged(answer)["ref"] in answer.page.text


def test_the_page_of_last_resort_has_the_headers_of_an_error_page(server: Server) -> None:
    shutil.rmtree(server.release / "vendor/jinja2")
    assert server.click().headers.items() == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "origin"),
        ("X-Content-Type-Options", "nosniff"),
        (
            "Content-Security-Policy",
            "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ]


def test_an_unexpected_failure_has_a_page_of_its_own_if_it_can(server: Server) -> None:
    (server.release / f"compiled/templates/{templates.module_name('signin.html')}.py").write_text("1 / 0\n")
    shutil.rmtree(server.release / "compiled/templates/__pycache__")
    answer = server.click()
    assert (answer.exit, answer.outcome, len(answer.page.all("form"))) == (0, "internal-error", 0)
    assert logged(answer)["detail"].startswith("ZeroDivisionError at ")
    assert SESSION not in answer.output.decode() + answer.log


@pytest.mark.parametrize("missing", ["", "/settings.json", "/locale/en.json", "/locale", "/templates"])
def test_a_release_that_was_never_made_ready_has_the_page_of_last_resort(server: Server, missing: str) -> None:
    path = server.release / f"compiled{missing}"
    path.rename(server.release / "gone")
    assert_last_ditch(server.click())


@pytest.mark.parametrize("missing", ["compiled", "vendor/jinja2"])
def test_the_page_of_last_resort_has_connected_to_the_panel_once(server: Server, place: Path, missing: str) -> None:
    (server.release / missing).rename(server.release / "gone")
    with Panel(place, [GREETING]) as panel:
        assert_last_ditch(server.click(cgi_environ(**panel.environ)))
    assert panel.connections == 1


def test_the_log_says_which_file_of_the_release_is_missing(server: Server) -> None:
    (server.release / "compiled/settings.json").unlink()
    assert logged(server.click())["detail"].startswith("FileNotFoundError at ")


def test_a_click_opens_nothing_but_the_release_and_the_standard_library(server: Server) -> None:
    with open(server.release / "plugin/__init__.py", "a") as file:
        file.write(OPENED)
    answer = server.click()
    opened = {os.path.realpath(line[7:]) for line in answer.log.splitlines() if line.startswith("OPENED ")}
    release = os.path.realpath(server.release)
    assert os.path.realpath(f"{release}/compiled/settings.json") in opened
    assert not [name for name in opened if name.startswith(str(server.root)) and not name.startswith(release)]
    assert not [name for name in opened if name.endswith((".yaml", ".html")) or "/webmail-signin/config" in name]


OPENED = """
import os, sys
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        os.write(2, f"OPENED {arguments[0]}\\n".encode())
sys.addaudithook(note)
"""


# The streams.


def run(server: Server, **streams: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([server.entry], env=cgi_environ(), check=False, timeout=30, **identity(), **streams)


def test_a_closed_standard_output_is_a_clean_end(staged: Server) -> None:
    argv = ["/bin/sh", "-c", 'exec "$0" >&-', str(staged.entry)]
    ran = subprocess.run(argv, env=cgi_environ(), capture_output=True, check=False, timeout=30, **identity())
    assert (ran.returncode, ran.stderr.count(b"\n"), b"outcome=signed-in" in ran.stderr) == (0, 1, True)


def test_nothing_else_is_written_to_where_standard_output_was(staged: Server) -> None:
    # The lowest free number is 1 then: whatever is opened first would become standard output.
    argv = ["/bin/sh", "-c", 'exec "$0" >&- <&-', str(staged.entry)]
    ran = subprocess.run(argv, env=cgi_environ(), capture_output=True, check=False, timeout=30, **identity())
    assert (ran.returncode, b"outcome=signed-in" in ran.stderr) == (0, True)


def test_a_reader_that_has_gone_is_a_clean_end(staged: Server) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = run(staged, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr.count(b"\n"), b"Traceback" in ran.stderr) == (0, 1, False)


def test_a_full_disk_under_standard_output_is_a_clean_end(staged: Server) -> None:
    with open("/dev/full", "wb") as full:
        ran = run(staged, stdout=full, stderr=subprocess.PIPE)
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False)


@pytest.mark.parametrize(
    "redirect", ["2>&-", "2>/dev/full", "<&-"], ids=["stderr closed", "stderr full", "stdin closed"]
)
def test_the_other_streams_do_not_matter_to_the_response(staged: Server, redirect: str) -> None:
    argv = ["/bin/sh", "-c", f'exec "$0" {redirect}', str(staged.entry)]
    ran = subprocess.run(argv, env=cgi_environ(), capture_output=True, check=False, timeout=30, **identity())
    assert (ran.returncode, ended(ran).outcome) == (0, "signed-in")


# Signals.


@pytest.fixture
def hung(server: Server, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A click whose `uapi` hangs: the entry's process and the pid of `uapi`."""
    server.answer(ANSWER, before=f"trap '' TERM HUP INT; echo $$ > {folder}/free/pids; while :; do sleep 60; done")
    process = subprocess.Popen(
        [server.entry], env=cgi_environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **identity()
    )
    try:
        child = pids(folder / "free")[0]
        time.sleep(0.2)  # until the click waits for it
        yield process, child
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_uapi_hangs_ends_both(hung: tuple[subprocess.Popen[bytes], int], number: signal.Signals) -> None:
    process, child = hung
    process.send_signal(number)
    process.communicate(timeout=10)
    assert ends(child)


def test_an_ended_click_leaves_no_traceback(hung: tuple[subprocess.Popen[bytes], int]) -> None:
    process, _ = hung
    process.terminate()
    assert b"Traceback" not in b"".join(process.communicate(timeout=10))


def test_an_ended_click_still_answers_and_stands_in_the_log(hung: tuple[subprocess.Popen[bytes], int]) -> None:
    process, _ = hung
    process.terminate()
    output, logged = process.communicate(timeout=10)
    assert output.startswith(b"Status: 500 ") and b'data-outcome="internal-error"' in output
    assert b"outcome=internal-error " in logged and b'detail="ended by a signal"' in logged


def test_a_hung_uapi_ends_by_the_time_limit_and_is_gone(server: Server, folder: Path) -> None:
    server.configure("timeout: 3\nlog: stderr\n")
    server.answer(ANSWER, before=f"trap '' TERM; echo $$ > {folder}/free/pids; while :; do sleep 60; done")
    started = time.monotonic()
    answer = server.click()
    assert (answer.outcome, time.monotonic() - started < 20, ends(pids(folder / "free")[0])) == (
        "uapi-timeout",
        True,
        True,
    )


# What comes in and what goes on.


def test_nothing_of_the_request_is_passed_to_uapi(server: Server, folder: Path) -> None:
    server.answer(ANSWER, before=f"env > {folder}/free/env; ls -l /proc/self/fd > {folder}/free/fd")
    read, write = os.pipe()
    server.click(cgi_environ(HTTP_COOKIE="cpsession=x", LD_LIBRARY_PATH="/x", PERL5LIB="/x"), pass_fds=(read, write))
    os.close(read)
    os.close(write)
    names = {line.partition("=")[0] for line in (folder / "free/env").read_text().splitlines()}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LANG", "HOME", "USER", "LOGNAME"}
    # 0 and 2 are /dev/null, 1 the listing itself, 3 the folder that is listed.
    assert len(re.findall(r" (\d+) -> ", (folder / "free/fd").read_text())) <= 5
    assert "pipe:" not in (folder / "free/fd").read_text()


PLANTED = "import os\nos.write(2, b'planted\\n')\nos.write(1, b'planted\\n')\n"


@pytest.fixture
def planted(folder: Path) -> Path:
    """A folder with modules that would give themselves away, wherever in it Python may look."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for place in (".", f".local/lib/{version}/site-packages", "lib"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for name in (
            "json",
            "jinja2",
            "plugin",
            "pwd",
            "subprocess",
            "re",
            "sitecustomize",
            "usercustomize",
            "startup",
        ):
            (folder / place / f"{name}.py").write_text(PLANTED)
        (folder / place / "planted.pth").write_text("import os; os.write(2, b'planted\\n')\n")
    return folder


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONPLATLIBDIR", "HOME", "TMPDIR"])
def test_a_hostile_folder_in_the_environment_has_no_effect(staged: Server, planted: Path, name: str) -> None:
    answer = staged.click(cgi_environ(**{name: str(planted)}))
    assert (answer.outcome, "planted" in answer.output.decode() + answer.log) == ("signed-in", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTHONSTARTUP", "{}/startup.py"),
        ("PYTHONINSPECT", "1"),
        ("PYTHONVERBOSE", "1"),
        ("PYTHONDEBUG", "1"),
        ("PYTHONWARNINGS", "error"),
        ("PYTHONBREAKPOINT", "startup"),
        ("PYTHONIOENCODING", "utf-16"),
        ("PYTHONPROFILEIMPORTTIME", "1"),
        ("PYTHONMALLOC", "nonsense"),
        ("PYTHONHASHSEED", "nonsense"),
        ("PYTHONUTF8", "nonsense"),
        ("LC_ALL", "nonsense"),
        ("LANG", "tr_TR.UTF-8"),
        ("BASH_ENV", "{}/startup.py"),
        ("PATH", "{}"),
        ("IFS", "/"),
    ],
)
def test_a_hostile_variable_has_no_effect(staged: Server, planted: Path, name: str, value: str) -> None:
    answer = staged.click(cgi_environ(**{name: value.format(planted)}))
    assert (answer.exit, answer.outcome, answer.log.count("\n")) == (0, "signed-in", 1)
    assert "planted" not in answer.output.decode()


def test_modules_in_the_working_directory_have_no_effect(staged: Server, planted: Path) -> None:
    words = {**identity(), "cwd": planted}
    ran = subprocess.run([staged.entry], env=cgi_environ(), capture_output=True, check=False, timeout=30, **words)
    assert (ended(ran).outcome, b"planted" in ran.stdout + ran.stderr) == ("signed-in", False)


def test_only_the_standard_library_and_the_release_are_searched(server: Server, planted: Path) -> None:
    with open(server.release / "plugin/click/page.py", "a") as file:
        file.write("\nimport os, sys\nos.write(2, repr(sys.path).encode() + b'\\n')\n")
    answer = server.click(cgi_environ(PYTHONPATH=str(planted), HOME=str(planted)))
    searched: list[str] = ast.literal_eval(answer.log.splitlines()[0])
    own = as_account([pages_python(), "-IS", "-c", "import sys; print(sys.path)"], {})
    assert own is not None
    release = os.path.realpath(server.release)
    assert searched == [*ast.literal_eval(own.stdout.decode()), release, f"{release}/vendor"]


def test_a_click_leaves_no_file(server: Server) -> None:
    before = sorted(server.root.rglob("*"))
    server.click()
    assert sorted(server.root.rglob("*")) == before


def test_a_staged_tree_may_be_moved(server: Server, folder: Path) -> None:
    server.root.rename(folder / "elsewhere")
    assert Server(folder / "elsewhere").click().outcome == "signed-in"


@pytest.mark.parametrize("attempt", range(3))
def test_several_signals_at_once_end_both(hung: tuple[subprocess.Popen[bytes], int], attempt: int) -> None:
    process, child = hung
    process.send_signal(signal.SIGSTOP)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    process.communicate(timeout=10)
    assert ends(child)


def test_a_fifo_in_the_settings_place_does_not_stop_a_click(server: Server) -> None:
    server.config.unlink()
    os.mkfifo(server.config)
    assert server.click().outcome == "signed-in"
