"""The only place that runs a process on root's side."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import time

from plugin.admin import signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Iterable, Mapping, Sequence

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C"}
MOST = 1 << 20  # bytes of output
GRACE = 3.0  # seconds from SIGTERM to SIGKILL
PANEL = 60.0  # seconds that a program of cPanel's may take
LOOK, GLANCE = 0.2, 0.005  # seconds between looks, should nobody tell that a child has ended; once its pipes are closed
PREFIX = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception)(?:: (?:\[Errno \d+\] )?|$)")


class Failed(Exception):
    """What could not be done, in words for the administrator."""


class Ended:
    """A program that has ended: its exit code (negative: the signal that ended it) and what it printed."""

    __slots__ = ("code", "errors", "output")

    def __init__(self, code: int, output: bytes, errors: bytes) -> None:
        self.code = code
        self.output = output.decode(errors="replace").strip()
        self.errors = errors.decode(errors="replace").strip()

    @property
    def said(self) -> str:
        """All of it; of a traceback the last line, which says what it is, without the exception's name."""
        said = "\n".join(filter(None, (self.output, self.errors)))
        if "Traceback" in said:
            said = PREFIX.sub("", said.splitlines()[-1])
        return said or (f"it was ended by signal {-self.code}" if self.code < 0 else f"it ended with {self.code}")


class Program:
    """A program that runs in a session of its own, without input and without our descriptors but those `held`.

    `limit` is in seconds. `account` is whom root runs it as. Raises Failed if it cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        limit: float,
        *,
        environ: Mapping[str, str] = ENVIRONMENT,
        held: Iterable[int] = (),
        account: pwd.struct_passwd | None = None,
    ) -> None:
        self.argv = argv
        self.limit = limit
        self.deadline = time.monotonic() + limit
        try:
            self.child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env=environ,
                start_new_session=True,
                pass_fds=tuple(held),
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=None if account is None else [],
            )
        except OSError as error:
            raise Failed(f"{argv[0]}: {(error.strerror or 'cannot be run').lower()}") from None

    def finish(self) -> Ended:
        """Wait for its end, not for whatever it leaves running. Raises Failed if it takes too long, and Interrupted."""
        assert self.child.stdout is not None and self.child.stderr is not None
        read = {self.child.stdout.fileno(): bytearray(), self.child.stderr.fileno(): bytearray()}
        both = list(read.values())
        poll = select.poll()
        for descriptor in (*read, *signals.bell):
            poll.register(descriptor, select.POLLIN)
        try:
            while True:
                ended = self._has_ended()
                signals.ask()
                left = self.deadline - time.monotonic()
                if left <= 0 and not ended:
                    raise Failed(f"{self.argv[0]} was not done within {self.limit:g} seconds, and was ended")
                ready = [number for number, _ in poll.poll(0 if ended else min(left, LOOK if read else GLANCE) * 1000)]
                for descriptor in ready:
                    chunk = os.read(descriptor, 65536)
                    if descriptor not in read:
                        continue
                    read[descriptor] += chunk
                    if not chunk:
                        poll.unregister(descriptor)
                        del read[descriptor]
                if sum(map(len, both)) > MOST:
                    raise Failed(f"{self.argv[0]} prints without end")
                if ended and not set(ready) & set(read):
                    break
        finally:
            self.end()
        return Ended(self.child.wait(), bytes(both[0]), bytes(both[1]))

    def _has_ended(self) -> bool:
        """Looks without reaping: as long as it is not reaped, its group's number is nobody else's."""
        return os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def end(self) -> None:
        """See that it has ended and is reaped, its group with it where it had to be ended."""
        if self.child.returncode is None:
            patience = time.monotonic() + GRACE
            if not self._has_ended():
                os.killpg(self.child.pid, signal.SIGTERM)
                while not self._has_ended() and time.monotonic() < patience:
                    time.sleep(0.01)
                os.killpg(self.child.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel, say on a dead file server
                self.child.wait(GRACE)
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()


def run(argv: Sequence[str], limit: float, *, held: Iterable[int] = ()) -> Ended:
    return Program(argv, limit, held=held).finish()


def ask(*argv: str) -> str:
    """Run a program of cPanel's, which never holds our lock; what it printed. Raises Failed."""
    ended = run(argv, PANEL)
    if ended.code:
        raise Failed(ended.said)
    return ended.output
