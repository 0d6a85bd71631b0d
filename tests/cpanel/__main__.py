"""`python -m tests.cpanel [FOLDER]`: a server without the plugin, to install into by hand, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from . import PASSWORD, Cpanel, lay_out, private_accounts


def main() -> None:
    """Lay out a ROOT (a temporary one, where none is named) and serve it."""
    private_accounts()
    with tempfile.TemporaryDirectory(prefix="cpanel-root-") as folder:
        Path(folder).chmod(0o755)
        root = lay_out(sys.argv[1] if len(sys.argv) > 1 else Path(folder) / "root")
        with Cpanel(root) as cp:
            print(f"ROOT      {root.path}\ncPanel    {cp.url}\nWebmail   {cp.webmail_url}")
            print(f"accounts  {', '.join(root.logins())}\npassword  {PASSWORD}", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:  # a second one must not leave half of the folders behind
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
