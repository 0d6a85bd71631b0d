"""``python -m plugin.ready RELEASE [--check] [--root ROOT]``: check what an administrator can edit, and make it ready.

Without --check a new folder of ready-made files is written into the release, all or nothing; with it nothing is, and
what is valid but not applied is told. Exit 0, or 1 with each problem on a line of standard error. Standard output has
lines of KIND, a tab and a text; KIND is `edited` (with --check) or `advice`. ROOT is for a release that is not in its
place yet.
"""

from __future__ import annotations

import argparse
import os
import sys

from plugin.click.places import Places
from plugin.ready import generation, validate


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="plugin.ready", allow_abbrev=False)
    parser.add_argument("release")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root")
    words = parser.parse_args(arguments)
    root = words.root and os.path.realpath(words.root)
    places = Places(os.path.realpath(words.release), root)
    checked = validate.check(places)
    for problem in checked.problems:
        print(on_a_line(str(problem)), file=sys.stderr)
    if checked.problems:
        return 1
    fresh = generation.files(checked)
    told = [("advice", text) for text in checked.advice()]
    if words.check:
        told += [("edited", text) for text in generation.edited(places, fresh)]
    else:
        generation.make(places, fresh)
    for kind, text in told:
        print(kind, on_a_line(text), sep="\t")
    return 0


def on_a_line(text: str) -> str:
    return text if text.isprintable() else ascii(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
