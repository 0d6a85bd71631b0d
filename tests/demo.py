"""`make demo`: a stand-in cPanel with the plugin installed, one whole click, and then a server to try it on.

`python -m tests.demo [FOLDER]` installs what lies in FOLDER, such as an unpacked tarball, instead of the checkout.
ONCE=1 ends after the click. Exit 0 if it ended in Webmail and the installed `check --account` proves the same, else 1.
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
from urllib.parse import urljoin

from tests.cpanel import PASSWORD, Answer, Cpanel, Root, Visitor, lay_out, private_accounts
from tests.cpanel.accounts import logins

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
    settings = root.path / "etc/webmail-signin"
    settings.mkdir()
    (settings / "config.yaml").write_text(f"webmail_port: {webmail_port}\nlog: stderr\n", encoding="utf-8")
    command = ["sh", "install.sh", "install", "--root", str(root.path), "--python", root.python, "--yes"]
    print(f"$ {' '.join(command)}", flush=True)
    return subprocess.run(command, cwd=source, check=False).returncode == 0


def click(cp: Cpanel, who: str) -> bool:
    """From the login page to Webmail; whether it got there."""
    visitor = Visitor(cp)
    print("\nOne click, as a browser makes it:\n")
    step("the login page", lambda: visitor.get(f"{cp.url}/"))
    tools = step(f"log in as {cp.login(who).user}", lambda: visitor.sign_in(who))
    icon = ICON.search(tools.text)
    if not icon:
        print("  The icon is not on the Tools page.")
        return False
    form = step("follow the icon", lambda: visitor.get(urljoin(tools.url, icon.group(1))))
    if form.status != 200 or 'data-outcome="signed-in"' not in form.text:
        print(form.text)
        return False
    webmail = step("post the form", lambda: visitor.submit(form))
    return webmail.status == 200 and "data-account" in webmail.page.first("html")


def check(root: Root, user: str) -> bool:
    """The same click, as root proves it with the installed program; whether all was in order."""
    command = ["sh", str(root.cpanel / "3rdparty/webmail-signin/current/install.sh"), "check", "--account", user]
    print(f"\nThe same click, as root makes it on a server without a browser:\n\n$ {' '.join(command)}", flush=True)
    return subprocess.run(command, check=False).returncode == 0


def step(what: str, action: Callable[[], Answer]) -> Answer:
    started = time.monotonic()
    answer = action()
    milliseconds = (time.monotonic() - started) * 1000
    print(f"  {what:<18} {answer.status}  {milliseconds:5.0f} ms  {answer.url}", flush=True)
    return answer


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT))
