"""What an administrator has edited, added or removed since the ready-made files were made."""

from __future__ import annotations

import json
import os

from plugin.ready import generation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from plugin.ready.places import Places


def edited(places: Places, fresh: dict[str, bytes]) -> list[str]:
    """A line for each, by the file that must have been; `fresh` is what would be made now."""
    ready = generation.contents(places.compiled)
    if not ready:
        return [f"{places.compiled} is missing, so that no click works"]
    changed = {name for name in fresh.keys() | ready.keys() if fresh.get(name) != ready.get(name)}
    rooms = {name.partition("/")[0] for name in changed}
    chosen = json.loads(fresh["settings.json"])
    own = os.path.lexists(places.own_templates)
    paths = []
    if changed & {"settings.json", "registration/install.json"}:
        paths.append(places.config)
    elif "registration" in rooms:
        paths.append(chosen.get("icon") or places.config)
    if rooms & {"locale", "templates"} and (own or not paths):  # a logo is drawn into the templates
        candidates = [places.own_templates if own else None, chosen.get("logo")]
        paths.append(" or ".join(filter(None, candidates)) or places.own_templates)
    return [f"{path} was edited but not applied" for path in paths]
