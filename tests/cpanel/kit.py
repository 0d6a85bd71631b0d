"""What the tests of the stand-in share: a live script to click on, `uapi` run as an account, and what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cpanel import Answer, Cpanel, Root, Visitor, private_accounts

SEVERAL = private_accounts()
several_accounts = pytest.mark.usefixtures("_several")
CALL = ["--output=json", "Session", "create_webmail_session_for_self"]
#: The beginning of a live script that connects to LiveAPI, as cpsrvd demands.
CONNECT = """\
import json, os, socket, sys, time
panel = socket.socket(socket.AF_UNIX)
panel.connect(os.environ["CPANEL_CONNECT_SOCKET"])
def ask(payload):
    panel.sendall(b"%d\\n%s" % (len(payload), payload))
    answer = b""
    while b"</cpanelresult>" not in answer:
        more = panel.recv(4096)
        if not more:
            break
        answer += more
    return answer.decode()
def feature(name):
    call = {"module": "Features", "reqtype": "exec", "func": "has_feature", "apiversion": "uapi"}
    call["args"] = {"name": name}
    return ask(b"<cpanelaction>\\n" + json.dumps(call).encode() + b"\\n</cpanelaction>")
"""
HEAD = 'print("Status: 200 OK\\nContent-Type: text/plain\\n")\n'


def live(cp: Cpanel, text: str, connect: bool = True) -> Path:
    """Put a live script where the plugin's entry is."""
    entry = cp.entry()
    if entry.parent.exists():
        shutil.rmtree(entry.parent)
    entry.parent.mkdir()
    entry.parent.chmod(0o755)
    entry.write_text(f"#!{cp.root.python} -IS\n{CONNECT if connect else ''}{text}")
    entry.chmod(0o755)
    return entry


def click(cp: Cpanel, text: str, connect: bool = True, who: str = "alice", method: str = "GET") -> Answer:
    live(cp, text, connect)
    visitor = Visitor(cp)
    visitor.sign_in(who)
    return visitor.click(method)


def environ_of(answer: Answer) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer.text)
    return found


def uapi(root: Root, *words: str, who: str = "alice", environ: dict[str, str] | None = None) -> bytes:
    """What the command prints, run as an account."""
    account = root.accounts[who]
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": account.uid, "group": account.uid, "extra_groups": []}
    argv = [str(root.cpanel / "bin/uapi"), *words]
    ran = subprocess.run(
        argv,
        env=environ or {},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=30,
        check=False,
        cwd="/",
        **identity,
    )
    return bytes(ran.stdout)


def result(output: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output)["result"]
    return found


def new_session(cp: Cpanel, address: str = "127.0.0.1", who: str = "alice") -> tuple[str, dict[str, str]]:
    """The address to post a fresh session to, and the form's fields."""
    data = result(uapi(cp.root, *CALL, f"remote_address={address.replace(':', '%3A')}", who=who))["data"]
    return f"{cp.webmail_url}{data['token']}/login", {"session": data["session"]}


def wait_for(condition: Any, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def script(root: Root, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [str(root.cpanel / name), *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


def tree(root: Root) -> dict[str, bytes]:
    """Every file below ROOT but the entry, which is not install_plugin's business."""
    files = [file for file in root.path.rglob("*") if file.is_file() and file.parent.name != "webmail_signin"]
    return {str(file.relative_to(root.path)): file.read_bytes() for file in files}
