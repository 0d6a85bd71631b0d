"""WebKit: a small browser of WebKitGTK's on a screen that nobody sees; each visit is a process of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.kit.engines.visit import STARTS, until
from tests.kit.engines.webdriver import Webdriver, Windows
from tests.kit.folders import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.engines.proxy import Proxy

DRIVER = "WebKitWebDriver"
SCREEN = "Xvfb"
BROWSER = Path(__file__).with_name("webkit_browser.py")
BINDINGS = ["/usr/bin/python3", "-c", "import gi; gi.require_version('WebKit2', '4.1')"]


def is_installed() -> bool:
    if not (shutil.which(DRIVER) and shutil.which(SCREEN) and shutil.which(BINDINGS[0])):
        return False
    return subprocess.run(BINDINGS, check=False, stderr=subprocess.DEVNULL).returncode == 0


class Webkit:
    """An `Engine`."""

    def __init__(self, log: Path, driver: Webdriver, proxy: Proxy) -> None:
        self.asked = proxy.refused
        self._log = log
        self._driver = driver
        self._proxy = proxy

    @contextlib.contextmanager
    def visit(self, scripts: bool = True, dark: bool = False) -> Iterator[Windows]:
        words = [str(self._proxy.port), *([] if scripts else ["no-scripts"]), *(["dark"] if dark else [])]
        options = {"binary": str(BROWSER), "args": words}
        # With any other strategy the driver waits for each page to be there, and can tell nothing of one that is slow.
        wanted = {"acceptInsecureCerts": True, "pageLoadStrategy": "none", "webkitgtk:browserOptions": options}
        session: str = self._driver("POST", "/session", capabilities={"alwaysMatch": wanted})["sessionId"]
        try:
            yield Windows(self._driver, f"/session/{session}", self._log)
        finally:
            self._driver("DELETE", f"/session/{session}")


@contextlib.contextmanager
def started(proxy: Proxy) -> Iterator[Webkit]:
    with open_folder() as home, screen() as display:
        port = free_port()
        environ = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DISPLAY": display}
        with (home / "log").open("wb") as log:
            # Line by line, as a console is read while it is written.
            command = ["stdbuf", "-oL", DRIVER, f"--port={port}"]
            process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            driver = Webdriver(port)
            until(lambda: driver("GET", "/status")["ready"], STARTS)
            yield Webkit(home / "log", driver, proxy)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """An X server that draws into memory; its DISPLAY."""
    read, write = os.pipe()
    command = [SCREEN, "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with open(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
