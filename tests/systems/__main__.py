"""`make systems`: the whole life of an installation, from an unpacked tarball at a real `/`, on other systems.

`python -m tests.systems TARBALL [SUITE]...`, as root, with debootstrap. Exit 0 if all went well on each.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.kit.clicks import cgi_environ
from tests.kit.tarballs import seal
from tests.systems.machine import Machine

SUITES = ("bullseye", "trixie", "sid")  # Python 3.9, 3.13, 3.14
CPANEL = "/usr/local/cpanel"
ENTRY = f"{CPANEL}/base/frontend/jupiter/webmail_signin/index.live.cgi"
INSTALLED = f"{CPANEL}/3rdparty/webmail-signin/current/install.sh"
NEXT = "99.0.0"


class Wrong(Exception):
    """What was not as it should be."""


class Life:
    """Each method that has a docstring is a step, which is printed so; they run in this order."""

    def __init__(self, machine: Machine, tarball: Path) -> None:
        self.machine = machine
        self.tarball = tarball
        self.version = re.sub(r".*-|\.tar\.gz$", "", tarball.name)
        self.before = machine.tree()

    def unpack(self) -> None:
        """unpack the tarball in /root, and the next release beside it"""
        home = self.machine.root / "root"
        shutil.copy(self.tarball, home)
        self.well("tar", "-xzf", f"/root/{self.tarball.name}", "-C", "/root")
        source, following = home / f"webmail-signin-{self.version}", home / f"webmail-signin-{NEXT}"
        shutil.copytree(source, following)
        (following / "MANIFEST").unlink()
        init = following / "plugin/__init__.py"
        init.write_text(init.read_text().replace(f'"{self.version}"', f'"{NEXT}"'))
        seal(following)

    def check(self) -> None:
        """check"""
        self.install_sh("check")

    def install(self) -> None:
        """install"""
        self.install_sh("install", "--yes")
        self.install_sh("check")

    def click(self) -> None:
        """click, as an account"""
        said = self.machine.run(ENTRY, user="65534:65534", environ=cgi_environ(REMOTE_USER="nobody")).stdout
        self.see("Status: 200" in said and 'data-outcome="signed-in"' in said, said)

    def apply(self) -> None:
        """apply an edit"""
        config = self.machine.root / "etc/webmail-signin/config.yaml"
        config.write_text("label: Read mail\nlog: stderr\n")
        self.well("sh", INSTALLED, "apply")
        conf = self.machine.root / f"{CPANEL[1:]}/base/frontend/jupiter/dynamicui/dynamicui_webmail_signin.conf"
        self.see("Read mail" in conf.read_text(), conf.read_text())

    def upgrade(self) -> None:
        """upgrade, click"""
        self.well("sh", f"/root/webmail-signin-{NEXT}/install.sh", "--yes")
        self.in_use(NEXT)
        self.click()

    def hook(self) -> None:
        """an update of cPanel's takes the page away, and the hook puts it back"""
        (self.machine.root / ENTRY[1:]).unlink()
        self.well(f"{CPANEL}/scripts/upcp")
        self.click()
        log = (self.machine.root / "var/cpanel/updatelogs/update.log").read_text()
        self.see("1 webmail-signin" in log and "error" not in log.lower(), log)

    def rollback(self) -> None:
        """rollback, click"""
        self.well("sh", INSTALLED, "rollback", "--yes")
        self.in_use(self.version)
        self.click()

    def uninstall(self) -> None:
        """uninstall without a trace"""
        self.well("sh", INSTALLED, "uninstall", "--purge", "--yes")
        self.no_trace()

    def without_python(self) -> None:
        """without a Python: check names the command that brings one, and uninstall removes by name"""
        self.install_sh("install", "--yes")
        hidden = [*self.machine.root.glob("usr/bin/python3*")]
        real = (self.machine.root / "usr/bin/python3").resolve().name
        for path in hidden:
            path.rename(path.with_name(f".{path.name}"))
        manage_hooks = self.machine.root / "usr/local/cpanel/bin/manage_hooks"  # cPanel's own needs no Python
        program = manage_hooks.read_text()
        manage_hooks.write_text(program.replace("/python3 ", f"/.{real} ", 1))
        said = self.machine.run("sh", INSTALLED, "check").stdout
        self.see("apt-get install -y python3" in said, said)
        self.well("sh", INSTALLED, "uninstall", "--purge", "--yes")
        for path in hidden:
            path.with_name(f".{path.name}").rename(path)
        manage_hooks.write_text(program)
        self.no_trace()

    def install_sh(self, *words: str) -> None:
        self.well("sh", f"/root/webmail-signin-{self.version}/install.sh", *words)

    def well(self, *argv: str) -> None:
        ended = self.machine.run(*argv)
        self.see(ended.returncode == 0, f"{' '.join(argv)} ended with {ended.returncode}\n{ended.stdout}")

    def in_use(self, version: str) -> None:
        self.see((self.machine.root / INSTALLED[1:]).resolve().parent.name == version, f"{version} is not in use")

    def no_trace(self) -> None:
        after = self.machine.tree()
        changed = [path for path in {*self.before, *after} if self.before.get(path) != after.get(path)]
        self.see(not changed, f"these are not as they were: {' '.join(sorted(changed)[:20])}")

    @staticmethod
    def see(well: bool, otherwise: str) -> None:
        if not well:
            raise Wrong(otherwise)


def live(suite: str, tarball: Path) -> bool:
    """Whether an installation lives and dies well on this system."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="webmail-signin-") as folder:
        Path(folder).chmod(0o755)
        try:
            machine = Machine(suite, Path(folder))
            python = machine.run("/usr/bin/python3", "-IS", "-c", "import sys; print(sys.version.split()[0])").stdout
            print(f"{suite}, Python {python.strip()}", flush=True)
            life = Life(machine, tarball)
            for name, step in vars(Life).items():
                if step.__doc__ and not name.startswith("_"):
                    take(step.__doc__, getattr(life, name))
        except (Wrong, subprocess.CalledProcessError) as why:
            print(f"  WRONG: {why}")
            return False
        return True


def take(said: str, step: Callable[[], None]) -> None:
    started = time.monotonic()
    step()
    print(f"  {time.monotonic() - started:5.1f} s  {said}", flush=True)


if __name__ == "__main__":
    tarball, *suites = sys.argv[1:]
    lived = [live(suite, Path(tarball)) for suite in suites or SUITES]
    sys.exit(not all(lived))
