"""manifest: what a release consists of, and every way in which it can differ from that (design §6)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from plugin.admin import manifest
from tests.kit.account import as_root

FILES = {
    "cgi/index.live.cgi": "0755",
    "install.sh": "0755",
    "plugin/__init__.py": "0644",
    "plugin/click/a file's name": "0644",
    "templates/page.html": "0644",
    "vendor/jinja2/__init__.py": "0644",
}
Damage = Callable[[Path], object]


def grow(tree: Path) -> Path:
    """The files of a release."""
    for path, mode in FILES.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(path)
        (tree / path).chmod(int(mode, 8))
    return tree


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """An installed release, its MANIFEST written as the format is documented."""
    tree = grow(tmp_path / "release")
    lines = [f"{hashlib.sha256(path.encode()).hexdigest()} {mode} {path}\n" for path, mode in FILES.items()]
    (tree / "MANIFEST").write_text("".join(lines))
    return tree


def differences(release: Path) -> list[str]:
    return list(manifest.differences(str(release)))


def test_a_manifest_names_sum_and_mode_of_each_file(release: Path) -> None:
    found = manifest.read(str(release))
    assert {path: mode for path, (_, mode) in found.items()} == FILES
    assert found["install.sh"][0] == hashlib.sha256(b"install.sh").hexdigest()


def test_a_release_as_it_was_installed_has_no_differences(release: Path) -> None:
    assert differences(release) == []


def test_what_was_made_ready_or_compiled_is_no_difference(release: Path) -> None:
    (release / ".compiled-1/templates").mkdir(parents=True)
    (release / "compiled").symlink_to(".compiled-1")
    (release / "plugin/__pycache__").mkdir()
    (release / "plugin/__pycache__/__init__.cpython-311.pyc").touch()
    (release / "plugin/__pycache__/__init__.cpython-311.pyc.1404").touch()  # what Python leaves where it is killed
    assert differences(release) == []


DAMAGES: dict[str, Damage] = {
    "install.sh was changed": lambda tree: (tree / "install.sh").write_text("x"),
    "plugin/__init__.py is missing": lambda tree: (tree / "plugin/__init__.py").unlink(),
    "plugin/errors/__init__.py was added": lambda tree: added(tree / "plugin/errors/__init__.py"),
    "vendor/re.py was added": lambda tree: added(tree / "vendor/re.py"),
    "notes.txt was added": lambda tree: added(tree / "notes.txt"),
    "templates/more was added": lambda tree: (tree / "templates/more").symlink_to("/etc"),
    "install.sh has mode 0777, not 0755": lambda tree: (tree / "install.sh").chmod(0o777),
    "plugin/__init__.py has mode 0755, not 0644": lambda tree: (tree / "plugin/__init__.py").chmod(0o755),
    "plugin has mode 0775, not 0755": lambda tree: (tree / "plugin").chmod(0o775),
    "MANIFEST has mode 0666, not 0644": lambda tree: (tree / "MANIFEST").chmod(0o666),
}


def added(file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    file.touch()


@pytest.mark.parametrize(("sentence", "damage"), DAMAGES.items(), ids=list(DAMAGES))
def test_each_difference_is_a_sentence(release: Path, sentence: str, damage: Damage) -> None:
    damage(release)
    assert differences(release) == [sentence]


def test_a_link_in_place_of_a_file_is_named_and_not_followed(release: Path) -> None:
    (release / "install.sh").rename(release.with_name("elsewhere"))
    (release / "install.sh").symlink_to("../elsewhere")
    assert "install.sh is a symlink" in differences(release)


@pytest.mark.timeout(10)
def test_a_pipe_in_place_of_a_file_is_named_and_not_waited_for(release: Path) -> None:
    (release / "templates/page.html").unlink()
    os.mkfifo(release / "templates/page.html", 0o644)
    assert any(found.startswith("templates/page.html cannot be read") for found in differences(release))


@as_root
@pytest.mark.parametrize("path", ["install.sh", "plugin"])
def test_what_belongs_to_somebody_else_is_named(release: Path, path: str) -> None:
    os.chown(release / path, 65533, -1)
    assert differences(release) == [f"{path} belongs to uid 65533"]


@pytest.mark.parametrize("text", [None, "no sum\n", "a b"], ids=["missing", "damaged", "cut off"])
def test_without_a_manifest_nothing_can_be_told(release: Path, text: str | None) -> None:
    (release / "MANIFEST").unlink()
    if text is not None:
        (release / "MANIFEST").write_text(text)
    (found,) = differences(release)
    assert found.startswith("MANIFEST cannot be read: ")


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_what_others_can_change_is_exposed_although_it_has_no_sum(release: Path, mode: int) -> None:
    (release / ".compiled-1").mkdir()
    (release / ".compiled-1/settings.json").touch()
    (release / ".compiled-1/settings.json").chmod(mode)
    assert list(manifest.exposed(str(release))) == [".compiled-1/settings.json can be changed by others"]


@as_root
def test_what_belongs_to_somebody_else_is_exposed(release: Path) -> None:
    os.chown(release / "plugin", 65533, -1)
    assert list(manifest.exposed(str(release))) == ["plugin can be changed by others"]


def test_the_same_files_are_the_same_release(release: Path, tmp_path: Path) -> None:
    assert manifest.same(str(grow(tmp_path / "source")), str(release))


@pytest.mark.parametrize("which", ["source", "release"])
def test_one_changed_byte_makes_another_release(release: Path, tmp_path: Path, which: str) -> None:
    source = grow(tmp_path / "source")
    (tmp_path / which / "plugin/__init__.py").write_text("plugin/__init__.pY")
    assert not manifest.same(str(source), str(release))
