"""A visit by WebDriver BiDi."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.kit.engines.visit import Refused, patient, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.engines.bidi import Bidi


class Tabs:
    """A `Visit`: the tabs of one user context."""

    def __init__(self, bidi: Bidi, person: str) -> None:
        self._bidi = bidi
        self._person = person
        self._earlier = len(bidi.events)
        self._tab: str = bidi("browsingContext.create", type="tab", userContext=person)["context"]

    @property
    def console(self) -> list[str]:
        events = self._bidi.events[self._earlier :]
        return [str(event["params"]["text"]) for event in events if event["method"] == "log.entryAdded"]

    def open(self, address: str) -> None:
        self._bidi("browsingContext.navigate", context=self._tab, url=address, wait="none")

    @patient
    def press(self, selector: str) -> None:
        element = {"sharedId": self._find(selector)["sharedId"]}
        if not self._run("element => element.checkVisibility()", element):
            raise Refused(f"{selector} cannot be seen")
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        steps = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def fill(self, selector: str, text: str) -> None:
        self.press(selector)
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def back(self) -> None:
        self._bidi("browsingContext.traverseHistory", context=self._tab, delta=-1)

    def forward(self) -> None:
        self._bidi("browsingContext.traverseHistory", context=self._tab, delta=1)

    def reload(self) -> None:
        self._bidi("browsingContext.reload", context=self._tab, wait="none")

    def follow(self) -> None:
        def others() -> list[str]:
            contexts = self._bidi("browsingContext.getTree", maxDepth=0)["contexts"]
            ours = (each["context"] for each in contexts if each["userContext"] == self._person)
            return [each for each in ours if each != self._tab]

        (self._tab,) = until(others)

    def address(self) -> str:
        (tree,) = self._bidi("browsingContext.getTree", root=self._tab, maxDepth=0)["contexts"]
        return str(tree["url"])

    def title(self) -> str:
        return str(self._run("() => document.title"))

    @patient
    def text(self, selector: str) -> str:
        return str(self._run("element => element.innerText", {"sharedId": self._find(selector)["sharedId"]}))

    @patient
    def attribute(self, selector: str, name: str) -> str | None:
        found: str | None = self._find(selector)["value"]["attributes"].get(name)
        return found

    def picture(self, file: Path, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self._bidi("browsingContext.setViewport", context=self._tab, viewport=size)
        shot = self._bidi("browsingContext.captureScreenshot", context=self._tab)
        file.write_bytes(base64.b64decode(shot["data"]))

    def _find(self, selector: str) -> dict[str, Any]:
        locator = {"type": "css", "value": selector}
        found: list[dict[str, Any]] = self._bidi(
            "browsingContext.locateNodes", context=self._tab, locator=locator, maxNodeCount=1
        )["nodes"]
        if not found:
            raise Refused(f"there is no {selector}")
        return found[0]

    def _run(self, script: str, *arguments: dict[str, str]) -> Any:
        told = self._bidi(
            "script.callFunction",
            functionDeclaration=script,
            arguments=list(arguments),
            target={"context": self._tab},
            awaitPromise=False,
        )
        return told["result"]["value"]

    def _act(self, device: dict[str, Any]) -> None:
        self._bidi("input.performActions", context=self._tab, actions=[device])
