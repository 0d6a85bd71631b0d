#!/usr/bin/python3 -IS
"""What cpsrvd runs for a click: it hands over to the release that is current now."""

import os
import sys

folder = os.path.dirname(os.path.realpath(__file__))
release = os.path.realpath(f"{folder}/../../../../3rdparty/webmail-signin/current")
sys.path += [release, f"{release}/vendor"]

from plugin.click.main import main  # noqa: E402 (found only now)

main(release, theme=os.path.basename(os.path.dirname(folder)))
