"""Root's side: does a page really run, as an ordinary user?

``plugin.admin.prove ROOT ENTRY`` ends with 0 if it does, else with 1 and the reason on standard error.
"""

from __future__ import annotations

import os
import pwd
import stat
import sys
import time

from plugin.click import errors
from plugin.click.uapi import Process

ID = "webmail_signin"
PATIENCE = 20.0  # seconds that the page may take on a busy server


def environment(account: pwd.struct_passwd, root: str, theme: str) -> dict[str, str]:
    """What cpsrvd gives a live script (cpanel-facts.md §3), for a prefetch: it draws a page and creates nothing."""
    token = "/cpsess0000000000"  # noqa: S105 (no secret: it opens nothing)
    page = f"/frontend/{theme}/{ID}/index.live.cgi"
    return {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "REQUEST_URI": token + page,
        "SCRIPT_NAME": token + page,
        "SCRIPT_FILENAME": f"{root}/usr/local/cpanel/base{page}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "2083",
        "HTTP_HOST": "localhost",
        "HTTP_SEC_PURPOSE": "prefetch",
        "HTTPS": "on",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_USER": account.pw_name,
        "USER": account.pw_name,
        "HOME": account.pw_dir,
        "cp_security_token": token,
        "PATH": "/usr/bin:/bin",
    }


def closed(folder: str) -> bool:
    """Whether ordinary users cannot pass through `folder` or one above it."""
    while folder not in ("", "/"):
        if not os.stat(folder).st_mode & stat.S_IXOTH:
            return True
        folder = os.path.dirname(folder)
    return False


def root_alone(root: str) -> bool:
    """Whether in this staged tree nobody but root could run the page; on a server that is a fault to be found."""
    return os.geteuid() == 0 and root != "" and closed(f"{root}/usr/local/cpanel/base/frontend")


def prove(root: str, entry: str) -> str:
    """Run the page at `entry` as an ordinary user; empty if it answered as it should, else the reason."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 and not root_alone(root) else None
    environ = environment(account or pwd.getpwuid(os.geteuid()), root, entry.split("/")[-3])
    # The page's own words go to standard error; a shell joins them to the answer, for the reason.
    argv = ["/bin/sh", "-c", 'cd / && exec "$0" 2>&1', entry]
    try:
        with Process(argv, environ, account) as page:
            answer = page.finish(time.monotonic() + PATIENCE).decode(errors="replace")
    except (errors.SigninError, OSError) as error:
        return f"{entry}: {error or type(error).__name__}"
    if answer.startswith("Status: 200") and 'data-outcome="not-clicked"' in answer:
        return ""
    said = answer.strip().splitlines() or ["nothing"]
    ends = dict.fromkeys((said[0], said[-1]))  # the status, and the log line or the last of a traceback
    return f"{entry} answered: {' … '.join(ends)[:2000]}"


if __name__ == "__main__":
    sys.exit(prove(sys.argv[1], sys.argv[2]) or 0)
