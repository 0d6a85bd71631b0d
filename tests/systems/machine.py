"""A Debian of its own below a folder, with the stand-in cPanel at its `/`: what runs there sees nothing else."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.cpanel import lay_out

#: Where the systems are kept from one run to the next; making one takes minutes and the network.
KEPT = Path("/var/tmp/webmail-signin-systems")
#: The command is run with its own mounts, processes and network; /proc is needed by Python and by the lock.
ALONE = ["unshare", "--mount", "--pid", "--net", "--fork", "sh", "-ec"]
ENTER = 'mount -t proc proc "$1/proc"; ip link set lo up; shift; exec chroot "$@"'
ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
#: What the stand-in notes for tests, and what a running system writes without being asked.
NOTES = ("var/cpanel", "usr/local/cpanel/logs", "root", "tmp", "proc", "run", "dev", "var/log")


def debian(suite: str) -> Path:
    """The folder of a fresh Debian with Python; made if there is none yet. CalledProcessError if it cannot be."""
    folder = KEPT / suite
    if not folder.exists():
        KEPT.mkdir(exist_ok=True)
        unfinished = folder.with_name(f".{suite}")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", "--include=python3", suite, str(unfinished)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(folder)
    return folder


class Machine:
    """A copy of a Debian, with the stand-in laid out in it; `root` is its `/`."""

    def __init__(self, suite: str, folder: Path) -> None:
        self.root = folder / "root"
        subprocess.run(["cp", "-a", "--reflink=auto", str(debian(suite)), str(self.root)], check=True)
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o755)
            lay_out(Path(place) / "server", python="/usr/bin/python3")
            subprocess.run(["cp", "-a", f"{place}/server/.", str(self.root)], check=True)

    def run(
        self, *argv: str, user: str = "0:0", environ: Mapping[str, str] = ENVIRON, told: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in it; standard error follows standard output."""
        command = [*ALONE, ENTER, "enter", str(self.root), f"--userspec={user}", str(self.root), *argv]
        env = {**environ, "PATH": environ.get("PATH", ENVIRON["PATH"])}
        return subprocess.run(
            command, env=env, input=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )

    def tree(self) -> dict[str, tuple[object, ...]]:
        """Everything that is in it, but for NOTES: mode, owner and content of each file."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            here = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if os.path.normpath(f"{here}/{name}") not in NOTES]
            for name in (*folders, *names):
                found[os.path.normpath(f"{here}/{name}")] = facts(f"{folder}/{name}")
        return found


def facts(path: str) -> tuple[object, ...]:
    seen = os.lstat(path)
    content = ""
    if stat.S_ISREG(seen.st_mode):
        content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    elif stat.S_ISLNK(seen.st_mode):
        content = os.readlink(path)
    return seen.st_mode, seen.st_uid, seen.st_gid, content
