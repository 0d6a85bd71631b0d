"""LiveAPI: the Unix socket that a live script talks to (cpanel-facts.md §2), one for each run of a script."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .accounts import Account
from .programs import panel
from .root import Root, owned

HELLO = '<cpaneljson enable="1">'
GOODBYE = '<cpanelxml shutdown="1" />'
ACTION = re.compile(r"<cpanelaction>\n(.*)\n</cpanelaction>", re.DOTALL)
ACTION_KEYS = {"module", "reqtype", "func", "apiversion", "args"}
LENGTH = re.compile(rb"[1-9][0-9]{0,4}\n")
PATIENCE = 60.0  # seconds for the next request
DECLARATION = '<?xml version="1.0" ?>\n'
WITHOUT_CONNECTION = ("no-socket", "socket-missing", "refused")


@dataclass(frozen=True)
class LiveapiCall:
    """One request as it came over the socket."""

    account: str
    payload: str


@dataclass
class Liveapi:
    """The socket of one run; `environ` is what the script is told of it."""

    root: Root
    account: Account
    calls: list[LiveapiCall]
    complain: Callable[[str], None]
    on: dict[str, Any]
    environ: dict[str, str] = field(default_factory=dict)
    connected: bool = False

    @contextlib.asynccontextmanager
    async def listening(self, folder: Path) -> AsyncIterator[Liveapi]:
        """Listen, as the switches want it, for as long as the script runs."""
        path = folder / secrets.token_hex(8)
        name = "CPANEL_PHPCONNECT_SOCKET" if "old-variable" in self.on else "CPANEL_CONNECT_SOCKET"
        if "no-socket" not in self.on:
            self.environ[name] = str(path)
        if any(switch in self.on for switch in WITHOUT_CONNECTION):
            self.connected = True  # nobody can tell whether the script tried
        if "refused" in self.on:
            with socket.socket(socket.AF_UNIX) as deaf:
                deaf.bind(str(path))
            owned(path, self.account)
        if self.connected:
            yield self
        else:
            server = await asyncio.start_unix_server(self._serve, path, backlog=64)
            path.chmod(0o600)
            owned(path, self.account)
            yield self
            if not self.connected:
                await asyncio.sleep(0.02)  # a connection may still wait to be accepted
            server.close()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected = True
        peer = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        try:
            if struct.unpack("3i", peer)[1] != (self.account.uid if os.geteuid() == 0 else os.geteuid()):
                raise ValueError("a peer that is not the account")
            if "closes" not in self.on:
                await self._converse(reader, writer)
        except ValueError as error:
            self.complain(f"LiveAPI: {error}")
        except (OSError, asyncio.TimeoutError, asyncio.CancelledError):
            pass  # the script has gone or says nothing more, or the servers stop
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer request after request; ValueError for what is not the protocol."""
        greeted = False
        while True:
            payload = await asyncio.wait_for(self._request(reader), PATIENCE)
            if payload is None or payload == GOODBYE:
                await self._part(reader, writer, payload)
                return
            if payload == HELLO:
                greeted = True
                answer = self._framed('{"data":{"result":"json"}}')
            elif greeted:
                answer = self._result(payload)
            else:
                raise ValueError("a call before the JSON mode was asked for")
            if "silent" in self.on:
                await asyncio.wait_for(reader.read(), PATIENCE)  # until the script hangs up
                return
            await self._say(writer, answer, is_call=payload != HELLO)

    async def _part(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, payload: str | None) -> None:
        """Shutdown may get an answer or none (cpanel-facts.md §2): without a switch the connection is closed."""
        if payload and "answers-shutdown" in self.on:
            await self._say(writer, self._framed('{"data":{"result":1}}'), is_call=False)
        if payload and "silent-shutdown" in self.on:
            await asyncio.wait_for(reader.read(), PATIENCE)  # until the script hangs up

    def _framed(self, text: str, before: str = "") -> str:
        """An answer as it stands on the wire."""
        declaration = "" if "no-declaration" in self.on else DECLARATION
        newline = "\n" if "newline-before-end" in self.on else ""
        return f"{declaration}{before}<cpanelresult>{text}{newline}</cpanelresult>\n"

    async def _request(self, reader: asyncio.StreamReader) -> str | None:
        line = await reader.readline()
        if not line:
            return None
        if not LENGTH.fullmatch(line):
            raise ValueError(f"a length that is no decimal byte count: {line[:20]!r}")
        try:
            payload = (await reader.readexactly(int(line))).decode("utf-8")
        except asyncio.IncompleteReadError as error:
            raise ValueError("a payload shorter than its length") from error
        self.calls.append(LiveapiCall(self.account.name, payload))
        return payload

    def _result(self, payload: str) -> str:
        """The answer to `<cpanelaction>`: the UAPI result, as the switches want it."""
        action = ACTION.fullmatch(payload)
        call = json.loads(action.group(1)) if action else None
        if not isinstance(call, dict) or set(call) != ACTION_KEYS:
            raise ValueError(f"not a request: {payload[:80]!r}")
        if (call["reqtype"], call["apiversion"]) != ("exec", "uapi"):
            raise ValueError("only exec of uapi is imitated")
        args = call["args"]
        if not isinstance(args, dict) or not all(isinstance(value, str) for value in args.values()):
            raise ValueError("args must be an object of strings")
        root, user = str(self.root.path), panel.account(str(self.root.path), self.account.name)
        assert user is not None
        result = panel.call(root, user, call["module"], call["func"], args)
        for switch, value in (("null-features", None), ("features-off", 0)):
            if switch in self.on and call["module"] == "Features":
                result["data"] = value
        if "bad-locale" in self.on and call["module"] == "Locale":
            result["data"]["locale"] = "../../etc/passwd"
        if "status-0" in self.on:
            result = panel.failure("The stand-in was told to fail.")
        if "string-numbers" in self.on:
            result = panel.numbers_as_strings(result)
        if "empty-result" in self.on:
            self.complain(f"LiveAPI: {call['module']}::{call['func']} has no result")
            return self._framed("")
        answer = {"apiversion": "3", "func": call["func"], "module": call["module"], "result": result}
        text = json.dumps(answer if "no-outer-key" in self.on else {"cpanelresult": answer})
        return self._framed(text, "<error>something minor</error>\n" if "error-first" in self.on else "")

    async def _say(self, writer: asyncio.StreamWriter, answer: str, is_call: bool) -> None:
        if "slow" in self.on:
            await asyncio.sleep(float(self.on["slow"]))
        pieces = [answer.encode()]
        if "nonsense" in self.on:
            pieces = [b"<cpanelresult>{]\xff\x00</cpanelresult>\n"]
        elif "huge" in self.on:
            pieces = [b"<cpanelresult>" + b"x" * 65536] * 512
        elif "drip" in self.on:
            pieces = [bytes([byte]) for byte in pieces[0]]
        elif "broken" in self.on and is_call:
            pieces = [pieces[0][: len(pieces[0]) // 2]]
        for piece in pieces:
            writer.write(piece)
            await asyncio.wait_for(writer.drain(), PATIENCE)
            if "drip" in self.on:
                await asyncio.sleep(0.1)
        if "broken" in self.on and is_call:
            raise ConnectionResetError  # as if the connection had broken
