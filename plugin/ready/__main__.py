"""Root's side: check settings, templates and sentences, and make them ready for the click.

``plugin.ready RELEASE`` writes a new folder of ready-made files into the release and lets its `compiled` link
point to it: all or nothing. ``--check [ROOT]`` only checks, and prints a line for what is valid but not applied yet.
Exit 0 if all is well; 1 with each problem on a line of standard error.
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import shutil
import sys
import tempfile

from plugin.click import templates
from plugin.click.places import Places
from plugin.ready.sources import from_source, is_template
from plugin.ready.validate import check, read_icon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.click.settings import Settings

PREFIX = ".compiled-"


def ready_made(places: Places, chosen: Settings, sentences: dict[str, dict[str, str]]) -> dict[str, bytes]:
    """Everything that a click and install_plugin read, by its path in the generation's folder."""
    icon = "icon.png" if chosen.icon and chosen.icon.endswith(".png") else "icon.svg"
    texts = {
        "settings.json": json.dumps(chosen.values()),
        "registration/install.json": install_json(chosen, icon),
    }
    for tag, own in sentences.items():
        texts[f"locale/{tag}.json"] = json.dumps(own)
    environment = from_source(places)
    for name in environment.list_templates(filter_func=is_template):
        source, file, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        code = environment.compile(source, name, file, raw=True, defer_init=True)
        texts[f"templates/{templates.module_name(name)}.py"] = code
    return {f"registration/{icon}": read_icon(places, chosen), **{name: text.encode() for name, text in texts.items()}}


def build(folder: str, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "wb") as stream:
            stream.write(data)
    compileall.compile_dir(
        f"{folder}/templates", quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


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


def not_applied(places: Places, fresh: dict[str, bytes]) -> list[str]:
    """What an administrator has edited, added or removed since the ready-made files were made, a line for each."""
    ready = contents(places.compiled)
    if not ready:
        return [f"{places.compiled} is missing, so that no click works"]
    changed = {name.partition("/")[0] for name in fresh.keys() | ready.keys() if fresh.get(name) != ready.get(name)}
    edited = [places.config] if changed & {"settings.json", "registration"} else []
    edited += [places.own_templates] if changed & {"locale", "templates"} else []
    return [f"{path} was edited but not applied" for path in edited]


def contents(folder: str) -> dict[str, bytes]:
    """Each file below `folder` but bytecode, by its relative path."""
    found = {}
    for parent, _, names in os.walk(folder):
        for path in (f"{parent}/{name}" for name in names if not name.endswith(".pyc")):
            with open(path, "rb") as stream:
                found[os.path.relpath(path, folder)] = stream.read()
    return found


def swap(places: Places, folder: str) -> None:
    """Let `compiled` point to `folder`, once all of it is on the disk."""
    for parent, _, files in os.walk(folder):
        for name in [*files, "."]:
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


def main(arguments: list[str]) -> int:
    places = Places(os.path.realpath(arguments[0]), *arguments[2:])
    chosen, sentences, problems = check(places)
    for problem in problems:
        text = str(problem)
        print(text if text.isprintable() else ascii(text), file=sys.stderr)
    if problems:
        return 1
    if "--check" in arguments:
        print(*not_applied(places, ready_made(places, chosen, sentences)), sep="\n")
        return 0
    os.umask(0o022)
    before = os.readlink(places.compiled) if os.path.islink(places.compiled) else ""
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=places.release)
    try:
        os.chmod(folder, 0o755)
        build(folder, ready_made(places, chosen, sentences))
        swap(places, folder)
    finally:
        # The one before stays for the clicks that are under way; the new one, if it got that far.
        tidy(places, (before, os.readlink(places.compiled) if os.path.islink(places.compiled) else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
