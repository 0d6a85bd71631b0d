"""What a verb works with: the command lines that mend, and how a tree's code is run."""

from __future__ import annotations

import json
import os
from pathlib import Path

from plugin.admin.job import Job, module
from plugin.admin.programs import run
from tests.kit.jobs import blind

PYTHON = "/usr/bin/python3"


def installed(root: Path) -> Job:
    job = blind(root)
    return job._replace(installed=job.installed._replace(current="1.0.0"))


def test_before_an_installation_what_runs_mends(tmp_path: Path) -> None:
    assert blind(tmp_path).mending == "sh install.sh"


def test_after_one_the_release_does_which_stays(tmp_path: Path) -> None:
    base = f"{tmp_path}/usr/local/cpanel/3rdparty/webmail-signin"
    assert installed(tmp_path).mending == f"sh '{base}/current/install.sh'"


def test_only_a_lock_that_was_taken_is_held_by_what_runs(tmp_path: Path) -> None:
    assert (blind(tmp_path).held, blind(tmp_path, lock=0).held, blind(tmp_path, lock=7).held) == ((), (0,), (7,))


def told(tree: Path, *words: str, environ: str = "") -> dict[str, object]:
    """What a module of a made-up tree sees of the process that it runs in."""
    (tree / "plugin").mkdir()
    (tree / "plugin/odd.py").write_text(
        "import json, sys\n"
        "print(json.dumps([sys.argv, sys.path[-2:], sys.flags.isolated, sys.flags.no_site, __name__]))"
    )
    names = ("argv", "path", "isolated", "no_site", "name")
    return dict(zip(names, json.loads(run(module(PYTHON, str(tree), "plugin.odd", *words), 10).output)))


def test_a_module_gets_its_words(tmp_path: Path) -> None:
    seen = told(tmp_path, "--root", "", "a b")
    assert (seen["argv"][1:], seen["name"]) == (["--root", "", "a b"], "__main__")  # type: ignore[index]


def test_it_finds_its_tree_after_pythons_own_library_and_nothing_else(tmp_path: Path) -> None:
    seen = told(tmp_path)
    assert (seen["path"], seen["isolated"], seen["no_site"]) == ([f"{tmp_path}/vendor", str(tmp_path)], 1, 1)


def test_a_module_of_a_tree_runs_without_the_bytecode_beside_it(tmp_path: Path) -> None:
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin/odd.py").write_text("print('planted')")
    run([PYTHON, "-c", f"import py_compile; py_compile.compile('{tmp_path}/plugin/odd.py')"], 10)
    planted = next((tmp_path / "plugin/__pycache__").glob("*.pyc"))
    source = tmp_path / "plugin/odd.py"
    seen = source.stat()
    source.write_text("print('genuine')")
    os.utime(source, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # of the same time and size
    assert run(module(PYTHON, str(tmp_path), "plugin.odd"), 10).output == "genuine"
    assert planted.exists()
