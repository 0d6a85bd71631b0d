"""`make demo`: a stand-in cPanel with the plugin installed, a whole click, a mailbox chosen, and a server to try it on.

`python -m tests.demo [FOLDER]` installs what lies in FOLDER, such as an unpacked tarball, instead of the checkout.
ONCE=1 ends after the clicks. Exit 0 if they ended in Webmail and `check --account` proves the first of them, else 1.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tests.cpanel import PASSWORD, Answer, Cpanel, Root, Visitor, lay_out, private_accounts
from tests.cpanel.accounts import Account, logins
from tests.cpanel.webmail import ROUNDCUBE

CHECKOUT = Path(__file__).resolve().parents[1]
ICON = re.compile(r'href="([^"]*webmail_signin/index\.live\.cgi)"')


def main(source: Path) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    private_accounts()
    with tempfile.TemporaryDirectory(prefix="webmail-signin-demo-") as folder:
        os.chmod(folder, 0o755)
        root = lay_out(Path(folder) / "root")
        try:
            cp = Cpanel(root, ports="real").__enter__()
        except OSError:
            print("Port 2083 or 2096 is taken; other ports then.")
            cp = Cpanel(root).__enter__()
        try:
            return demonstrate(cp, source)
        except KeyboardInterrupt:
            print("\nStopped.")
            return 0
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # one is enough; what is started is taken down in peace
            cp.__exit__()


def demonstrate(cp: Cpanel, source: Path) -> int:
    if not install(source, cp.root, cp.webmail_port):
        return 1
    who = "alice" if "alice" in cp.root.accounts else next(iter(cp.root.accounts))
    user = cp.login(who).user
    arrived = click(cp, who)
    print("\nThe click ended in Webmail." if arrived else "\nThe click did NOT end in Webmail.")
    arrived = arrived and check(cp.root, user)
    print(f"\nThe click of {user} was {'proven' if arrived else 'NOT proven'} on the server itself.", flush=True)
    arrived = arrived and choose(cp, "mona" if "mona" in cp.root.accounts else who)
    if os.environ.get("ONCE") or not arrived:
        return 0 if arrived else 1
    print(f"""
Try it yourself, until Ctrl-C:

    address    {cp.url}
    user       {user}
    password   {PASSWORD}

Your browser does not know the stand-in's certificate. Open {cp.webmail_url} first and accept it there,
then the same for the address above. Others to be, with the same password:

{others(cp, user)}
""")
    threading.Event().wait()
    return 0


def others(cp: Cpanel, user: str) -> str:
    """The other logins and what each shows; those whose mail is on another host need a name that is only here."""
    shown = {
        login.user: f"team user of {account.name}" if login.team else account.what
        for account in cp.root.accounts.values()
        for login in logins(account)
        if login.service == "cpanel" and login.user != user and not account.mail_node
    }
    return "\n".join(f"    {name:<27} {what}" for name, what in shown.items())


def install(source: Path, root: Root, webmail_port: int) -> bool:
    """Run install.sh on the scratch server, with the port that its Webmail really has."""
    (root.path / "etc/webmail-signin").mkdir()
    settle(root, f"webmail_port: {webmail_port}\nlog: stderr\n")
    words = ["install", "--root", str(root.path), "--python", root.python, "--yes"]
    return run("", "sh", "install.sh", *words, cwd=source)


def settle(root: Root, text: str) -> None:
    (root.path / "etc/webmail-signin/config.yaml").write_text(text, encoding="utf-8")


def run(why: str, *command: str, **more: Any) -> bool:
    """Show a command and run it; whether it succeeded."""
    print(f"{why}$ {' '.join(command)}", flush=True)
    return subprocess.run(command, check=False, **more).returncode == 0


def program(root: Root) -> str:
    """The installed install.sh."""
    return str(root.cpanel / "3rdparty/webmail-signin/current/install.sh")


def follow_icon(visitor: Visitor, who: str, outcome: str) -> Answer | None:
    """From the login page to the plugin's page, if that has this outcome."""
    step("the login page", lambda: visitor.get(f"{visitor.cp.url}/"))
    tools = step(f"log in as {visitor.cp.login(who).user}", lambda: visitor.sign_in(who))
    icon = ICON.search(tools.text)
    if not icon:
        print("  The icon is not on the Tools page.")
        return None
    page = step("follow the icon", lambda: visitor.get(urljoin(tools.url, icon.group(1))))
    return page if has(page, outcome) else None


def has(page: Answer, outcome: str) -> bool:
    if page.status == 200 and f'data-outcome="{outcome}"' in page.text:
        return True
    print(page.text)
    return False


def click(cp: Cpanel, who: str) -> bool:
    """From the login page to Webmail; whether it got there."""
    visitor = Visitor(cp)
    print("\nOne click, as a browser makes it:\n")
    form = follow_icon(visitor, who, "signed-in")
    webmail = form and step("post the form", lambda: visitor.submit(form))
    return bool(webmail and webmail.status == 200 and webmail.page.first("html").get("data-page") == "webmail")


def choose(cp: Cpanel, who: str) -> bool:
    """Let people choose a mailbox, and this account the first of its own; whether its inbox came.

    Afterwards only the accounts that are there for their mailboxes have any, so the others' one click stays one.
    """
    account, visitor = cp.root.accounts[who], Visitor(cp)
    settle(cp.root, f"webmail_port: {cp.webmail_port}\nlog: stderr\nmailbox: choose\nopen: {ROUNDCUBE}\n")
    if not run("\nThe same where people choose a mailbox and land in its inbox:\n\n", "sh", program(cp.root), "apply"):
        return False
    for other in cp.root.accounts.values():
        if other.mailboxes == Account.mailboxes and other is not account:
            cp.root.change_mailbox(other.address(*other.mailboxes))
    print()
    mailbox = account.address(account.mailboxes[0])
    page = follow_icon(visitor, who, "choose")
    form = page and step(f"press {mailbox}", lambda: visitor.press(page, mailbox))
    inbox = form and has(form, "signed-in") and step("post the form", lambda: visitor.submit(form))
    shown = inbox.page.first("html") if inbox else {}
    arrived = (shown.get("data-page"), shown.get("data-account")) == ("inbox", mailbox)
    print(f"\nTwo clicks ended in the inbox of {mailbox}." if arrived else f"\nThe inbox of {mailbox} did NOT come.")
    return arrived


def check(root: Root, user: str) -> bool:
    """The same click, as root proves it with the installed program; whether all was in order."""
    why = "\nThe same click, as root makes it on a server without a browser:\n\n"
    return run(why, "sh", program(root), "check", "--account", user)


def step(what: str, action: Callable[[], Answer]) -> Answer:
    started = time.monotonic()
    answer = action()
    milliseconds = (time.monotonic() - started) * 1000
    print(f"  {what:<30} {answer.status}  {milliseconds:5.0f} ms  {answer.url}", flush=True)
    return answer


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT))
