"""For browsers that take no rules for names: a proxy that knows those of example.com and refuses all else."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.engines.loop import Loop

OURS = re.compile(r"CONNECT [a-z]+\.example\.com:(\d+) ")


class Proxy:
    """A running one. ``refused`` are the requests for anything beside the stand-in."""

    def __init__(self, front_port: int) -> None:
        self.port = 0
        self.refused: list[str] = []
        self._front_port = front_port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which is then passed on byte for byte until either side closes."""
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").partition("\r\n")[0]
            match = OURS.match(request)
            if not match:
                self.refused.append(request)
                writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            port = int(match.group(1))
            there, back = await asyncio.open_connection("127.0.0.1", self._front_port if port == 443 else port)
            with contextlib.closing(back):
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                ways = [asyncio.ensure_future(pass_on(*way)) for way in ((reader, back), (there, writer))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@contextlib.contextmanager
def served(loop: Loop, front_port: int) -> Iterator[Proxy]:
    """Serves on 127.0.0.1; the port 443 of every name is `front_port`."""
    made = Proxy(front_port)
    server = loop.run(asyncio.start_server(made.serve, "127.0.0.1", 0))
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
