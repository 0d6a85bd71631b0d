"""Runs and measures one program after another, as the account of the clicks.

It is small and starts programs by vfork, so that what is measured is the program and not the measuring. Each line of
standard input is JSON, ``[argv, environ]``; each answer is one too: ``[wall, cpu, rss, status, output]`` in seconds
and KiB. ``cpu`` and ``rss`` are the whole tree's, as far as each process waited for its children.
"""

from __future__ import annotations

import json
import os
import sys
import time


def run(argv: list[str], environ: dict[str, str], nothing: int) -> tuple[float, float, int, int, str]:
    ours, its = os.pipe()
    streams = [
        (os.POSIX_SPAWN_DUP2, nothing, 0),
        (os.POSIX_SPAWN_DUP2, its, 1),
        (os.POSIX_SPAWN_DUP2, nothing, 2),
    ]
    started = time.perf_counter()
    child = os.posix_spawn(argv[0], argv, environ, file_actions=streams)
    os.close(its)
    output = b""
    while chunk := os.read(ours, 65536):
        output += chunk
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    os.close(ours)
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss, status, output.decode()


def main() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for line in sys.stdin:
        argv, environ = json.loads(line)
        print(json.dumps(run(argv, environ, nothing)), flush=True)


if __name__ == "__main__":
    main()
