"""The people who click, in a process of their own, so that they do not take the stand-in's time."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.cpanel import Cpanel, Page, Visitor
from tests.kit.folders import CHECKOUT

PATIENCE = 120.0  # seconds: with everything on one machine the last of hundreds waits long


def name(number: int) -> str:
    return f"load{number:03}"


class Crowd:
    """So many people, each signed in to an account of its own."""

    def __init__(self, cp: Cpanel, count: int) -> None:
        words = [str(cp.ca_pem), cp.url, str(cp.front_port), str(count)]
        command = [sys.executable, "-m", "tests.load.crowd", *words]
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def do(self, work: str, count: int) -> tuple[list[float], list[str]]:
        """Let the first `count` of them "click" or "hang"; the seconds that each took, and what went wrong."""
        assert self._process.stdin
        print(work, count, file=self._process.stdin, flush=True)
        seconds, wrong = self._answer()
        return seconds, wrong

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


class Patient(Visitor):
    def connect(self, host: str, port: int) -> ssl.SSLSocket:
        connection = super().connect(host, port)
        connection.settimeout(PATIENCE)
        return connection


class Outing:
    """What many do at the same moment."""

    def __init__(self, people: list[Patient]) -> None:
        self.people = people
        self.gate = threading.Barrier(len(people))
        self.seconds: list[float] = []
        self.wrong: list[str] = []

    def all(self, work: str) -> tuple[list[float], list[str]]:
        with ThreadPoolExecutor(len(self.people)) as pool:
            list(pool.map(getattr(self, work), self.people))
        return self.seconds, self.wrong

    def opened(self, who: Patient) -> tuple[Any, Page]:
        """The answer to this person's click."""
        self.gate.wait()
        started = time.monotonic()
        answer = who.click()
        self.seconds.append(time.monotonic() - started)
        return answer, answer.page

    def click(self, who: Patient) -> None:
        """All the way to the inbox, which must be this person's."""
        answer, page = self.opened(who)
        outcome = page.first("html").get("data-outcome")
        if outcome != "signed-in":
            self.wrong.append(f"{who.user}: {answer.status} {outcome}")
            return
        if page.first("input")["value"].partition(":")[0] != who.user:
            self.wrong.append(f"{who.user} got somebody else's session")
        inbox = who.submit(answer)
        if inbox.page.first("html").get("data-account") != who.user:
            self.wrong.append(f"{who.user} came into somebody else's inbox, or none")

    def hang(self, who: Patient) -> None:
        """`uapi` never answers, and the page says so; or else that nobody could tell the features in time."""
        answer, page = self.opened(who)
        outcome = page.first("html").get("data-outcome")
        if (answer.status, outcome) not in ((504, "uapi-timeout"), (502, "features-unknown")):
            self.wrong.append(f"{who.user}: {answer.status} {outcome}")


def main(ca_pem: str, url: str, front_port: str, count: str) -> None:
    """Sign everybody in, then do what each line of standard input says."""
    known = {"ca_pem": Path(ca_pem), "url": url, "front_port": int(front_port)}
    panel = cast(Cpanel, SimpleNamespace(**known, login=lambda who: SimpleNamespace(user=who)))
    people = [Patient(panel) for _ in range(int(count))]
    for number, who in enumerate(people):
        who.sign_in(name(number))
    print(json.dumps(None), flush=True)
    for line in sys.stdin:
        work, number_of = line.split()
        print(json.dumps(Outing(people[: int(number_of)]).all(work)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
