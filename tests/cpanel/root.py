"""A scratch ROOT, laid out like a server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .accounts import Account, Login, logins, mailbox_login, myself, visible
from .programs import panel
from .switches import SWITCHES

VERSION = "11.134.0.14"
PROGRAMS = {
    "bin/uapi": ("uapi", "main(started)"),
    "bin/whmapi1": ("whmapi1", "main(started)"),
    "bin/manage_hooks": ("hooks", "manage()"),
    "scripts/install_plugin": ("plugins", "main('install')"),
    "scripts/uninstall_plugin": ("plugins", "main('uninstall')"),
    "scripts/upcp": ("hooks", "update()"),
}
START = """\
#!{python} -BIS
import os, sys, time
started = time.monotonic()
sys.path.append(os.path.realpath(__file__ + "/../../stand-in"))
from programs import {module}
sys.exit({module}.{call})
"""
#: Tools that every account has, so that ours is one among others: id, name, group, feature, words for the search.
TOOLS = (
    ("email_accounts", "Email Accounts", "email", "popaccts", "mailbox password quota"),
    ("file_manager", "File Manager", "files", "filemanager", "upload folder"),
    ("manage_databases", "Manage Databases", "databases", "mysql", "mysql tables"),
    ("ssl_status", "Certificates", "security", "ssl", "https tls"),
    ("cron_jobs", "Cron Jobs", "advanced", "cron", "schedule"),
)
TOOL_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48">'
    '<rect x="6" y="6" width="36" height="36" rx="8" fill="#dfe5ee"/>'
    '<circle cx="24" cy="24" r="9" fill="{colour}"/></svg>\n'
)
COLOURS = ("#3867b7", "#b77a38", "#3f9a63", "#8a4fb0", "#5b6b7d")


@dataclass(frozen=True)
class Created:
    """A webmail session that `uapi` has made, for the account itself or for `mailbox`; the session is known nowhere."""

    account: str
    remote_address: str
    locale: str
    token: str
    used: bool
    mailbox: str | None = None


def all_can_run(python: str) -> bool:
    """Whether an ordinary user can start this interpreter, and it is new enough."""
    if not os.access(python, os.X_OK):
        return False
    ordinary: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    asked = [python, "-IS", "-c", "import sys; sys.exit(sys.version_info < (3, 9))"]
    try:
        return subprocess.run(asked, check=False, stderr=subprocess.DEVNULL, cwd="/", **ordinary).returncode == 0
    except OSError:  # on its way there is a folder that is closed to others
        return False


def usual_python() -> str:
    """The interpreter for the programs and live scripts: one that every account can run."""
    for python in ("/usr/bin/python3", "/usr/local/bin/python3"):
        if all_can_run(python):
            return python
    return sys.executable


def owned(path: Path, account: Account) -> None:
    """Give a path to an account, where this process may give."""
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.uid)


@dataclass(frozen=True)
class Root:
    """The scratch ROOT at `path`; `accounts` by their kind (`alice`, `carol` …), which is usually their name."""

    path: Path
    python: str
    themes: tuple[str, ...]
    accounts: dict[str, Account]

    @property
    def cpanel(self) -> Path:
        """ROOT/usr/local/cpanel."""
        return self.path / "usr/local/cpanel"

    @property
    def error_log(self) -> Path:
        """ROOT/usr/local/cpanel/logs/error_log."""
        return self.cpanel / "logs/error_log"

    def spool(self, name: str) -> Path:
        """A place that the programs share with the servers."""
        return Path(panel.spool(str(self.path), name))

    def logins(self) -> dict[str, Login]:
        """What can be typed on the login pages; of each account's mailboxes the first."""
        return {login.user: login for account in self.accounts.values() for login in logins(account)}

    def login(self, user: str) -> Login | None:
        """What somebody who types `user` on a login page is taken for; a mailbox that is suspended is nobody."""
        found = self.logins().get(user)
        if found and found.service == "cpanel":
            return found
        for account in self.accounts.values():
            if self.mailboxes(account).get(user, panel.SUSPENDED)["suspended_login"] == 0:
                return mailbox_login(account, user)
        return None

    # The mailboxes

    def mailboxes(self, account: Account) -> dict[str, dict[str, Any]]:
        """The account's mailboxes as they are now, by address."""
        return {row["email"]: row for row in panel.mailboxes(str(self.path), account.name)}

    def change_mailbox(self, address: str, **changed: bool) -> None:
        """Suspend a mailbox (`suspended_login=True`), or, without words, delete it."""
        for account in self.accounts.values():
            rows = self.mailboxes(account)
            if address in rows:
                rows[address].update(changed)
                kept = [row for row in rows.values() if changed or row["email"] != address]
                place = Path(panel.mailbox_file(str(self.path), account.name))
                place.write_text(panel.mailbox_lines(kept), encoding="utf-8")

    # The switches

    def switches(self, area: str) -> dict[str, Any]:
        """The misbehaviours of an area that are on."""
        return panel.switches(str(self.path), area)

    def switch(self, area: str, name: str, value: Any = True) -> None:
        """Turn one misbehaviour on, beside those that are on already."""
        if name not in SWITCHES[area]:
            raise ValueError(f"{area} has no switch {name}")
        on = {each: self.switches(each) for each in SWITCHES}
        on[area][name] = value
        self._keep(on)

    def reset(self) -> None:
        """Turn every misbehaviour off."""
        self._keep({})

    def _keep(self, on: dict[str, dict[str, Any]]) -> None:
        unfinished = self.spool(".switches.json")
        unfinished.write_text(json.dumps(on), encoding="utf-8")
        unfinished.chmod(0o644)
        unfinished.rename(self.spool("switches.json"))
        for name in "uapi", "whmapi1":
            program = self.cpanel / "bin" / name
            gone = program.with_name(f".{name}-gone")  # kept beside: its bytes and times are the same afterwards
            if "missing" in on.get(name, {}):
                if program.exists():
                    program.rename(gone)
            elif gone.exists():
                gone.rename(program)
            for each in program, gone:
                if each.exists():
                    each.chmod(0o644 if "not-executable" in on.get(name, {}) else 0o755)

    # What happened

    def sessions_created(self) -> list[Created]:
        """Every webmail session that was made below this ROOT, the oldest first."""
        found = []
        for folder in "sessions", "used":
            for file in self.spool(folder).glob("[0-9a-f]*"):
                content = json.loads(file.read_text(encoding="utf-8"))
                found.append((file.stat().st_mtime_ns, Created(**content, used=folder == "used")))
        return [created for _, created in sorted(found, key=lambda pair: pair[0])]

    def uapi_calls(self) -> list[dict[str, Any]]:
        """How `bin/uapi` was started, each time: account, argv, environ, cwd, stdin_is_null, leads_group, pid."""
        return self._calls("calls")

    def whmapi1_calls(self) -> list[dict[str, Any]]:
        """How `bin/whmapi1` was started, each time: argv, environ, cwd, pid."""
        return self._calls("whmapi1")

    def _calls(self, folder: str) -> list[dict[str, Any]]:
        files = [file for file in self.spool(folder).iterdir() if not file.name.startswith(".")]
        ordered = sorted(files, key=lambda file: int(file.name.split("-")[0]))
        return [json.loads(file.read_text(encoding="utf-8")) for file in ordered]

    def session_log(self) -> str:
        """ROOT/usr/local/cpanel/logs/session_log: NEW and PURGE."""
        return (self.cpanel / "logs/session_log").read_text(encoding="utf-8")

    def hook_runs(self) -> list[dict[str, Any]]:
        """How `scripts/upcp` ran each hook: hook, told, stdout, stderr, returncode, errors."""
        record = self.spool("hooks")
        return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()] if record.exists() else []

    def update_log(self) -> str:
        """ROOT/var/cpanel/updatelogs/update.log: what each hook said, and what was wrong with it."""
        return (self.path / "var/cpanel/updatelogs/update.log").read_text(encoding="utf-8")

    def processes(self) -> list[tuple[int, str]]:
        """(pid, command line) of every living process that was started from below this ROOT."""
        return list(self._processes())

    def _processes(self) -> Iterator[tuple[int, str]]:
        here = f"{self.path}/"
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            except OSError:  # it has ended meanwhile
                continue
            if any(word.startswith(here) for word in words[:4]):  # interpreter, its options, then the program
                yield int(folder.name), " ".join(words).strip()


def lay_out(
    path: os.PathLike[str] | str,
    *,
    python: str | None = None,
    themes: Sequence[str] = ("jupiter",),
    kind: str = "alice",
) -> Root:
    """Lay out a scratch ROOT at `path`, which must not exist or be empty.

    Every account that this process has as a user of the system (see `private_accounts`) lives there; where it has
    none, one account of the `kind` does, with this process's own user. Root's accounts must be able to reach
    `path`: ValueError where a closed folder is on the way.
    """
    place = Path(os.path.realpath(path))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o755)
    if os.geteuid() == 0:
        for folder in place.parents:
            if not folder.stat().st_mode & 0o001:
                raise ValueError(f"the accounts cannot reach {place}: {folder} is closed to them")
    accounts = visible() or {kind: myself(kind)}
    root = Root(place, python or usual_python(), tuple(themes), accounts)
    _folders(root)
    _programs(root)
    for theme in root.themes:
        _theme(root.cpanel / "base/frontend" / theme)
    for account in accounts.values():
        _account(root, account)
    _file(root.cpanel / "version", VERSION + "\n")
    _file(root.path / "var/cpanel/features/default", "")
    root.reset()
    return root


def _file(path: Path, text: str, mode: int = 0o644) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _folders(root: Root) -> None:
    for folder in (
        *(root.cpanel / name for name in ("bin", "scripts", "3rdparty", "base/frontend")),
        *(root.cpanel / name for name in ("whostmgr/addonfeatures", "stand-in/programs")),
        *(root.path / name for name in ("etc/pki/tls/certs", "home", "var/cpanel/users", "var/cpanel/features")),
        root.spool(""),
    ):
        folder.mkdir(parents=True)
        while folder != root.path:  # whatever the umask is
            folder.chmod(0o755)
            folder = folder.parent
    for folder, mode in (
        (root.cpanel / "logs", 0o700),
        (root.spool("sessions"), 0o1733),  # an account may add a file, not look, not take another's away
        (root.spool("calls"), 0o1733),
        (root.spool("used"), 0o700),
        (root.spool("user_sessions"), 0o700),
        (root.spool("whmapi1"), 0o700),
        (root.path / "var/cpanel/updatelogs", 0o700),
    ):
        folder.mkdir()
        folder.chmod(mode)
    _file(root.error_log, "", 0o600)
    _file(root.cpanel / "logs/access_log", "", 0o600)
    _file(root.cpanel / "logs/session_log", "", 0o600)
    _file(root.path / "var/cpanel/updatelogs/update.log", "", 0o600)


def _programs(root: Root) -> None:
    source = Path(__file__).with_name("programs")
    for file in source.glob("*.py"):
        target = root.cpanel / "stand-in/programs" / file.name
        shutil.copyfile(file, target)
        target.chmod(0o644)
    for name, (module, call) in PROGRAMS.items():
        _file(root.cpanel / name, START.format(python=root.python, module=module, call=call), 0o755)


def _theme(theme: Path) -> None:
    for name in "dynamicui", "assets/application_icons":
        (theme / name).mkdir(parents=True)
    for folder in theme, theme / "dynamicui", theme / "assets", theme / "assets/application_icons":
        folder.chmod(0o755)
    _file(theme / "index.html", "<!DOCTYPE html><title>Tools</title><p>cpsrvd draws this page.</p>\n")
    _file(theme / "tool.html", "<!DOCTYPE html><title>Tool</title><p>Of this tool there is only the icon.</p>\n")
    lines = []
    for order, (name, label, group, feature, words) in enumerate(TOOLS, 1):
        icon = theme / f"assets/application_icons/{name}.svg"
        _file(icon, TOOL_ICON.format(colour=COLOURS[order - 1]))
        lines.append(
            f"description=>{label},feature=>{feature},file=>{name},group=>{group},height=>48,imgtype=>icon,"
            f"itemdesc=>{label},itemorder=>{order * 100},searchtext=>{words},subtype=>img,target=>_self,"
            f"type=>image,url=>tool.html,width=>48\n"
        )
    _file(theme / "dynamicui/dynamicui.conf", "".join(lines))


def _account(root: Root, account: Account) -> None:
    home = root.path / "home" / account.name
    for folder, mode in ((home, 0o711), (home / "tmp", 0o700), (home / "etc", 0o700)):
        folder.mkdir()
        folder.chmod(mode)
        owned(folder, account)
    feature_list = account.name if account.features_off else "default"
    values = {
        "DEMO": str(int(account.demo)),
        "DOMAIN": account.domain,
        "FEATURELIST": feature_list,
        "LOCALE": account.locale,
        "MAIL_NODE": account.mail_node or "",
        "USER": account.name,
    }
    rows = (panel.mailbox_row(account.address(each), vars(each)) for each in account.mailboxes)
    mailboxes = Path(panel.mailbox_file(str(root.path), account.name))
    _file(mailboxes, panel.mailbox_lines(rows), 0o600)
    owned(mailboxes, account)
    text = "".join(f"{key}={value}\n" for key, value in values.items())
    _file(root.path / "var/cpanel/users" / account.name, text)
    if account.features_off:
        text = "".join(f"{feature}=0\n" for feature in account.features_off)
        _file(root.path / "var/cpanel/features" / feature_list, text)
