"""What the documents of the tarball name is in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
CONTENTS = [line for line in (TREE / "tests/build/contents.txt").read_text().splitlines() if not line.startswith("#")]
DOCUMENTS = [name for name in CONTENTS if name.endswith(".md")]


def links(document: str) -> set[str]:
    """The files that a document names, as paths in the repository."""
    named = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", (TREE / document).read_text())
    return {str(Path(document).parent / path) for path in named}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_of_the_tarball_links_to_is_in_it(document: str) -> None:
    missing = {path for path in links(document) if not any(f"{path}/".startswith(f"{part}/") for part in CONTENTS)}
    assert missing == set()


@pytest.mark.parametrize("part", CONTENTS)
def test_what_the_tarball_takes_is_in_the_repository(part: str) -> None:
    listed = subprocess.run(["git", "ls-files", part], cwd=TREE, capture_output=True, text=True, check=True)
    assert listed.stdout
