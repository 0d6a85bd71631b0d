"""Firefox, headless, by its own protocol."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from typing import TYPE_CHECKING

from tests.kit.engines.bidi import Bidi, connected
from tests.kit.engines.tabs import Tabs
from tests.kit.engines.visit import STARTS, Refused, until
from tests.kit.folders import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.engines.loop import Loop
    from tests.kit.engines.proxy import Proxy

NAMES = ("firefox-esr", "firefox")
#: All by the proxy, and nothing on its own account (most of that is off already while Firefox is driven).
SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.type": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    """An `Engine`. What cannot be told to a running one, such as to run no scripts, takes another process."""

    def __init__(self, program: str, loop: Loop, proxy: Proxy, undo: contextlib.ExitStack) -> None:
        self.asked = proxy.refused
        self._program = program
        self._loop = loop
        self._proxy = proxy
        self._undo = undo
        self._started: dict[tuple[bool, bool], Bidi] = {}

    @contextlib.contextmanager
    def visit(self, scripts: bool = True, dark: bool = False) -> Iterator[Tabs]:
        kind = (scripts, dark)
        if kind not in self._started:
            self._started[kind] = self._undo.enter_context(self._start(scripts, dark))
        bidi = self._started[kind]
        person: str = bidi("browser.createUserContext")["userContext"]
        try:
            yield Tabs(bidi, person)
        finally:
            bidi("browser.removeUserContext", userContext=person)

    @contextlib.contextmanager
    def _start(self, scripts: bool, dark: bool) -> Iterator[Bidi]:
        with open_folder() as home:
            settings = {
                **SETTINGS,
                "javascript.enabled": scripts,
                "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
                "network.proxy.http_port": self._proxy.port,
                "network.proxy.ssl_port": self._proxy.port,
            }
            lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items())
            (home / "user.js").write_text("".join(lines))
            command = [self._program, "--headless", "--no-remote", f"--profile={home}", "--remote-debugging-port=0"]
            # Where Firefox would reach beyond loopback in spite of all, it ends itself.
            environ = {"HOME": str(home), "PATH": os.environ["PATH"], "MOZ_DISABLE_NONLOCAL_CONNECTIONS": "1"}
            with (home / "log").open("wb") as log:
                process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
            try:
                with connected(self._loop, until(lambda: listening(home), STARTS)) as bidi:
                    bidi("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
                    bidi("session.subscribe", events=["log.entryAdded"])
                    yield bidi
            finally:
                process.terminate()
                process.wait(30)


def listening(profile: Path) -> str:
    """Where the Firefox of a profile awaits commands."""
    try:
        told = json.loads((profile / "WebDriverBiDiServer.json").read_text())
    except (OSError, ValueError) as error:
        raise Refused("Firefox has not said where it listens") from error
    return f"ws://{told['ws_host']}:{told['ws_port']}/session"
