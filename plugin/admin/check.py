"""Root's side: is what is installed on this server in order?

``plugin.admin.check RELEASE COMMAND THEME...`` prints a finding a line: level, name, text and remedy with tabs between
them. COMMAND is the command line of install.sh, for the remedies.
"""

from __future__ import annotations

import os
import sys

from plugin.admin import manifest, webmail_port
from plugin.admin.prove import ID, prove, root_alone
from plugin.click import settings
from plugin.click.places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

Finding = tuple[str, str, str, str]  # level, name, text, remedy


def report(release: str, command: str, themes: list[str]) -> Iterator[Finding]:
    places = Places(release)
    if root_alone(places.root):
        text = f"{places.root} is closed to ordinary users: the page was run as root"
        yield "warning", "page", text, f"chmod o+x {places.root}"
    for theme in themes:
        yield from page(places, command, theme)
    damage = list(manifest.differences(release)) or list(manifest.exposed(release))
    yield from (("failure", "files", f"{release}: {text}", f"{command} install") for text in damage)
    if not damage:
        yield "ok", "files", f"every file of {release} is as it was installed", ""
    yield from features(places)
    try:
        with open(f"{places.compiled}/settings.json", encoding="utf-8") as stream:
            in_force = settings.parse(stream.read())
    except (OSError, ValueError) as error:
        yield "failure", "settings", f"the settings in force cannot be read: {error}", f"{command} apply"
    else:
        yield from webmail_port.look(places, in_force)


def page(places: Places, command: str, theme: str) -> Iterator[Finding]:
    folder = f"{places.root}/usr/local/cpanel/base/frontend/{theme}/{ID}"
    entry = f"{folder}/index.live.cgi"
    problems = list(entry_problems(places, folder, entry))
    if os.path.exists(entry):
        problems += filter(None, [prove(places.root, entry)])
    yield from (("failure", "page", text, f"{command} install") for text in problems)
    if not problems:
        yield "ok", "page", f"the page of {theme} was run and answered", ""


def entry_problems(places: Places, folder: str, entry: str) -> Iterator[str]:
    try:
        with open(entry, "rb") as installed, open(f"{places.release}/cgi/index.live.cgi", "rb") as released:
            if installed.read().split(b"\n", 1)[1:] != released.read().split(b"\n", 1)[1:]:
                yield f"{entry} was changed"
    except OSError as error:
        yield f"{error.filename}: {error.strerror}"
        return
    for path in (folder, entry):
        yield from manifest.wrong(folder, path, 0o755)
    yield from (f"{folder}/{name} does not belong there" for name in os.listdir(folder) if name != "index.live.cgi")


def features(places: Places) -> Iterator[Finding]:
    """A feature is on unless a list says FEATURE=0 (cpanel-facts.md §5); packages start with the list `default`."""
    for name in ("default", "disabled"):
        file = f"{places.root}/var/cpanel/features/{name}"
        try:
            with open(file, encoding="utf-8", errors="replace") as stream:
                lines = {line.replace(" ", "").strip() for line in stream}
        except OSError:
            continue
        for feature in (ID, "webmail"):
            if f"{feature}=0" in lines:
                text = f"the feature {feature} is off in the feature list {name}"
                yield "warning", "feature", text, f"turn {feature} on in WHM, Feature Manager, list {name}"


if __name__ == "__main__":
    for finding in report(sys.argv[1], sys.argv[2], sys.argv[3:]):
        print("\t".join("".join(c if c.isprintable() else "?" for c in field) for field in finding))
