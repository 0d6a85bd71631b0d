"""files: how root opens what an administrator may edit. More of it is in test_sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.ready import files
from plugin.ready.problem import Problem


def test_what_is_to_be_published_must_be_open_to_everybody(tmp_path: Path) -> None:
    file = tmp_path / "icon.svg"
    file.write_text("text")
    file.chmod(0o640)
    assert files.content(str(file), 99) == b"text"
    with pytest.raises(Problem, match="is closed to others than root"):
        files.content(str(file), 99, public=True)
