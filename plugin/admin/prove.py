"""Does a page really run, as an ordinary user?"""

from __future__ import annotations

import os
import pwd
import stat

from plugin.admin.programs import Failed, Program
from plugin.admin.server import ID

PATIENCE = 20.0  # seconds that the page may take on a busy server
# As cgi/index.live.cgi does it, for a release that is not current.
PAGE = """import sys
release, theme = sys.argv[1:]
sys.path += [release, release + "/vendor"]
from plugin.click.main import main
main(release, theme)"""


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


def prove(root: str, page: str) -> str:
    """Run the installed page as an ordinary user; empty if it answered as it should, else the reason."""
    return run(root, [page], page, page.split("/")[-3])


def entry(root: str, page: str) -> None:
    """Raises Failed if the installed page does not run."""
    problem = prove(root, page)
    if problem:
        raise Failed(problem)


def release(root: str, tree: str, theme: str, python: str) -> None:
    """Raises Failed if the page of a release that is not in use does not run."""
    problem = run(root, [python, "-IS", "-c", PAGE, tree, theme], tree, theme)
    if problem:
        raise Failed(problem)


def run(root: str, argv: list[str], name: str, theme: str) -> str:
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 and not root_alone(root) else None
    environ = environment(account or pwd.getpwuid(os.geteuid()), root, theme)
    try:
        page = Program(argv, PATIENCE, environ=environ, account=account).finish()
    except Failed as problem:
        return str(problem)
    if page.output.startswith("Status: 200") and 'data-outcome="not-clicked"' in page.output:
        return ""
    # The page's own words go to standard error. Of all that is said: the status, and the log line or a traceback's end.
    said = page.output.splitlines()[:1] + (page.errors or page.output or page.said).splitlines()[-1:]
    return f"{name} answered: {' … '.join(dict.fromkeys(said))[:2000]}"
