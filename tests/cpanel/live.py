"""Running live scripts as cpsrvd does (cpanel-facts.md §1, §3): the environment, the process, the answer's headers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .accounts import Account, Login
from .liveapi import Liveapi, LiveapiCall
from .root import Root

NOT_CONNECTED = "Child failed to make LIVEAPI connection to cPanel"
LIVE = re.compile(r"\.live\.?(cgi|pl|php|py|rb)$")
RUN_SECONDS = 150.0  # longer than any `timeout` of the settings
TEAM_VARIABLES = ("TEAM_USER", "TEAM_OWNER", "TEAM_LOGIN_DOMAIN", "TEAM_USER_ROLES")
#: What starts a script as an account, in a /dev that has a few devices and no log.
WITHOUT_SYSLOG = """
for name in null full zero random urandom; do mount --bind "/dev/$name" "$1/$name" || exit; done
mount --rbind "$1" /dev && exec setpriv --reuid="$2" --regid="$2" --clear-groups "$3"
"""
GRACE_SECONDS = 2.0  # from SIGTERM to SIGKILL
HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e\x80-\xff]*)")


class Refused(Exception):
    """The answer or the file is not as it must be; the text is for the error log."""


@dataclass(frozen=True)
class Place:
    """Through which door a request came: what the script is told of the server."""

    server_port: int = 2083
    proxied: bool = False
    https: bool = True


@dataclass(frozen=True)
class Finished:
    """How a run ended."""

    returncode: int
    stdout: bytes
    stderr: bytes
    connected: bool


@dataclass(frozen=True)
class Script:
    """The answer of a live script, taken apart."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def environment(root: Root, login: Login, place: Place, token: str, request: dict[str, str]) -> dict[str, str]:
    """The environment of a live script, without the socket (cpanel-facts.md §3).

    `request` holds what differs from one request to the next, by its CGI name. PATH and LANG are unknown on a
    real server, so they are not set here. SESSION_TEMP_* is always set, because sometimes it is.
    """
    account, host = login.account, request.get("HTTP_HOST", "")
    home = root.path / "home" / account.name
    environ = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_SOFTWARE": "cpsrvd",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host.strip("[]") or "server.example.com",
        "SERVER_PORT": str(place.server_port),
        "DOCUMENT_ROOT": str(root.cpanel / "base"),
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "REMOTE_USER": login.remote_user,
        "USER": account.name,
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "cp_security_token": token,
        "SESSION_TEMP_USER": f"cpsess_{account.name}_temp",
        "SESSION_TEMP_PASS": "temporary-secret-of-the-panel",
    }
    if place.https:
        environ["HTTPS"] = "on"
    if place.proxied:
        environ["HTTP_PROXIED"] = "1"
    if login.team:
        environ.update(zip(TEAM_VARIABLES, (login.team.name, account.name, account.domain, login.team.roles)))
    environ.update(request)
    on = root.switches("cpsrvd")
    if "reseller" in on:
        environ["CPRESELLER"] = "reseller"
    if "unknown-team-variable" in on:
        environ = {name: value for name, value in environ.items() if not name.startswith("TEAM_")}
        environ["TEAM_ACCOUNT"] = f"somebody@{account.domain}"
    if "empty-team-variables" in on:
        environ.update(dict.fromkeys(TEAM_VARIABLES, ""))
    if "no-user" in on:
        del environ["REMOTE_USER"]
    if "other-user" in on:
        environ["REMOTE_USER"] = "somebody"
    if "mapped-address" in on and "." in environ["REMOTE_ADDR"]:
        environ["REMOTE_ADDR"] = "::ffff:" + environ["REMOTE_ADDR"]
    if "no-address" in on:
        del environ["REMOTE_ADDR"]
    return environ


def check_file(root: Root, path: Path) -> None:
    """Refuse a live file that root would not have put there (cpanel-facts.md §1), or any folder above it."""
    owner = root.path.stat().st_uid
    for part in [path, *path.parents]:
        if part == root.path:
            return
        state = part.lstat()
        if stat.S_ISLNK(state.st_mode):
            raise Refused(f"{part} is a symbolic link")
        if state.st_uid != owner:
            raise Refused(f"{part} does not belong to root")
        if part == path and not (stat.S_ISREG(state.st_mode) and stat.S_IMODE(state.st_mode) == 0o755):
            raise Refused(f"{part} must be a file of the mode 0755")
        if stat.S_IMODE(state.st_mode) & 0o022:
            raise Refused(f"{part} can be written by others")


def take_apart(output: bytes, complain: Callable[[str], None]) -> Script:
    """Headers and body; Refused where cpsrvd, or a stricter server, would answer with an error 500."""
    head, blank, body = re.split(rb"(\r?\n\r?\n)", output, maxsplit=1) if b"\n" in output else (output, b"", b"")
    if not blank:
        raise Refused("premature end of the script's headers")
    status, headers = "200 OK", []
    seen = set()
    for line in re.split(rb"\r?\n", head):
        match = HEADER.fullmatch(line)
        if not match:
            raise Refused(f"not a header: {line[:80]!r}")
        name, value = match.group(1).decode(), match.group(2).decode("latin-1").strip()
        low = name.lower()
        if low in seen and low in ("status", "content-type", "content-length", "cache-control"):
            raise Refused(f"the header {name} comes twice")
        seen.add(low)
        if low == "status":
            if not line.startswith(b"Status: ") or not re.fullmatch(r"[2-5]\d\d [\x20-\x7e]+", value):
                raise Refused(f"not a status: {line[:80]!r}")
            status = value
        elif low == "location":
            complain("a live script's Location was dropped")
        elif low in ("set-cookie", "connection", "transfer-encoding", "server"):
            raise Refused(f"a live script has no business with {name}")
        elif low == "content-length":
            if value != str(len(body)):
                raise Refused("Content-Length is not the length of the body")
        else:
            headers.append((name, value))
    if "content-type" not in seen:
        raise Refused("no Content-Type")
    if b"\0" in body:
        raise Refused("a NUL byte in the page")
    return Script(int(status[:3]), status[4:], headers, body)


@dataclass
class Runner:
    """Starts live scripts, and knows those that are running."""

    root: Root
    sockets: Path
    calls: list[LiveapiCall]
    complain: Callable[[str], None]

    def __post_init__(self) -> None:
        self._running: set[asyncio.Task[Finished]] = set()

    async def run(
        self,
        account: Account | None,
        environ: dict[str, str],
        path: Path,
        body: bytes = b"",
        stderr: IO[bytes] | int = asyncio.subprocess.PIPE,
    ) -> Finished:
        """Run one script as the account (None: as this process), to its end, with a LiveAPI socket of its own."""
        task = asyncio.ensure_future(self._run(account, environ, path, body, stderr))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:  # the browser has gone away
            if "keeps-running" not in self.root.switches("cpsrvd"):
                task.cancel()
            raise

    async def close(self) -> None:
        """End all that still runs."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(
        self,
        account: Account | None,
        environ: dict[str, str],
        path: Path,
        body: bytes,
        stderr: IO[bytes] | int,
    ) -> Finished:
        peer = account or next(iter(self.root.accounts.values()))
        liveapi = Liveapi(self.root, peer, self.calls, self.complain, self.root.switches("liveapi"))
        identity: dict[str, Any] = {}
        argv = [*self._limits(), str(path)]
        if account and os.geteuid() == 0:
            identity = {"user": account.uid, "group": account.uid, "extra_groups": []}
        if "no-syslog" in self.root.switches("cpsrvd"):
            argv, identity = self._without_syslog(account, path), {}
        async with liveapi.listening(self.sockets):
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=self.root.cpanel / "base",
                env={**liveapi.environ, **environ},
                stdin=asyncio.subprocess.PIPE if body else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
                **identity,
            )
            try:
                out, err = await asyncio.wait_for(converse(process, body), RUN_SECONDS)
            except (asyncio.CancelledError, asyncio.TimeoutError):
                await end(process)
                raise
        assert process.returncode is not None
        return Finished(process.returncode, out, err or b"", liveapi.connected)

    def _limits(self) -> list[str]:
        """What starts a script as if the account had reached a limit of the server's (LVE)."""
        if "no-processes" not in self.root.switches("cpsrvd"):
            return []
        prlimit = shutil.which("prlimit")
        assert prlimit, "the switch no-processes needs prlimit (util-linux)"
        return [prlimit, "--nproc=1"]

    def _without_syslog(self, account: Account | None, path: Path) -> list[str]:
        assert os.geteuid() == 0, "the switch no-syslog needs root and mount namespaces"
        devices = self.sockets / "dev"
        devices.mkdir(exist_ok=True)
        for name in ("null", "full", "zero", "random", "urandom"):
            (devices / name).touch()
        uid = str(account.uid if account else 0)
        private = ["/usr/bin/unshare", "--mount", "--propagation", "private"]
        return [*private, "/bin/sh", "-c", WITHOUT_SYSLOG, "sh", str(devices), uid, str(path)]


async def converse(process: asyncio.subprocess.Process, body: bytes) -> tuple[bytes, bytes]:
    """The script's output and errors. Its input stays open behind the body: who reads to the end waits for ever."""

    async def feed() -> None:
        if process.stdin:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(body)
                await process.stdin.drain()

    async def read(stream: asyncio.StreamReader | None) -> bytes:
        return await stream.read() if stream else b""

    _, out, err, _ = await asyncio.gather(feed(), read(process.stdout), read(process.stderr), process.wait())
    return out, err


async def end(process: asyncio.subprocess.Process) -> None:
    """SIGTERM to the script, then SIGKILL to its process group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.wait_for(process.wait(), GRACE_SECONDS)


def stamp() -> str:
    """The time as the error log writes it."""
    return time.strftime("[%Y-%m-%d %H:%M:%S %z]")
