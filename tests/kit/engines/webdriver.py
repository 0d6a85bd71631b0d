"""WebDriver (w3.org/TR/webdriver2): commands by HTTP, and a visit made of them."""

from __future__ import annotations

import base64
import http.client
import json
from typing import TYPE_CHECKING, Any

from tests.kit.engines.visit import Refused, patient, until

if TYPE_CHECKING:
    from pathlib import Path

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SECONDS = 30


class Webdriver:
    """A driver that listens on a port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, method: str, path: str, **parameters: Any) -> Any:
        """The value of a command's answer; Refused with the driver's own words."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        body = json.dumps(parameters) if method == "POST" else None
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            value = json.loads(response.read())["value"]
        except ConnectionError as error:
            raise Refused(f"the driver does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise Refused(f"{path}: {value['error']}: {value['message']}")
        return value


class Windows:
    """A `Visit`: one session with a driver, whose browser writes its console to `log`."""

    def __init__(self, driver: Webdriver, session: str, log: Path) -> None:
        self._driver = driver
        self._session = session
        self._log = log
        self._earlier = log.stat().st_size
        self._window: str = self._get("/window")

    @property
    def console(self) -> list[str]:
        written = self._log.read_bytes()[self._earlier :].decode(errors="replace")
        return [line for line in written.splitlines() if " CONSOLE " in f" {line}"]

    def open(self, address: str) -> None:
        self._post("/url", url=address)

    @patient
    def press(self, selector: str) -> None:
        self._post(f"{self._find(selector)}/click")

    @patient
    def fill(self, selector: str, text: str) -> None:
        self._post(f"{self._find(selector)}/value", text=text)

    def back(self) -> None:
        self._post("/back")

    def forward(self) -> None:
        self._post("/forward")

    def reload(self) -> None:
        self._post("/refresh")

    def follow(self) -> None:
        (self._window,) = until(lambda: [each for each in self._get("/window/handles") if each != self._window])
        self._post("/window", handle=self._window)

    def address(self) -> str:
        return str(self._get("/url"))

    def title(self) -> str:
        return str(self._get("/title"))

    @patient
    def text(self, selector: str) -> str:
        return str(self._get(f"{self._find(selector)}/text"))

    @patient
    def attribute(self, selector: str, name: str) -> str | None:
        found: str | None = self._get(f"{self._find(selector)}/attribute/{name}")
        return found

    def picture(self, file: Path, width: int, height: int) -> None:
        self._post("/window/rect", x=0, y=0, width=width, height=height)
        file.write_bytes(base64.b64decode(self._get("/screenshot")))

    def _find(self, selector: str) -> str:
        return f"/element/{self._post('/element', using='css selector', value=selector)[ELEMENT]}"

    def _get(self, path: str) -> Any:
        return self._driver("GET", self._session + path)

    def _post(self, path: str, **parameters: Any) -> Any:
        return self._driver("POST", self._session + path, **parameters)
