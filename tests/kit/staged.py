"""A staged tree with the plugin in it, for clicks."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jinja2
import markupsafe
import yaml

from plugin import __version__
from plugin.click import places
from plugin.ready.__main__ import main
from tests.kit.account import as_account, pages_python
from tests.kit.clicks import ANSWER, Clicked, cgi_environ, ended
from tests.kit.folders import CHECKOUT

ENTRY = "usr/local/cpanel/base/frontend/jupiter/webmail_signin/index.live.cgi"
RELEASE = f"usr/local/cpanel/3rdparty/webmail-signin/releases/{__version__}"


class Server:
    """A staged tree with the plugin in it, laid out as `install.sh --root` does it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entry = root / ENTRY
        self.release = root / RELEASE
        self.config = root / "etc/webmail-signin/config.yaml"
        self.own_templates = root / "etc/webmail-signin/templates"
        self.uapi = root / "usr/local/cpanel/bin/uapi"
        self.places = places.Places(str(self.release))

    def lay_out(self) -> None:
        """Put the checkout's files in their places; the uncompiled packages, as in the tarball."""
        self.release.mkdir(parents=True)
        for folder in ("plugin", "templates"):
            shutil.copytree(CHECKOUT / folder, self.release / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in (self.release / "templates/locale").iterdir():
            if file.stem not in ("en", "de", "fr"):  # enough to be several, and quick to apply
                file.unlink()
        for package in (jinja2, markupsafe, yaml):
            source = Path(str(package.__file__)).parent
            ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyi", "*.c")
            shutil.copytree(source, self.release / "vendor" / source.name, ignore=ignored)
        icon = self.release / "plugin/admin/registration/icon.svg"
        icon.parent.mkdir(exist_ok=True)
        icon.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"/>')
        self.entry.parent.mkdir(parents=True)
        self.uapi.parent.mkdir(parents=True)
        self.config.parent.mkdir(parents=True)
        (self.release.parents[1] / "current").symlink_to(f"releases/{__version__}")
        source_lines = (CHECKOUT / "cgi/index.live.cgi").read_text().splitlines(keepends=True)
        self.entry.write_text("".join([f"#!{pages_python()} -IS\n", *source_lines[1:]]))
        self.entry.chmod(0o755)
        subprocess.run(["chmod", "-R", "go=u-w", str(self.root)], check=True)  # a strict checkout is closed to others
        # Bytecode as installing makes it; it survives that the tree is copied, as the files' times do.
        compiled = [pages_python(), "-IS", "-m", "compileall", "-q", str(self.release)]
        subprocess.run(compiled, check=True, env={}, cwd="/")
        self.configure("log: stderr\n")
        self.answer(ANSWER)

    def configure(self, text: str, compiled: bool = True) -> None:
        """Write config.yaml and, unless it is to be newer than the compiled settings, apply it."""
        self.config.write_text(text)
        if compiled:
            assert main([str(self.release)]) == 0

    def program(self, script: str, interpreter: str = "/bin/sh") -> None:
        """Let `uapi` be this script."""
        self.uapi.write_text(f"#!{interpreter}\n{script}")
        self.uapi.chmod(0o755)

    def answer(self, answer: object, before: str = "") -> None:
        """Let `uapi` say yes, "en", and `answer` to the call, after the shell code `before`."""
        self.program(f"""\
case "$*" in
*has_feature*) echo '{{"result":{{"status":1,"data":1}}}}' ;;
*get_attributes*) echo '{{"result":{{"status":1,"data":{{"locale":"en"}}}}}}' ;;
*) {before}
cat <<'END'
{answer if isinstance(answer, str) else json.dumps(answer)}
END
;;
esac
""")

    def click(self, environ: dict[str, str] | None = None, **more: Any) -> Clicked:
        """Run the entry as the panel does, and take its response apart."""
        ran = as_account([str(self.entry)], cgi_environ() if environ is None else environ, **more)
        assert ran is not None
        return ended(ran)
