"""Prints as JSON what can be counted of one click; tests/whole/test_budget.py judges it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import pythons, trace
from tests.bench.stage import Stage
from tests.bench.tables import OURS
from tests.cpanel import private_accounts
from tests.cpanel.root import usual_python


def at_startup(python: str) -> list[str]:
    """What the interpreter loads by itself."""
    command = [python, "-IS", "-c", "import sys; print(*sys.modules)"]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split()


def main() -> None:
    found = pythons.find(private_accounts())
    usual = os.path.realpath(usual_python())
    with tempfile.TemporaryDirectory(prefix="budget-") as folder:
        os.chmod(folder, 0o755)
        stage = Stage(Path(folder), usual)
        stage.add("usual", usual)
        stage.add("choose", usual, "mailbox: choose\n")
        with stage:
            stage.let_uapi_take(0)
            entry = stage.rows("usual")[OURS]
            run, calls = stage.measure(entry), trace.calls(stage, entry)
            many = stage.launcher.run(stage.rows("choose")[OURS], stage.environ)
            counted = {
                "modules": {each: sorted(trace.modules_before_uapi(stage, python)) for each, python in found.items()},
                "startup": {each: at_startup(python) for each, python in found.items()},
                "bytes": len(run.output.encode()),
                "peak": run.rss,
                "many": {"peak": many.rss, "cpu": many.cpu, "buttons": many.output.count("<button")},
                "calls": calls and calls.total,
                "opened": calls and calls.opened,
            }
    json.dump(counted, sys.stdout)


if __name__ == "__main__":
    main()
