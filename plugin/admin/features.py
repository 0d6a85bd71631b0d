"""WHM's feature lists: what they say of us, and how the icon is hidden from everybody (cpanel-facts.md §5)."""

from __future__ import annotations

import json
import os

from plugin.admin import files, programs
from plugin.admin.findings import ADVICE, SERVER, Finding
from plugin.admin.programs import Failed
from plugin.admin.server import ID, can_run
from plugin.admin.snapshot import Snapshot
from plugin.admin.transaction import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from plugin.admin.server import Server

    T = TypeVar("T")

LIMIT = 60.0  # seconds that whmapi1 may take
FOR_ALL = "disabled"  # no package's list: what is off there is off for the whole server, whatever else says on


def look(server: Server) -> Iterator[Finding]:
    """A feature is on unless a list says FEATURE=0; packages start with the list `default`."""
    for name in ("default", FOR_ALL):
        for feature in (ID, "webmail"):
            if is_off(server, name, feature):
                text = f"the feature {feature} is off in the feature list {name}; WHM's Feature Manager turns it on"
                command = f"whmapi1 get_featurelist_data featurelist={name}"
                yield Finding(False, ADVICE, "feature", text, look=command)


def is_off(server: Server, name: str, feature: str = ID) -> bool:
    listed = files.text(f"{server.root}/var/cpanel/features/{name}").replace(" ", "").splitlines()
    return f"{feature}=0" in listed


def saying_off(server: Server) -> list[str]:
    """The feature lists that switch ours off."""
    folder = f"{server.root}/var/cpanel/features"
    return [name for name in (sorted(os.listdir(folder)) if os.path.isdir(folder) else []) if is_off(server, name)]


def hideable(server: Server) -> Iterator[Finding]:
    """Whether it can be hidden at all."""
    if not can_run(server.whmapi1):
        text = f"{server.whmapi1} is missing or cannot be run, so the icon cannot be hidden"
        yield Finding(False, SERVER, "whmapi1", text, "/usr/local/cpanel/scripts/upcp --force")


def hide(server: Server) -> Step:
    """A feature is on unless a list says off: so it is switched off in each of them."""
    changed: list[str] = []
    kept = Snapshot([])

    def do() -> None:
        names = lists(server)
        kept.paths = [f"{server.root}/var/cpanel/features/{name}" for name in names]
        kept.take()
        for name in names:
            values = read(server, name)
            if name != FOR_ALL and values.get(ID) != "0":
                changed.append(name)
                update(server, name, {**values, ID: "0"})

    def undo() -> None:
        for name in changed:
            update(server, name, {**read(server, name), ID: "1"})
        kept.put_back()  # WHM knows by now; but its function writes out every feature, and they were not

    return Step("hide the icon: switch the feature off in every feature list", do, undo)


def show_to(server: Server, name: str) -> list[Step]:
    """Two steps between which an account has the feature, whatever its list says."""
    added: list[str] = []

    def show() -> None:
        if not has(server, name):
            added.append(name)
            override(server, "add", name, {ID: "1"})

    def hide_again() -> None:
        if added:
            override(server, "remove", name, [ID])
            added.clear()

    return [
        Step(f"show the icon to {name} for a moment", show, hide_again),
        Step(f"hide it from {name} again", hide_again),
    ]


def override(server: Server, how: str, name: str, features: object) -> None:
    whmapi1(server, f"{how}_override_features_for_user", f"user={name}", f"features={json.dumps(features)}")


def has(server: Server, name: str) -> bool:
    """Whether an account has the feature, as it would be told itself. Raises Failed."""
    argv = [f"{server.cpanel}/bin/uapi", f"--user={name}", "--output=json", "Features", "has_feature", f"name={ID}"]
    try:
        return bool(json.loads(programs.ask(*argv))["result"]["data"])
    except (ValueError, LookupError, TypeError):
        return False


def lists(server: Server) -> list[str]:
    """Their names. Raises Failed."""
    return understood("get_featurelists", lambda data: [str(name) for name in data["featurelists"]], server)


def read(server: Server, name: str) -> dict[str, str]:
    """Each feature of a list, "1" or "0". Raises Failed."""

    def values(data: Any) -> dict[str, str]:
        return {str(row["id"]): str(int(row["value"])) for row in data["features"]}

    return understood("get_featurelist_data", values, server, f"featurelist={name}")


def understood(function: str, read: Callable[[Any], T], server: Server, *words: str) -> T:
    """What `read` makes of the answer. Raises Failed."""
    try:
        return read(whmapi1(server, function, *words))
    except (LookupError, TypeError, ValueError):
        raise Failed(f"whmapi1 {function}: the answer is not as it is documented") from None


def update(server: Server, name: str, values: dict[str, str]) -> None:
    """All are named, as it is not documented what becomes of those that are not."""
    words = (f"{feature}={value}" for feature, value in sorted(values.items()))
    whmapi1(server, "update_featurelist", f"featurelist={name}", *words)


def whmapi1(server: Server, function: str, *words: str) -> Any:
    """The answer's data. Raises Failed."""
    ended = programs.run([server.whmapi1, "--output=json", function, *words], LIMIT)
    try:
        answer = json.loads(ended.output)
        if int(answer["metadata"]["result"]) == 1:
            return answer.get("data")
        said = str(answer["metadata"]["reason"])
    except (ValueError, LookupError, TypeError, OverflowError):
        said = ended.said
    raise Failed(f"whmapi1 {function}: {said}")
