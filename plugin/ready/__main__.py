"""``python -m plugin.ready RELEASE [--check] [--last-good] [--root ROOT]``: let a release be ready for clicks.

What an administrator can edit is checked. Without --check a new folder of ready-made files is written into the release
then, all or nothing; with it what is valid but not applied is told. Exit 0, or 1 with each problem on a line of
standard error. Standard output has lines of KIND, a tab and a text: `edited` (with --check), `advice`, or `kept`, a
problem of settings in whose place, with --last-good, those that were applied last stay in force. ROOT is for a release
that is not in its place yet.
"""

from __future__ import annotations

import argparse
import os
import sys

from plugin.ready import edits, generation, validate
from plugin.ready.places import Places


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="plugin.ready", allow_abbrev=False)
    parser.add_argument("release")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--last-good", action="store_true")
    parser.add_argument("--root")
    words = parser.parse_args(arguments)
    root = words.root and os.path.realpath(words.root)
    places = Places(os.path.realpath(words.release), root)
    checked = validate.check(places, words.last_good)
    for problem in checked.problems:
        print(on_a_line(str(problem)), file=sys.stderr)
    if checked.problems:
        return 1
    fresh = generation.files(checked)
    told = [("kept", str(problem)) for problem in checked.kept]
    told += [("advice", text) for text in checked.advice()]
    if words.check:
        told += [("edited", text) for text in edits.edited(places, fresh)]
    else:
        generation.make(places, fresh)
    for kind, text in told:
        print(kind, on_a_line(text), sep="\t")
    return 0


def on_a_line(text: str) -> str:
    return text if text.isprintable() else ascii(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
