"""WebDriver BiDi, the protocol that Firefox itself speaks: commands, answers and events by one WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.kit.engines.visit import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.kit.engines.loop import Loop


class Bidi:
    """A connection. ``events`` are the browser's, the oldest first."""

    def __init__(self, loop: Loop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.events: list[dict[str, Any]] = []
        self._loop = loop
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command; Refused with the browser's own words."""
        answer = self._loop.run(self._ask(method, parameters))
        if answer["type"] == "error":
            raise Refused(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def _ask(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        told: dict[str, Any] = await answer
        return told

    async def listen(self) -> None:
        """Sort what comes, until the browser closes."""
        async for message in self._socket:
            told = message.json()
            if told["type"] == "event":
                self.events.append(told)
            else:
                self._waiting.pop(told["id"]).set_result(told)


@contextlib.asynccontextmanager
async def _connected(loop: Loop, address: str) -> AsyncIterator[Bidi]:
    async with aiohttp.ClientSession() as client, client.ws_connect(address, max_msg_size=0) as socket:
        connection = Bidi(loop, socket)
        listening = asyncio.ensure_future(connection.listen())
        try:
            yield connection
        finally:
            listening.cancel()


@contextlib.contextmanager
def connected(loop: Loop, address: str) -> Iterator[Bidi]:
    """A connection to `ws://HOST:PORT/session`."""
    opened = _connected(loop, address)
    connection = loop.run(opened.__aenter__())
    try:
        yield connection
    finally:
        loop.run(opened.__aexit__(None, None, None))
