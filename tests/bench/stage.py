"""Where it is measured: a server with the plugin installed, a quick `uapi`, a LiveAPI socket, and the launcher."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.cpanel import Root, lay_out
from tests.kit.programs import answering, printing, program
from tests.kit.servers import install

HERE = Path(__file__).resolve().parent
ENTRY = "base/frontend/jupiter/webmail_signin/index.live.cgi"
VENDOR = "3rdparty/webmail-signin/current/vendor"
MAILBOXES = 10_000  # of the account, where it may choose
SETTINGS = "webmail_port: 2096\nslow_after: 8\nsupport: Call us.\n"
#: The values that must be encoded and escaped show whether a row does the whole job.
ADDRESS, ENCODED = "2001:db8::7", "2001%3Adb8%3A%3A7"
SESSION = "user:D7NiAZv1nf4bXeg9:CREATE_WEBMAIL_SESSION_FOR_SELF,\"<&'%+=728fb86a7df1cf20690c65f349ac3137"
DATA = {"token": "/cpsess2462418786", "session": SESSION, "hostname": None}
RESULT = {"status": 1, "data": DATA, "errors": None, "messages": None, "warnings": None, "metadata": {"transformed": 1}}
ANSWER = {"apiversion": 3, "func": "create_webmail_session_for_self", "module": "Session", "result": RESULT}
CALL = ["--output=json", "Session", "create_webmail_session_for_self", f"remote_address={ENCODED}"]
FIELD = re.compile(r'name="session" value="([^"]*)"')


class Run:
    """One measured run: `wall` and `cpu` in ms, `rss` in MB (the largest process), and what it printed."""

    __slots__ = ("cpu", "output", "rss", "wall")

    def __init__(self, wall: float, cpu: float, rss: int, output: str) -> None:
        self.wall = wall * 1000
        self.cpu = cpu * 1000
        self.rss = rss / 1024
        self.output = output


class Launcher:
    """launcher.py, running as `account`, with the interpreter `python`."""

    def __init__(self, stage: Stage, python: str) -> None:
        command = [python, "-IS", str(stage.folder / "launcher.py")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", **stage.identity
        )

    def run(self, argv: Sequence[str], environ: dict[str, str]) -> Run:
        """Start a program and measure it to its end; RuntimeError if it fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([argv, environ]), file=self._process.stdin, flush=True)
        wall, cpu, rss, status, output = json.loads(self._process.stdout.readline())
        if status:
            raise RuntimeError(f"{argv}: wait status {status}")
        return Run(wall, cpu, rss, output)

    def __enter__(self) -> Launcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


class Stage:
    """A scratch folder with one server for each Python, their LiveAPI socket, and the competitors' files.

    Use it in a `with` block; leaving it ends what it started. `folder` must be empty and within everybody's reach;
    `observer` is the interpreter of the measuring itself.
    """

    def __init__(self, folder: Path, observer: str) -> None:
        self.folder = folder
        self.roots: dict[str, Root] = {}
        self.identity: dict[str, Any] = {}
        self._observer = observer

    def add(self, version: str, python: str, settings: str = "") -> None:
        """Install the plugin for one more Python, with these settings beside those that all have."""
        root = lay_out(self.folder / version, python=python)
        install(root, SETTINGS + settings)
        self.roots[version] = root

    def __enter__(self) -> Stage:
        for file in (HERE / "launcher.py", HERE / "panel.py", *(HERE / "competitors").iterdir()):
            shutil.copyfile(file, self.folder / file.name)  # not its mode: a strict checkout is closed to others
        account = next(iter(self.any_root.accounts.values()))
        if os.geteuid() == 0:
            self.identity = {"user": account.uid, "group": account.uid, "extra_groups": []}
        free = self.folder / "free"
        free.mkdir()
        free.chmod(0o777)
        with ExitStack() as started:
            self._listen(f"{free}/panel.sock", started)
            self.launcher = started.enter_context(Launcher(self, self._observer))
            self._started = started.pop_all()
        self.environ = {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": "",
            "REQUEST_URI": f"/cpsess1234567890/frontend/jupiter/{ENTRY.partition('jupiter/')[2]}",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTPS": "on",
            "REMOTE_ADDR": ADDRESS,
            "REMOTE_USER": account.name,
            "HTTP_HOST": "server.example.com",
            "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.7,de;q=0.3",
            "SERVER_NAME": "server.example.com",
            "SERVER_PORT": "2083",
            "cp_security_token": "/cpsess1234567890",
            "CPANEL_CONNECT_SOCKET": f"{free}/panel.sock",
            "USER": account.name,
            "HOME": "/",
            # PHP's shell needs it; the page does not.
            "PATH": "/usr/bin:/bin",
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()

    def _listen(self, path: str, started: ExitStack) -> None:
        command = [self._observer, "-IS", str(self.folder / "panel.py"), path, str(MAILBOXES)]
        panel = started.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, cwd="/", **self.identity))
        started.callback(panel.kill)
        assert panel.stdout is not None
        if panel.stdout.readline() != b"listening\n":
            raise RuntimeError("the LiveAPI socket does not listen")

    def liveapi(self) -> float:
        """How many seconds LiveAPI takes to give the list of mailboxes to somebody who only reads it."""
        request = b"<cpanelaction>list_pops</cpanelaction>"
        started = time.perf_counter()
        with socket.socket(socket.AF_UNIX) as panel:
            panel.connect(self.environ["CPANEL_CONNECT_SOCKET"])
            panel.sendall(b"%d\n%s" % (len(request), request))
            received = b""
            while b"</cpanelresult>" not in received[-64:]:
                received += panel.recv(1 << 20)
        return time.perf_counter() - started

    @property
    def any_root(self) -> Root:
        return next(iter(self.roots.values()))

    def let_uapi_take(self, seconds: float) -> None:
        """On every server; 0 is a shell that does not wait at all."""
        ours = f"sleep {seconds}\n" * bool(seconds) + printing(ANSWER)
        for root in self.roots.values():
            program(root.cpanel / "bin/uapi", answering({shlex.quote(" ".join(CALL)): ours, "*": "exit 1"}))

    def rows(self, version: str) -> dict[str, list[str]]:
        """What is compared, by name: the command line of each, with this Python for those that need one."""
        root = self.roots[version]
        uapi, vendor = str(root.cpanel / "bin/uapi"), str(root.cpanel / VENDOR)
        found = {"uapi alone": [uapi, *CALL]}
        for name, language, script in (
            ("PHP, bare minimum", "php", "bare.php"),
            ("Perl, bare minimum", "perl", "bare.pl"),
        ):
            path = shutil.which(language)
            if path:
                found[name] = [path, str(self.folder / script), uapi]
        for name, script in (
            ("Python, plain", "plain.py"),
            ("Python, uapi first", "overlapped.py"),
            ("Python, uapi first, no YAML, os._exit", "lean.py"),
        ):
            found[name] = [root.python, str(self.folder / script), uapi, vendor]
        found["Webmail Sign-in"] = [str(root.cpanel / ENTRY)]
        return found

    def measure(self, argv: list[str]) -> Run:
        """One run; RuntimeError if it does not do its job."""
        ran = self.launcher.run(argv, self.environ)
        field = FIELD.search(ran.output)
        page = ran.output.startswith("Status: 200") and field and html.unescape(field.group(1)) == SESSION
        if not (page and f'{DATA["token"]}/login"' in ran.output) and argv[1:] != CALL:
            raise RuntimeError(f"{argv} printed no form with the session:\n{ran.output[:2000]}")
        return ran
