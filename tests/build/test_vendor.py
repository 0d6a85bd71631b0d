"""vendor/ is what every server gets: it must be the same, and pure Python, for all of them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
VENDOR = TREE / "vendor"
IMPORTS = """
import sys
sys.path.append(sys.argv[1])
import jinja2, markupsafe, yaml
assert not yaml.__with_libyaml__
assert markupsafe.escape("<") == "&lt;"
print(*sorted(name for name, module in sys.modules.items()
              if (getattr(module, "__file__", None) or "").startswith(sys.argv[1])
              and not module.__file__.endswith(".py")), sep="\\n", end="")
"""


def pythons() -> list[str]:
    """Return every different Python from 3.9 on that this machine has, by its real path."""
    here = [shutil.which(f"python3.{minor}") for minor in range(9, 15)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin/python3")
    found = {os.path.realpath(path) for path in [sys.executable, "/usr/bin/python3", *here, *pyenv] if path}
    new_enough = "import sys; sys.exit(sys.version_info < (3, 9))"
    return sorted(path for path in found if runs(path, new_enough))


def runs(python: str, code: str) -> bool:
    """Whether that Python is there and ends this code well."""
    try:
        return subprocess.run([python, "-IS", "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.parametrize("python", pythons())
def test_every_python_imports_the_packages_as_pure_python(python: str) -> None:
    run = subprocess.run([python, "-ISB", "-c", IMPORTS, str(VENDOR)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_only_python_its_marker_and_notices_are_in_it() -> None:
    kinds = {path.suffix or path.name for path in VENDOR.rglob("*") if path.is_file()}
    assert kinds <= {".py", ".typed", ".txt", "METADATA", "LICENSE"}


def test_each_package_brings_its_licence() -> None:
    licensed = {path.parents[1].name.split("-")[0] for path in VENDOR.glob("*.dist-info/licenses/LICENSE*")}
    assert licensed == {"jinja2", "markupsafe", "pyyaml"}


def test_everybody_may_read_it_and_only_the_owner_may_change_it() -> None:
    modes = {(path.is_dir(), stat.S_IMODE(path.lstat().st_mode)) for path in VENDOR.rglob("*")}
    assert modes == {(True, 0o755), (False, 0o644)}


def test_every_file_is_that_of_the_pinned_packages() -> None:
    ran = subprocess.run(["sh", TREE / "tests/build/vendor-sum.sh"], capture_output=True, text=True, check=True)
    assert ran.stdout == (TREE / "tests/build/vendor.sha256").read_text()
