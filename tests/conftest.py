"""What several test modules share: a staged server, a click on it, and a panel's LiveAPI socket."""

from __future__ import annotations

import contextlib
import html.parser
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import jinja2
import markupsafe
import pytest
import yaml
from hypothesis import settings as hypothesis_settings

from plugin import __version__
from plugin.click import places
from plugin.ready import apply
from tests.kit import servers

CHECKOUT = Path(__file__).parents[1]
IS_ROOT = os.geteuid() == 0
#: Whom the clicks run as: another account where that is possible, else the one that runs the tests.
ACCOUNT = pwd.getpwnam("nobody") if IS_ROOT else pwd.getpwuid(os.geteuid())
TOKEN = "/cpsess1234567890"
ANSWER = {
    "apiversion": 3,
    "func": "create_webmail_session_for_self",
    "module": "Session",
    "result": {
        "data": {
            "token": "/cpsess2462418786",
            "session": "user:D7NiAZv1nf4bXeg9:CREATE_WEBMAIL_SESSION_FOR_SELF,728fb86a7df1cf20690c65f349ac3137",
            "hostname": None,
        },
        "errors": None,
        "messages": None,
        "status": 1,
        "warnings": None,
    },
}
SESSION: str = ANSWER["result"]["data"]["session"]  # type: ignore[index]
ENTRY = "usr/local/cpanel/base/frontend/jupiter/webmail_signin/index.live.cgi"
RELEASE = f"usr/local/cpanel/3rdparty/webmail-signin/releases/{__version__}"

# The same examples on every run, and no folder of examples left in the checkout.
hypothesis_settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
hypothesis_settings.load_profile("fixed")


def pages_python() -> str:
    """An interpreter that the account of the clicks can run."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        tried = as_account([python, "-IS", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"], {})
        if tried is not None and tried.returncode == 0:
            return python
    return pytest.skip(f"no Python that {ACCOUNT.pw_name} can run")


def as_account(argv: Sequence[str], environ: dict[str, str], **more: Any) -> subprocess.CompletedProcess[bytes] | None:
    """Run a program as the account of the clicks; None if it cannot be started."""
    try:
        return subprocess.run(argv, env=environ, capture_output=True, check=False, timeout=30, **identity(), **more)
    except OSError:
        return None


def identity() -> dict[str, Any]:
    """Words for `subprocess` to become the account of the clicks."""
    if not IS_ROOT:
        return {"cwd": "/"}
    return {"cwd": "/", "user": ACCOUNT.pw_uid, "group": ACCOUNT.pw_gid, "extra_groups": []}


def cgi_environ(**changed: str | None) -> dict[str, str]:
    """What the panel gives to a live script (cpanel-facts.md §3); None leaves a variable out."""
    environ = {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "HTTPS": "on",
        "REMOTE_ADDR": "192.0.2.7",
        "REMOTE_USER": ACCOUNT.pw_name,
        "HTTP_HOST": "host.example.com",
        "SERVER_NAME": "server.example.com",
        "SERVER_PORT": "2083",
        "cp_security_token": TOKEN,
        **changed,
    }
    return {name: value for name, value in environ.items() if value is not None}


class Server:
    """A staged tree with the plugin in it, laid out as `install.sh --root` does it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entry = root / ENTRY
        self.release = root / RELEASE
        self.config = root / "etc/webmail-signin/config.yaml"
        self.own_templates = root / "etc/webmail-signin/templates"
        self.uapi = root / "usr/local/cpanel/bin/uapi"
        self.places = places.Places(str(self.release))

    def lay_out(self) -> None:
        """Put the checkout's files in their places; the uncompiled packages, as in the tarball."""
        self.release.mkdir(parents=True)
        for folder in ("plugin", "templates"):
            shutil.copytree(CHECKOUT / folder, self.release / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in (self.release / "templates/locale").iterdir():
            if file.stem not in ("en", "de", "fr"):  # enough to be several, and quick to apply
                file.unlink()
        for package in (jinja2, markupsafe, yaml):
            source = Path(str(package.__file__)).parent
            ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyi", "*.c")
            shutil.copytree(source, self.release / "vendor" / source.name, ignore=ignored)
        icon = self.release / "plugin/admin/registration/icon.svg"
        icon.parent.mkdir(exist_ok=True)
        icon.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>')
        self.entry.parent.mkdir(parents=True)
        self.uapi.parent.mkdir(parents=True)
        self.config.parent.mkdir(parents=True)
        (self.release.parents[1] / "current").symlink_to(f"releases/{__version__}")
        source_lines = (CHECKOUT / "cgi/index.live.cgi").read_text().splitlines(keepends=True)
        self.entry.write_text("".join([f"#!{pages_python()} -IS\n", *source_lines[1:]]))
        self.entry.chmod(0o755)
        subprocess.run(["chmod", "-R", "go=u-w", str(self.root)], check=True)  # a strict checkout is closed to others
        # Bytecode as installing makes it; it survives that the tree is copied, as the files' times do.
        compiled = [pages_python(), "-IS", "-m", "compileall", "-q", str(self.release)]
        subprocess.run(compiled, check=True, env={}, cwd="/")
        self.configure("log: stderr\n")
        self.answer(ANSWER)

    def configure(self, text: str, compiled: bool = True) -> None:
        """Write config.yaml and, unless it is to be newer than the compiled settings, apply it."""
        self.config.write_text(text)
        if compiled:
            assert apply.main([str(self.release)]) == 0

    def program(self, script: str, interpreter: str = "/bin/sh") -> None:
        """Let `uapi` be this script."""
        self.uapi.write_text(f"#!{interpreter}\n{script}")
        self.uapi.chmod(0o755)

    def answer(self, answer: object, before: str = "") -> None:
        """Let `uapi` say yes, "en", and `answer` to the call, after the shell code `before`."""
        self.program(f"""\
case "$*" in
*has_feature*) echo '{{"result":{{"status":1,"data":1}}}}' ;;
*get_attributes*) echo '{{"result":{{"status":1,"data":{{"locale":"en"}}}}}}' ;;
*) {before}
cat <<'END'
{answer if isinstance(answer, str) else json.dumps(answer)}
END
;;
esac
""")

    def click(self, environ: dict[str, str] | None = None, **more: Any) -> Answer:
        """Run the entry as the panel does, and take its response apart."""
        ran = as_account([str(self.entry)], cgi_environ() if environ is None else environ, **more)
        assert ran is not None
        return Answer(ran)


class Answer:
    """A response to a click. ``values`` are the page's attributes and text as a browser reads them."""

    def __init__(self, ran: subprocess.CompletedProcess[bytes]) -> None:
        self.exit = ran.returncode
        self.log = ran.stderr.decode()
        self.output = ran.stdout
        head, _, body = ran.stdout.partition(b"\n\n")
        self.headers = [line.partition(": ")[::2] for line in head.decode().split("\n")]
        self.status = dict(self.headers).get("Status", "")
        self.page = Page(body.decode())
        self.outcome = self.page.first("html").get("data-outcome")


class Page(html.parser.HTMLParser):
    """An HTML page, read: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.source = text
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def first(self, tag: str) -> dict[str, str]:
        return next(iter(self.all(tag)), {})


class Panel:
    """A LiveAPI socket, served from a thread: it gives the next of its answers to each request and keeps the bytes.

    After the last answer it waits for the other side to go, or, if told to close, closes at once.
    """

    def __init__(self, folder: Path, answers: Sequence[bytes], close: bool = False) -> None:
        self.path = str(folder / "cpanel.sock")
        self.received = b""
        self.connections = 0
        self._answers = list(answers)
        self._close = close
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Panel:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    @property
    def environ(self) -> dict[str, str]:
        return {"CPANEL_CONNECT_SOCKET": self.path}

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            for answer in self._answers:
                if not self._request(connection):
                    return
                connection.sendall(answer)
            while not self._close and self._request(connection):
                pass
        except OSError:  # the other side has gone
            return

    def _request(self, connection: socket.socket) -> bool:
        """Read one request as LENGTH, newline and so many bytes; False if the other side has gone."""
        length = b""
        while not length.endswith(b"\n"):
            byte = connection.recv(1)
            if not byte:
                return False
            length += byte
        payload = connection.recv(int(length), socket.MSG_WAITALL)
        self.received += length + payload
        return True


def livejson(data: object, status: int = 1) -> bytes:
    """An answer of LiveAPI's to a UAPI call (cpanel-facts.md §2)."""
    result = {"cpanelresult": {"result": {"status": status, "data": data, "errors": None}}}
    return f"<cpanelresult>{json.dumps(result)}</cpanelresult>\n".encode()


GREETING = b'<?xml version="1.0" ?>\n<cpanelresult>{"data":{"result":"json"}}</cpanelresult>\n'


@pytest.fixture(scope="session")
def staged() -> Iterator[Server]:
    """One staged tree that no test changes."""
    with open_folder() as folder:
        server = Server(folder / "root")
        server.lay_out()
        yield server


@pytest.fixture
def server(staged: Server, folder: Path) -> Server:
    """A staged tree for one test to change."""
    shutil.copytree(staged.root, folder / "root", symlinks=True)
    return Server(folder / "root")


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder with a short name, which another account can enter and, below `free`, write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "free").mkdir()
        (folder / "free").chmod(0o777)
        yield folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as path:
        yield path


@pytest.fixture
def panel(folder: Path) -> Iterator[Callable[..., Panel]]:
    """Starts a LiveAPI socket; ended with the test."""
    with contextlib.ExitStack() as running:
        yield lambda *answers, close=False: running.enter_context(Panel(folder / "free", answers, close))


@pytest.fixture(scope="session")
def trees() -> Iterator[Path]:
    """What the servers for install.sh are copied from."""
    with servers.open_folder() as folder:
        servers.prepare(folder)
        yield folder


@pytest.fixture
def place() -> Iterator[Path]:
    with servers.open_folder() as folder:
        yield folder


@pytest.fixture
def bare(trees: Path, place: Path) -> servers.Server:
    """A server that the plugin was never on."""
    return servers.bare(trees, place)


@pytest.fixture
def installed(trees: Path, place: Path) -> servers.Server:
    return servers.installed(trees, place)


@pytest.fixture
def newer(installed: servers.Server, place: Path) -> servers.Server:
    """The installed server, as the next release sees it."""
    return servers.Server(installed.root, servers.release(place / "source", "1.1.0"))
