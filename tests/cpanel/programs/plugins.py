"""`scripts/install_plugin PATH --theme=NAME` and `scripts/uninstall_plugin` with the same words (cpanel-facts.md §4).

Stricter than cPanel's: everything is checked before the first file is written, and a value of the wrong type,
a control character or a drawing that Jupiter would not show as it is meant is refused or spoken of.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tarfile
import time
from typing import Any, Callable

from . import panel

Read = Callable[[str], bytes]


class Refused(Exception):
    """The plugin cannot be registered; the text says why."""


def command_line(words: list[str]) -> tuple[str, str]:
    """(path, theme)."""
    themes = [word[len("--theme=") :] for word in words if word.startswith("--theme=")]
    paths = [word for word in words if not word.startswith("--")]
    if len(themes) != 1 or len(paths) != 1 or len(words) != 2:
        raise Refused("usage: install_plugin|uninstall_plugin PATH --theme=NAME")
    return paths[0], themes[0]


def reader(path: str) -> Read:
    """Reads a file of the plugin by its name, from a folder or from an archive."""
    if os.path.isdir(path):

        def from_folder(name: str) -> bytes:
            with open(os.path.join(path, name), "rb") as file:
                return file.read()

        return from_folder

    def from_archive(name: str) -> bytes:
        with tarfile.open(path) as archive:
            for member in archive:
                if os.path.basename(member.name) == name:
                    file = archive.extractfile(member)
                    if file is not None:
                        return file.read()
        raise FileNotFoundError(name)

    return from_archive


def check_value(key: str, value: Any) -> None:
    """A value must survive the conf file's commas (cpanel-facts.md §4)."""
    if isinstance(value, bool) and key == "featuremanager":
        return
    if key in ("order", "featuremanager") and isinstance(value, int):
        return
    if not isinstance(value, str) or not value:
        raise Refused(f"“{key}” must be a text")
    if re.search(r"[,'}\x00-\x1f\x7f]", value):
        raise Refused(f"“{key}” holds a comma, an apostrophe, a brace or a control character")


def check_link(link: dict[str, Any], read: Read) -> bytes:
    """Everything that cpanel-facts.md §4 says of one link; gives the icon."""
    missing = [key for key in ("type", "id", "name", "icon", "group_id", "order") if key not in link]
    if missing:
        raise Refused(f"install.json: a link needs {', '.join(missing)}")
    known = ("type", "id", "name", "icon", "group_id", "order", "uri", "target")
    for key in (*known, "feature", "featuremanager", "search_text"):
        if key in link:
            check_value(key, link[key])
    if link["type"] != "link":
        raise Refused("the stand-in registers links only")
    if not re.fullmatch(r"[0-9a-z_-]+", link["id"]) or not re.fullmatch(r"[0-9a-z_-]+", link.get("feature", "x")):
        raise Refused("“id” and “feature” consist of 0-9, a-z, _ and -")
    if link["group_id"] not in panel.GROUPS:
        raise Refused(f"the theme has no group “{link['group_id']}”")
    if not re.fullmatch(r"\d+", str(link["order"])):
        raise Refused("“order” must be a number")
    if link.get("target", "_self") not in ("_self", "_blank"):
        raise Refused("“target” is _self or _blank")
    uri = link.get("uri", "index.html")
    if uri.startswith("/") or ".." in uri.split("/") or ":" in uri:
        raise Refused("“uri” is relative to the theme")
    return check_icon(link["icon"], read)


def check_icon(name: str, read: Read) -> bytes:
    """The icon lies beside install.json; an svg is drawn flat at 48x48, or else stderr says so."""
    if os.path.basename(name) != name or os.path.splitext(name)[1] not in (".svg", ".png"):
        raise Refused("“icon” is the name of an svg or png beside install.json")
    try:
        icon = read(name)
    except OSError as error:
        raise Refused(f"the icon {name} is not there") from error
    if not icon:
        raise Refused(f"the icon {name} is empty")
    if name.endswith(".svg") and re.search(rb"<g[\s>]|viewBox=", icon):
        print(f"{name}: Jupiter ignores viewBox and groups; draw it flat at 48x48", file=sys.stderr)
    return icon


def conf(link: dict[str, Any]) -> str:
    """The line of `dynamicui_ID.conf`: key=>value, separated by commas."""
    values = {
        "description": link["name"],
        "feature": link.get("feature", ""),
        "file": link["id"],
        "group": link["group_id"],
        "height": "48",
        "imgtype": "icon",
        "itemdesc": link["name"],
        "itemorder": str(link["order"]),
        "searchtext": link.get("search_text", link["name"]),
        "subtype": "img",
        "target": link.get("target", "_self"),
        "type": "image",
        "url": link.get("uri", "index.html"),
        "width": "48",
    }
    return ",".join(f"{key}=>{value}" for key, value in values.items()) + "\n"


def files_of(root: str, theme: str, link: dict[str, Any], icon: bytes) -> dict[str, bytes]:
    """Path -> content of all that registering one link writes."""
    base = panel.below(root, "base/frontend", theme)
    extension = os.path.splitext(link["icon"])[1]
    files = {
        os.path.join(base, "assets/application_icons", link["id"] + extension): icon,
        os.path.join(base, "dynamicui", f"dynamicui_{link['id']}.conf"): conf(link).encode(),
    }
    if "feature" in link and link.get("featuremanager", True):
        line = f"{link['feature']}:{link['name']}\n"
        files[panel.below(root, "whostmgr/addonfeatures", link["feature"])] = line.encode()
    return files


def run(verb: str) -> None:
    """Install or uninstall; raises Refused."""
    root = panel.own_root()
    if os.geteuid() != os.stat(root).st_uid:
        raise Refused("this program must be run by root")
    path, theme = command_line(sys.argv[1:])
    on = panel.switches(root, f"{verb}_plugin")
    if "hung" in on:
        time.sleep(300)
    if "fail" in on:
        raise Refused("the stand-in was told to fail")
    if "does-nothing" in on:
        return
    if "/" in theme or not os.path.isdir(panel.below(root, "base/frontend", theme, "dynamicui")):
        raise Refused(f"the theme “{theme}” does not exist")
    read = reader(path)
    try:
        links = json.loads(read("install.json").decode("utf-8"))
    except (OSError, ValueError, tarfile.TarError) as error:
        raise Refused(f"install.json cannot be read: {error}") from error
    if not isinstance(links, list) or not links or not all(isinstance(link, dict) for link in links):
        raise Refused("install.json must be an array of objects")
    checked = [(link, check_link(link, read)) for link in links]
    for link, icon in checked:
        target = panel.below(root, "base/frontend", theme, link.get("uri", "index.html"))
        if verb == "install" and not os.path.isfile(target):
            raise Refused(f"“uri” names no file of the theme: {target}")
        for written, (place, content) in enumerate(files_of(root, theme, link, icon).items()):
            if verb == "install":
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "wb") as file:
                    file.write(content)
                os.chmod(place, 0o644)
            elif os.path.lexists(place):
                os.unlink(place)
            if "fail-midway" in on and written == 0:
                raise Refused("the stand-in was told to fail midway")
        print(f"{verb}ed: {link['id']} ({theme})")


def main(verb: str) -> int:
    """The program; 1 on any failure."""
    try:
        run(verb)
    except Refused as refusal:
        print(f"{verb}_plugin: {refusal}", file=sys.stderr)
        return 1
    return 0
