"""The ready-made files of a release: a new folder for each making, and a link that is swapped to it."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import stat
import sys
import tempfile

from plugin.click import templates
from plugin.ready import advice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.settings import Settings
    from plugin.ready.places import Places
    from plugin.ready.validate import Checked

PREFIX = ".compiled-"


def files(checked: Checked) -> dict[str, bytes]:
    """Everything that a click and install_plugin read, by its path in the folder."""
    chosen = checked.settings
    icon = "icon.png" if chosen.icon and chosen.icon.endswith(".png") else "icon.svg"
    texts = {
        "settings.json": json.dumps(chosen.values()),
        "registration/install.json": install_json(chosen, icon),
        advice.NAME: json.dumps(checked.made_for),
    }
    for tag, sentences in checked.sentences.items():
        texts[f"locale/{tag}.json"] = json.dumps(sentences)
    for name in checked.drawing.templates:
        texts[f"templates/{templates.module_name(name)}.py"] = checked.drawing.python(name)
    return {f"registration/{icon}": checked.pictures["icon"], **{name: text.encode() for name, text in texts.items()}}


def install_json(chosen: Settings, icon: str) -> str:
    """What install_plugin reads (cpanel-facts.md §4)."""
    link = {
        "type": "link",
        "id": "webmail_signin",
        "name": chosen.label,
        "icon": icon,
        "group_id": chosen.group,
        "order": chosen.order,
        "uri": "webmail_signin/index.live.cgi",
        "target": "_blank" if chosen.new_tab else "_self",
        "feature": "webmail_signin",
        "featuremanager": True,
        "search_text": "webmail email mail inbox roundcube",
    }
    return json.dumps([link], indent=2) + "\n"


def contents(folder: str) -> dict[str, bytes]:
    """Each file below `folder` but bytecode, by its relative path."""
    found = everything(folder).items()
    return {path: data for path, (mode, _, data) in found if stat.S_ISREG(mode) and not path.endswith(".pyc")}


def make(places: Places, fresh: dict[str, bytes]) -> None:
    """Write `fresh` into a new folder and let `compiled` point to it: all or nothing, for everybody to read.

    A folder that is in use and the same to the last mode and byte, bytecode included, stays in use.
    """
    os.umask(0o022)
    before = leads(places)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=places.release)
    unchanged = False
    try:
        os.chmod(folder, 0o755)
        build(folder, fresh, advice.lasting(places.compiled))
        unchanged = everything(folder) == everything(places.compiled)
        if not unchanged:
            swap(places, folder)
    finally:
        if unchanged:
            shutil.rmtree(folder)
        else:  # the one before stays for the clicks that are under way; the new one, if it got that far
            tidy(places, (before, leads(places)))


def leads(places: Places) -> str:
    """The folder that is in use, if any."""
    return os.readlink(places.compiled) if os.path.islink(places.compiled) else ""


def everything(folder: str) -> dict[str, tuple[int, int, bytes]]:
    """Mode, owner and content of all that is below `folder`, and of itself."""
    found = {}
    for parent, folders, names in os.walk(f"{folder}/."):
        for path in [f"{parent}/{name}" for name in (".", *folders, *names)]:
            seen, data = os.lstat(path), b""
            if stat.S_ISREG(seen.st_mode):
                with open(path, "rb") as stream:
                    data = stream.read()
            found[os.path.relpath(path, folder)] = (seen.st_mode, seen.st_uid, data)
    return found


def build(folder: str, fresh: dict[str, bytes], name_of_it: str) -> None:
    """`name_of_it` stands in the bytecode, whatever the folder is called."""
    for name, data in fresh.items():
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "wb") as stream:
            stream.write(data)
    # By its full name: root runs this with a pycache_prefix that leads nowhere, which compileall would follow.
    for name in fresh:
        if name.startswith("templates/") and name.endswith(".py"):
            beside = f"{folder}/templates/__pycache__/{os.path.basename(name)[:-3]}.{sys.implementation.cache_tag}.pyc"
            unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(f"{folder}/{name}", beside, f"{name_of_it}/{name}", True, invalidation_mode=unchecked)


def swap(places: Places, folder: str) -> None:
    """Let `compiled` point to `folder`, once all of it is on the disk."""
    for parent, _, names in os.walk(folder):
        for name in [*names, "."]:
            descriptor = os.open(f"{parent}/{name}", os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    os.symlink(os.path.basename(folder), f"{folder}.link")
    os.replace(f"{folder}.link", places.compiled)


def tidy(places: Places, kept: tuple[str, ...]) -> None:
    """Drop every generation but those `kept`, and what an interrupted run has left."""
    for name in os.listdir(places.release):
        if name.startswith(PREFIX) and name not in kept:
            path = f"{places.release}/{name}"
            if os.path.islink(path):
                os.unlink(path)
            else:
                shutil.rmtree(path, ignore_errors=True)
