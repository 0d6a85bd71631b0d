"""The threat model of SECURITY.md, tried: whoever wants somebody else's mailbox, and what it gets them."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cpanel import Page, Visitor, private_accounts
from tests.kit import faults
from tests.kit.cases import Case
from tests.kit.clicks import Clicked, ended
from tests.kit.faults import SECRET, Ground
from tests.kit.folders import CHECKOUT
from tests.kit.long import long
from tests.kit.ways import bare

private_accounts()
SETTINGS = "timeout: 10\n"
HAS_ACCOUNTS = os.geteuid() == 0 and "alice" in {entry.pw_name for entry in pwd.getpwall()}
needs_accounts = pytest.mark.skipif(not HAS_ACCOUNTS, reason="needs several accounts, and root to have them")


def as_bob(code: str, *arguments: object) -> str:
    """What Python code prints that another account of the server runs."""
    argv = ["/usr/bin/python3", "-IS", "-c", code, *map(str, arguments)]
    ran = subprocess.run(argv, capture_output=True, check=True, cwd="/", env={}, user=5002, group=5002, extra_groups=[])
    return ran.stdout.decode()


class Running:
    """A click in the background whose `uapi` hangs: ``page`` and ``uapi`` are its processes."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        ground.cp.switch("uapi", "hung")
        self.result: list[Clicked] = []
        self._thread = threading.Thread(target=lambda: self.result.append(ground.click({"HTTP_X_EVIL": "x"})))
        self.page = self.uapi = 0

    def __enter__(self) -> Running:
        self._thread.start()
        deadline = time.monotonic() + 30
        while not (self.page and self.uapi):
            time.sleep(0.01)
            assert time.monotonic() < deadline, "the click did not start"
            for pid, words in self.ground.cp.root.processes():
                if "bin/uapi" in words and "Session" in words:
                    self.uapi = pid
                elif "index.live.cgi" in words:
                    self.page = pid
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.page, 15)
        self._thread.join(20)


def descriptors(pid: int, count: int) -> dict[int, str]:
    """What the process holds open as soon as that is `count` descriptors: a program that has only just started may
    still hold its own script, and one that has only just started it the other ends of pipes. What stays open shows."""
    deadline = time.monotonic() + 3
    while True:
        with contextlib.suppress(FileNotFoundError):  # closed while being read
            held = {int(entry.name): os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
            if len(held) == count or time.monotonic() > deadline:
                return held
        time.sleep(0.01)


# Another account on the server.

PEEK = """
import os, sys
for pid in sys.argv[1:]:
    for name, look in {"fd": os.listdir, "cwd": os.readlink, "environ": open, "maps": open, "mem": open}.items():
        try:
            look(f"/proc/{pid}/{name}")
        except OSError:
            continue
        print(pid, name)
"""


@needs_accounts
def test_another_account_cannot_look_into_the_processes_of_a_click(ground: Ground) -> None:
    with Running(ground) as running:
        assert as_bob(PEEK, running.page, running.uapi) == ""


def test_the_arguments_that_everybody_sees_hold_no_more_than_the_visitors_address(ground: Ground) -> None:
    with Running(ground) as running:
        words = [Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1] for pid in (running.page, running.uapi)]
    program, entry = str(ground.uapi).encode(), str(ground.cp.entry()).encode()
    python = words[0][0]
    assert words[0] == [python, b"-IS", entry]
    call = [b"--output=json", b"Session", b"create_webmail_session_for_self", b"remote_address=127.0.0.1"]
    assert words[1][words[1].index(program) + 1 :] == call


WRITABLE = """
import os, sys
for top in sys.argv[1:]:
    for folder, folders, names in os.walk(top):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            if os.access(path, os.W_OK) and not os.path.islink(path):
                print(path)
"""


@needs_accounts
def test_another_account_can_change_nothing_that_a_click_reads(ground: Ground) -> None:
    cpanel = ground.cp.root.cpanel
    assert as_bob(WRITABLE, cpanel / "3rdparty", cpanel / "base", cpanel / "bin", ground.etc) == ""


@needs_accounts
def test_another_account_that_calls_itself_by_the_victims_name_gets_nothing(ground: Ground) -> None:
    before = len(ground.cp.sessions_created())
    ran = ground.cp.run_bare("bob", ground.cp.environ("alice"))
    assert faults.whole(ended(ran)).outcome == "wrong-user"
    assert len(ground.cp.sessions_created()) == before


@needs_accounts
def test_another_account_that_runs_the_page_itself_gets_its_own_mail_at_most(ground: Ground) -> None:
    ran = ground.cp.run_bare("bob", ground.cp.environ("alice", REMOTE_USER="bob"))
    assert faults.whole(ended(ran)).outcome == "signed-in"
    assert ground.cp.sessions_created()[-1].account == "bob"


AUDIT = """
import os, sys
def note(event, arguments):
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.chmod", "os.truncate"):
        os.write(2, ("AUDIT %s %r %r\\n" % (event, *(arguments + (None, None))[:2])).encode())
sys.addaudithook(note)
"""


def audited(ground: Ground, environ: dict[str, Any]) -> list[list[str]]:
    """Everything that a click opens or changes, by Python's own audit events: event, path, mode."""
    with open(ground.release / "plugin/__init__.py", "a", encoding="utf-8") as file:
        file.write(AUDIT)
    ran = ground.click(environ)
    assert ran.outcome == "signed-in"
    return [line.split(" ")[1:4] for line in ran.log.splitlines() if line.startswith("AUDIT ")]


def test_a_click_writes_no_file(ground: Ground) -> None:
    events = audited(ground, {})
    opened = [(name, mode) for event, name, mode in events if event == "open"]
    assert {event for event, _, _ in events} == {"open"}
    assert {mode for name, mode in opened if name != "'/dev/null'"} <= {"'r'", "'rb'", "None"}


def test_a_click_reads_files_of_roots_alone(ground: Ground, planted: Path) -> None:
    hostile = dict.fromkeys(
        ("HOME", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "XDG_CONFIG_HOME"), str(planted)
    )
    names = {
        name.strip("'") for event, name, _ in audited(ground, hostile) if event == "open" and name.startswith("'/")
    }
    assert any(name.endswith("settings.json") for name in names)
    for name in names - {"/dev/null"}:
        for path in [Path(name), *Path(name).parents]:
            if path == ground.root:
                break
            state = path.stat()
            assert state.st_uid in (0, ground.root.stat().st_uid), path
            assert not state.st_mode & 0o022 or state.st_mode & 0o1000, path


@pytest.fixture
def planted(ground: Ground) -> Path:
    """The account's own home, full of modules that would give themselves away."""
    site = ground.home / ".local/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    for folder in (ground.home, site):
        for name in ("json", "jinja2", "plugin", "usercustomize", "sitecustomize"):
            (folder / f"{name}.py").write_text("import os\nos.write(1, b'planted')\n")
    ground.undo.callback(
        subprocess.run, ["rm", "-rf", str(ground.home / ".local"), *map(str, ground.home.glob("*.py"))]
    )
    return ground.home


def test_a_hostile_home_has_no_effect(ground: Ground, planted: Path) -> None:
    names = ("HOME", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "LD_LIBRARY_PATH", "PERL5LIB")
    ran = ground.click({**dict.fromkeys(names, str(planted)), "PYTHONSTARTUP": str(planted / "json.py")})
    assert (ran.outcome, b"planted" in ran.output) == ("signed-in", False)


@pytest.mark.parametrize(
    "name", ["LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "LD_DEBUG_OUTPUT", "PERL5OPT", "BASH_ENV", "HTTP_X_EVIL"]
)
def test_no_variable_of_the_request_reaches_the_child(ground: Ground, name: str) -> None:
    ground.click({name: "/nonexistent"})
    passed = set(ground.cp.root.uapi_calls()[-1]["environ"]) - {"LC_CTYPE"}  # a Python in the C locale sets that itself
    assert passed == {"HOME", "LANG", "LOGNAME", "PATH", "USER"}


def test_the_child_holds_no_descriptor_but_its_three(ground: Ground) -> None:
    with Running(ground) as running:
        held = descriptors(running.uapi, 3)
    assert set(held) == {0, 1, 2}
    assert (held[0], held[2], held[1][:5]) == ("/dev/null", "/dev/null", "pipe:")


def test_a_waiting_click_holds_its_streams_and_one_pipe(ground: Ground) -> None:
    with Running(ground) as running:
        held = descriptors(running.page, 4)
    assert len(held) == 4
    assert [held[number].partition(":")[0] for number in held if number > 2] == ["pipe"]


# A team user, a mailbox owner, root by mistake, a demo account.


@pytest.mark.parametrize("name", ["alice", "tess@alice.example.com", "tess"])
@pytest.mark.parametrize("roles", ["admin", "email", "database", "web", "admin,email,database,web", ""])
def test_a_team_user_gets_nothing_whatever_the_role(ground: Ground, roles: str, name: str) -> None:
    team = {"TEAM_USER": "tess", "TEAM_OWNER": ground.account.name, "TEAM_LOGIN_DOMAIN": "alice.example.com"}
    before = len(ground.cp.sessions_created())
    user = name.replace("alice", ground.account.name)
    assert ground.click({**team, "TEAM_USER_ROLES": roles, "REMOTE_USER": user}).outcome == "team-user"
    assert len(ground.cp.sessions_created()) == before


@pytest.mark.parametrize("name", ["TEAM_USER", "TEAM_OWNER", "TEAM_LOGIN_DOMAIN", "TEAM_USER_ROLES", "TEAM_NEW"])
def test_one_sign_of_a_team_is_enough(ground: Ground, name: str) -> None:
    assert ground.click({name: "tess"}).outcome == "team-user"


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_USER": "info@alice.example.com"},
        {"SERVER_PORT": "2096"},
        {"SERVER_PORT": "2095"},
        {"SERVER_PORT": "02096"},
        {"HTTP_HOST": "webmail.example.com"},
        {"HTTP_HOST": "WEBMAIL.example.com"},
    ],
    ids=lambda environ: "{}={}".format(*next(iter(environ.items()))),
)
def test_a_mailbox_owner_gets_nothing(ground: Ground, environ: dict[str, str]) -> None:
    before = len(ground.cp.sessions_created())
    assert ground.click(dict(environ)).outcome == "webmail-user"
    assert len(ground.cp.sessions_created()) == before


@needs_accounts
@pytest.mark.parametrize("user", ["root", "alice"])
def test_root_gets_nothing_under_either_name(ground: Ground, user: str) -> None:
    before = len(ground.cp.sessions_created())
    assert ground.click({"REMOTE_USER": user}, start="exec ENTRY", as_root=True).outcome == "wrong-user"
    assert len(ground.cp.sessions_created()) == before


@pytest.mark.parametrize("environ", [{"SERVER_PORT": "2082", "HTTPS": None}, {"HTTPS": "off"}], ids=str)
def test_nobody_gets_a_session_over_a_connection_that_others_read(
    ground: Ground, environ: dict[str, str | None]
) -> None:
    before = len(ground.cp.sessions_created())
    ran = ground.click(environ)
    assert ran.outcome == "not-secure"
    button = Page(ran.output.decode()).all("a")[0]["href"]
    assert re.fullmatch(r"https://[^/]+:2083/cpsess\d+/frontend/jupiter/webmail_signin/index\.live\.cgi", button)
    assert len(ground.cp.sessions_created()) == before


@needs_accounts
def test_a_demo_account_gets_nothing(ground: Ground) -> None:
    assert bare(ground.cp, Case("", "", 0, who="demi")).outcome == "uapi-refused"


# A page in another tab.


@pytest.fixture
def visitor(ground: Ground) -> Visitor:
    visitor = Visitor(ground.cp)
    visitor.sign_in(ground.who)
    return visitor


@pytest.mark.parametrize("token", ["", "/cpsess0000000000", "/cpsess1", "/cpsess"])
def test_a_foreign_page_that_does_not_know_the_token_creates_nothing(
    ground: Ground, visitor: Visitor, token: str
) -> None:
    address = f"{ground.cp.url}{token}/frontend/jupiter/webmail_signin/index.live.cgi"
    before = len(ground.cp.sessions_created())
    answer = visitor.get(address, {"Referer": "https://evil.example/", "Sec-Fetch-Site": "cross-site"})
    assert answer.status in (401, 403, 404)
    assert len(ground.cp.sessions_created()) == before


LOOKS = [
    *(
        {"Sec-Purpose": value}
        for value in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "Prefetch")
    ),
    {"Purpose": "prefetch"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
    *({"Sec-Fetch-Dest": value} for value in ("iframe", "frame", "object", "image", "empty")),
]


@pytest.mark.parametrize("headers", LOOKS, ids=str)
def test_a_browser_that_only_looks_ahead_creates_nothing(
    ground: Ground, visitor: Visitor, headers: dict[str, str]
) -> None:
    before = len(ground.cp.sessions_created())
    answer = visitor.click(headers=headers)
    assert answer.page.first("html")["data-outcome"] == "not-clicked"
    assert len(ground.cp.sessions_created()) == before


@pytest.mark.parametrize("who", ["signed-in", "refused"])
def test_no_page_can_be_framed_read_or_kept_by_another(ground: Ground, visitor: Visitor, who: str) -> None:
    answer = visitor.click("GET" if who == "signed-in" else "POST")
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "origin"
    assert not {"access-control-allow-origin", "set-cookie", "location"} & set(answer.headers)


def test_the_address_that_webmail_learns_has_no_token_in_it(ground: Ground, visitor: Visitor) -> None:
    visitor.submit(visitor.click())
    referer = ground.cp.webmail_posts()[-1].referer
    assert referer is not None
    assert "cpsess" not in referer


@pytest.mark.parametrize(
    "query",
    [
        "goto_uri=//evil.example",
        "session=x",
        "host=evil.example",
        "debug=1",
        "remote_address=203.0.113.9",
        "%00",
        "--",
        "-h",
        "=" * 9000,
    ],
    ids=str.__len__,
)
def test_nothing_in_the_address_changes_what_happens(ground: Ground, query: str) -> None:
    ran = ground.click({"QUERY_STRING": query, "PATH_INFO": f"/{query}"})
    assert (ran.outcome, b"evil.example" in ran.output) == ("signed-in", False)
    assert ground.cp.root.uapi_calls()[-1]["argv"][2:] == [
        "create_webmail_session_for_self",
        "remote_address=127.0.0.1",
    ]


# A malicious linked mail node, or whatever else can put words into the answer.

HOSTNAMES = [
    "evil.example/",
    "evil.example:2096",
    "user@evil.example",
    "evil.example#",
    "evil.example?x",
    "evil.example\\@good.example",
    "javascript:alert(1)",
    "//evil.example",
    "evil.example\r\nSet-Cookie: a=b",
    "evil.example\n",
    " evil.example",
    "evil.example' https://other.example",
    "evil.example; script-src *",
    "evil.example:* 'unsafe-inline'",
    "ev\u0131l.example",
    "\uff45vil.example",
    "evil\u3002example",
    "0x7f.1",
    "2130706433",
    "127.1",
    "[::1",
    "[fe80::1%25eth0]",
    "..",
    "a" * 300,
    "",
    "\0",
    ["evil.example"],
    {"toString": "evil.example"},
    True,
    0,
]


@pytest.mark.parametrize("hostname", [*HOSTNAMES[:8], *long(*HOSTNAMES[8:])], ids=lambda hostname: ascii(hostname)[:40])
def test_an_answer_with_a_crooked_host_sends_nobody_there(ground: Ground, hostname: object) -> None:
    data = {"token": "/cpsess1", "session": "a:b:CREATE_WEBMAIL_SESSION_FOR_SELF,0", "hostname": hostname}
    answer = json.dumps({"result": {"status": 1, "data": data}})
    (ground.folder / "answer").write_text(answer)
    ground.command(f"cat {ground.folder}/answer; exit")
    assert ground.click().outcome == "bad-answer"


@pytest.mark.parametrize(
    "token",
    [
        "/cpsess1/../..",
        "/cpsess1?",
        "//evil.example/cpsess1",
        "/cpsess1\n",
        "/CPSESS1",
        "/cpsess\u0661",
        "/cpsess",
        "cpsess1",
    ],
)
def test_an_answer_with_a_crooked_token_sends_nobody_there(ground: Ground, token: str) -> None:
    data = {"token": token, "session": "a:b:CREATE_WEBMAIL_SESSION_FOR_SELF,0", "hostname": None}
    (ground.folder / "answer").write_text(json.dumps({"result": {"status": 1, "data": data}}))
    ground.command(f"cat {ground.folder}/answer; exit")
    assert ground.click().outcome == "bad-answer"


def test_a_session_full_of_markup_stays_one_field(ground: Ground) -> None:
    session = "a:\"'></form><script>alert(1)</script><form action=//evil.example>{{7*7}}&quot;:X,0"
    data = {"token": "/cpsess1", "session": session, "hostname": None}
    (ground.folder / "answer").write_text(json.dumps({"result": {"status": 1, "data": data}}))
    ground.command(f"cat {ground.folder}/answer; exit")
    output = ground.cp.run_bare(ground.who, ground.cp.environ(ground.who)).stdout.decode()
    page = Page(output)
    assert [field["value"] for field in page.all("input")] == [session]
    assert (len(page.all("form")), len(page.all("script"))) == (1, 1)


# A provider's template that forgets to escape.


def apply(ground: Ground) -> None:
    """`install.sh apply`, and what it made taken back with the test."""
    command = ["sh", "install.sh", "apply", "--root", str(ground.root), "--python", ground.cp.root.python, "--yes"]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)


@pytest.fixture
def own_template(ground: Ground) -> Iterator[Path]:
    """A template of the provider's in the place of our error page."""
    folder = ground.etc / "templates"
    folder.mkdir()
    yield folder / "error.html"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    apply(ground)


def test_a_providers_template_escapes_whether_it_thinks_of_it_or_not(ground: Ground, own_template: Path) -> None:
    own_template.write_text(
        '<!DOCTYPE html>\n<html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">'
        '<p title="{{ reasons }}">'
        "{% for reason in reasons %}{{ reason }}{% endfor %}</p></html>\n"
    )
    apply(ground)
    ground.cp.switch("uapi", "hostile-errors")
    page = ground.click().page
    assert "<script>alert(1)</script>" in page.text
    assert not page.all("script")


def test_what_a_providers_template_lets_through_has_no_nonce_and_does_not_run(
    ground: Ground, own_template: Path
) -> None:
    own_template.write_text(
        '<!DOCTYPE html>\n<html lang="{{ t.lang }}" dir="{{ t.dir }}" data-outcome="{{ outcome }}">'
        '{{ reasons|join|safe if reference != "00000000" }}</html>\n'  # which apply does not get to see
    )
    apply(ground)
    ground.cp.switch("uapi", "hostile-errors")
    output = ground.click().output.decode()
    assert "<script>alert(1)</script>" in output
    assert re.search(r"script-src 'nonce-[0-9a-f]{32}';", output)
    assert "unsafe" not in output.partition("\n\n")[0]


# A stolen log, and everywhere else that a session could have been left.


def everything_there(ground: Ground, own: set[str]) -> Iterator[tuple[str, bytes]]:
    """Every file of the server and of the common folders' new ones, and what the processes of the machine show."""
    for path in ground.root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield str(path), path.read_bytes()
    for pid in {name for name in os.listdir("/proc") if name.isdigit()} - own:
        for name in ("cmdline", "environ"):
            try:
                yield f"{pid} {name}", Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:  # it has ended, or it is not ours to read
                continue


def test_the_session_is_found_in_nothing_that_was_written_logged_passed_or_cached(
    ground: Ground, visitor: Visitor
) -> None:
    ground.apply(log="stderr")
    answer = visitor.click()
    session = answer.page.first("input")["value"]
    secrets = [part.encode() for part in (session, session.split(":")[1], session.rpartition(",")[2])]
    assert all(len(secret) >= 16 for secret in secrets)
    for name, content in everything_there(ground, {str(os.getpid())}):
        assert not [secret for secret in secrets if secret in content], name
    assert visitor.submit(answer).status == 200
    for name, content in everything_there(ground, {str(os.getpid())}):
        assert not [secret for secret in secrets if secret in content], name


def test_nothing_in_a_stolen_log_signs_anybody_in(ground: Ground, visitor: Visitor) -> None:
    before = len(ground.cp.error_log())
    answer = visitor.click()
    token = re.search(r"(/cpsess\d+)/login", answer.page.first("form")["action"])
    assert token
    log = ground.cp.error_log()[before:]
    assert "outcome=signed-in" in log
    thief = Visitor(ground.cp)
    for word in {word for line in log.splitlines() for word in [line, *re.split(r"[ =]", line)] if word}:
        thief.post(f"{ground.cp.webmail_url}{token.group(1)}/login", {"session": word})
    assert all(post.refusal for post in ground.cp.webmail_posts()[-10:])
    assert not ground.cp.sessions_created()[-1].used


def test_no_error_that_a_click_meets_puts_the_session_into_the_log(ground: Ground) -> None:
    """The answer arrives, and then the page cannot be drawn."""
    (ground.release / "compiled/locale/en.json").write_text('{"lang": "en", "dir": "ltr"}')
    ran = ground.click()
    assert ran.outcome == "internal-error"
    assert SECRET not in ran.output + ran.log.encode()


# Symlinks.


@needs_accounts
def test_links_that_an_account_has_planted_lead_nowhere(ground: Ground) -> None:
    target = ground.folder / "target"
    target.write_text("before")
    target.chmod(0o666)
    code = "import os, sys\nfor name in sys.argv[2:]: os.symlink(sys.argv[1], name)"
    names = [
        ground.home / "tmp" / name for name in ("webmail-signin", "webmail_signin", "config.yaml", "webmail-signin.log")
    ]
    argv = ["/usr/bin/python3", "-IS", "-c", code, str(target), *map(str, names)]
    subprocess.run(argv, check=True, user=ground.account.uid, cwd="/")
    for name in names:
        ground.undo.callback(name.unlink)
    assert ground.click().outcome == "signed-in"
    assert target.read_text() == "before"


# The threat model itself.


def test_every_claim_of_the_threat_model_names_a_test_that_exists() -> None:
    text = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 30
    for file, test in named:
        assert re.search(rf"^def {test}\(", (CHECKOUT / file).read_text(encoding="utf-8"), re.MULTILINE), (
            f"{file}::{test}"
        )


def test_every_row_of_the_threat_model_names_a_test() -> None:
    lines = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    rows = [row for row in lines if row.startswith("| ") and row.count(" | ") == 2 and "Shown by" not in row]
    assert len(rows) > 20
    assert not [row for row in rows if "`tests/" not in row.split(" | ")[2]]
