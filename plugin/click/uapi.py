"""The only place that runs a process."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import time

from plugin.click import ending, errors, shortcuts

shortcuts.light_subprocess()
import subprocess  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping, Sequence

LIMIT = 256 * 1024  # bytes that uapi may print
NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ENOEXEC, errno.ELOOP, errno.ENAMETOOLONG}
STUCK = 2.0  # seconds that ending may take
GLANCE = 0.1  # seconds between looks whether the program has ended while something else holds its output open


class Process:
    """A program in a process group of its own, with no input, its errors discarded and its output capped.

    Leaving the `with` block ends whatever is left of the group. `account` is whom root runs it as.
    """

    def __init__(
        self, argv: Sequence[str], environ: Mapping[str, str], account: pwd.struct_passwd | None = None
    ) -> None:
        """Raises UapiMissing if there is no such program or it cannot be executed."""
        self._child: subprocess.Popen[bytes] | None = None
        self._unwanted = False
        ending.running.append(self.end)
        try:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env=environ,
                start_new_session=True,
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=None if account is None else [],
            )
        except OSError as error:
            ending.running.remove(self.end)
            if error.errno in NOT_THERE:
                raise errors.UapiMissing(f"{argv[0]}: {error.strerror}") from None
            raise
        if self._unwanted:
            ending.stop()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def finish(self, deadline: float, limit: int = LIMIT) -> bytes:
        """All output, once the program has ended.

        `deadline` is in seconds of the monotonic clock. Raises UapiTimeout, and UapiUnreadable if there is more output
        than `limit` bytes or the program was ended by a signal.
        """
        assert self._child is not None
        assert self._child.stdout is not None
        pipe = self._child.stdout.fileno()
        ready = select.poll()
        ready.register(pipe, select.POLLIN)
        output = bytearray()
        pause = 0.0001
        open_ = True
        while open_ or not self._has_ended():
            left = deadline - time.monotonic()
            if left <= 0:
                raise errors.UapiTimeout("not done in time")
            if not open_:
                # Its output is closed, so it is ending just now; there is nothing to wait on but the clock.
                time.sleep(pause)
                pause = min(pause * 2, GLANCE)
                continue
            ended = self._has_ended()  # asked before reading, so that nothing printed before the end is missed
            if ready.poll(0 if ended else 1 + min(left, GLANCE) * 1000):
                chunk = os.read(pipe, 65536)
                output += chunk
                open_ = bool(chunk)
            elif ended:
                open_ = False
            if len(output) > limit:
                raise errors.UapiUnreadable(f"more than {limit} bytes")
        self.end()
        if self._child.returncode < 0:
            raise errors.UapiUnreadable(f"ended by signal {-self._child.returncode}")
        return bytes(output)

    def _has_ended(self) -> bool:
        """Looks without reaping: as long as the leader is not reaped, its group's number is nobody else's."""
        assert self._child is not None
        return os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def end(self) -> None:
        """End the whole group and reap its leader; one that is only being started ends as soon as it is there."""
        if self._child is None:
            self._unwanted = True
            return
        if self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel, say on a dead file server
                self._child.wait(STUCK)
        if self._child.stdout is not None:
            self._child.stdout.close()
        if self.end in ending.running:
            ending.running.remove(self.end)


def command(program: str, module: str, function: str, arguments: Mapping[str, str]) -> list[str]:
    """The documented command line; values are URI-encoded (cpanel-facts.md §6)."""
    values = [f"{name}={shortcuts.encoded(value)}" for name, value in arguments.items()]
    return [program, "--output=json", module, function, *values]


def environment(account: pwd.struct_passwd) -> dict[str, str]:
    """The child's whole environment: what cron would give it, and nothing of what came in with the request."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C",
        "HOME": account.pw_dir,
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
    }
