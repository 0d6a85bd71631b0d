"""`bin/whmapi1 [--output=json|jsonpretty|yaml] FUNCTION [key=value …]` (cpanel-facts.md §9): logins made by root, and
WHM's feature lists.

It is stricter than cPanel's: arguments that the function does not know, or that come twice, are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import quote, unquote

from . import panel, uapi

Args = dict[str, str]
USUAL_SECONDS = 0.2
USAGE = "usage: whmapi1 [--output=json|jsonpretty|yaml] FUNCTION [key=value …]"
PORTS = {"cpaneld": ("cpanel", 2083), "webmaild": ("webmail", 2096)}
HOST = "server.example.com"


class Failed(Exception):
    """The text is `metadata.reason`."""


def wanted(args: Args, *needed: str, may: tuple[str, ...] = ()) -> None:
    """Refuse what is missing or unknown."""
    for name in needed:
        if not args.get(name):
            raise Failed(f"Provide the “{name}” argument.")
    unknown = sorted(set(args) - {*needed, *may})
    if unknown:
        raise Failed(f"The argument “{unknown[0]}” is not known.")


def account(root: str, name: str) -> dict[str, str]:
    """The account's values; its name must be a name."""
    found = panel.account(root, name) if re.fullmatch(r"[a-z0-9_]+", name) else None
    if found is None:
        raise Failed(f"The user “{name}” does not exist.")
    return found


# Logins


def create_user_session(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """A login that does nothing until its url is asked for; it is kept by its SHA-256 only."""
    wanted(args, "user", "service", may=("preferred_domain", "locale", "app"))
    if args["service"] not in PORTS:
        raise Failed("The stand-in knows the services cpaneld and webmaild.")
    user, at, domain = args["user"].partition("@")
    name = domain.partition(".")[0] if at else user
    values = account(root, name)
    addresses = {row["email"] for row in panel.mailboxes(root, name)} if args["service"] == "webmaild" else set()
    if at and args["user"] not in addresses:
        raise Failed(f"The user “{args['user']}” does not exist.")
    session = f"{args['user']}:{uapi.random_part()}:CREATE_USER_SESSION,{os.urandom(16).hex()}"
    token = "/cpsess" + str(int.from_bytes(os.urandom(8), "big") % 10**10).zfill(10)
    digest = hashlib.sha256(session.encode()).hexdigest()
    content = {
        "user": args["user"],
        "service": args["service"],
        "token": token,
        "locale": args.get("locale", values["LOCALE"]),
        "app": args.get("app"),
    }
    uapi.leave(panel.spool(root, "user_sessions"), digest, content)
    panel.log_session(root, f"NEW {args['user']}:{digest[:16]} creator=root,method=create_user_session")
    service, port = PORTS[args["service"]]
    port = panel.ports(root).get(service, port)
    if "other-port" in on:
        port = 9
    scheme = "http" if "plain-url" in on else "https"
    host = "cpanel.evil.example" if "other-host" in on else args.get("preferred_domain", HOST)
    url = f"{scheme}://{host}:{port}{token}/login/?session={quote(session)}"
    return {
        "cp_security_token": token,
        "expires": int(time.time()) + 900,
        "service": args["service"],
        "session": session,
        "url": url + (f"&app={quote(args['app'])}" if "app" in args else ""),
    }


# Feature lists


def list_file(root: str, name: str) -> str:
    """Where a feature list is; its name must be one."""
    if not re.fullmatch(r"[\w. -]+", name) or name.startswith("."):
        raise Failed(f"“{name}” is not the name of a feature list.")
    return os.path.join(root, "var/cpanel/features", name)


def known(root: str) -> dict[str, str]:
    """Every feature's name by its id: the server's own, and those of plugins."""
    found = {name: name for name in panel.FEATURES}
    folder = panel.below(root, "whostmgr/addonfeatures")
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found[name] = file.readline().rstrip("\n").partition(":")[2]
    return found


def get_featurelists(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """Every feature list."""
    wanted(args)
    return {"featurelists": sorted({"default", "disabled", *os.listdir(os.path.join(root, "var/cpanel/features"))})}


def get_featurelist_data(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """Every feature, whether the list has it, and whether it is switched off for the whole server."""
    wanted(args, "featurelist")
    listed = panel.pairs(list_file(root, args["featurelist"]))
    if listed is None and args["featurelist"] != "disabled":
        raise Failed(f"The feature list “{args['featurelist']}” does not exist.")
    disabled = panel.pairs(list_file(root, "disabled")) or {}
    rows = [
        {
            "id": name,
            "is_disabled": int(disabled.get(name) == "0"),
            "name": label,
            "value": int((listed or {}).get(name) != "0"),
        }
        for name, label in sorted(known(root).items())
    ]
    return {"featurelist": args["featurelist"], "features": rows}


def changed(root: str, name: str, given: Args, features: Args) -> dict[str, Any]:
    """Write a feature list with what was given beside what it had."""
    names = known(root)
    good = {feature: value for feature, value in given.items() if feature in names and value in ("0", "1")}
    if not given:
        good = dict.fromkeys(names, "0")  # as documented: without a feature all are switched off
    lines = "".join(f"{feature}={value}\n" for feature, value in sorted({**features, **good}.items()))
    with open(list_file(root, name), "w", encoding="utf-8") as file:
        file.write(lines)
    os.chmod(list_file(root, name), 0o644)
    invalid = [{feature: 0} for feature in given if feature not in good]
    updated = {feature: int(value) for feature, value in good.items()}
    return {"featurelist": name, "invalid_features": invalid, "updated_features": updated}


def update_featurelist(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """Change a feature list, or make it."""
    name = args.pop("featurelist", "")
    return changed(root, name, args, panel.pairs(list_file(root, name)) or {})


def create_featurelist(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """Make a feature list; every feature that is not named is off."""
    name, overwrite = args.pop("featurelist", ""), args.pop("overwrite", "0")
    if os.path.exists(list_file(root, name)) and overwrite != "1":
        raise Failed(f"The feature list “{name}” exists already.")
    changed(root, name, args, dict.fromkeys(known(root), "0"))
    return {"featurelist": name}


def get_feature_metadata(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """What each feature is."""
    wanted(args)
    rows = [
        {"id": name, "is_cpaddon": 0, "is_plugin": int(name not in panel.FEATURES), "name": label}
        for name, label in sorted(known(root).items())
    ]
    return {"features": rows}


def get_feature_names(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """Every feature's id and name."""
    wanted(args)
    return {"feature": [{"id": name, "name": label} for name, label in sorted(known(root).items())]}


def override(root: str, user: str, features: dict[str, Any]) -> None:
    """Set what an account's own file says of features, or, by None, take it away."""
    values = account(root, user)
    unknown = sorted(set(features) - set(known(root)))
    if unknown:
        raise Failed(f"There is no feature “{unknown[0]}”.")
    for name, value in features.items():
        values.pop(panel.OVERRIDE + name, None)
        if value is not None:
            values[panel.OVERRIDE + name] = str(int(value))
    with open(os.path.join(root, "var/cpanel/users", user), "w", encoding="utf-8") as file:
        file.writelines(f"{key}={value}\n" for key, value in values.items())


def given_features(args: Args, kind: type) -> Any:
    """The argument `features`, which is JSON."""
    wanted(args, "user", "features")
    try:
        found = json.loads(args["features"])
    except ValueError as error:
        raise Failed("“features” is not JSON.") from error
    if not isinstance(found, kind):
        raise Failed("“features” is of the wrong type.")
    return found


def add_override_features_for_user(root: str, args: Args, on: Mapping[str, Any]) -> None:
    """`features={"NAME": 1}`: on or off for one account, whatever its list says."""
    override(root, args.get("user", ""), given_features(args, dict))


def remove_override_features_for_user(root: str, args: Args, on: Mapping[str, Any]) -> None:
    """`features=["NAME"]`: as its list says again."""
    override(root, args.get("user", ""), dict.fromkeys(given_features(args, list)))


def get_users_features_settings(root: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """What an account's own file and its list say of a feature."""
    wanted(args, "user", "feature")
    values, feature = account(root, args["user"]), args["feature"]
    own, listed = values.get(panel.OVERRIDE + feature), panel.pairs(list_file(root, values["FEATURELIST"])) or {}
    row = {
        "cpuser_setting": None if own is None else int(own),
        "feature": feature,
        "feature_list": values["FEATURELIST"],
        "feature_list_setting": int(listed.get(feature) != "0"),
        "user": args["user"],
    }
    return {"users_features_settings": [row]}


FUNCTIONS: dict[str, Callable[[str, Args, Mapping[str, Any]], dict[str, Any] | None]] = {
    function.__name__: function
    for function in (
        create_user_session,
        get_featurelists,
        get_featurelist_data,
        update_featurelist,
        create_featurelist,
        get_feature_metadata,
        get_feature_names,
        add_override_features_for_user,
        remove_override_features_for_user,
        get_users_features_settings,
    )
}


def answer(root: str, function: str, args: Args, on: Mapping[str, Any]) -> dict[str, Any]:
    """The whole answer; `metadata.result` says whether it worked."""
    data = None
    try:
        if function not in FUNCTIONS:
            raise Failed(f"The stand-in has no function “{function}” of WHM.")
        if "fail" in on:
            raise Failed("The stand-in was told to fail.")
        data = FUNCTIONS[function](root, args, on)
        result, reason = 1, "OK"
    except Failed as failed:
        result, reason = 0, str(failed)
    metadata = {"command": function, "reason": reason, "result": result, "version": 1}
    if "no-data" in on:
        data = None
    if data is not None and "hostile-url" in on:
        data["url"] = "https://server.example.com:2083\r\nX: y"
    return {"metadata": metadata} if data is None else {"data": data, "metadata": metadata}


def main(started: float) -> int:
    """The command; `started` is when its process began, by the monotonic clock."""
    root = panel.own_root()
    on = panel.switches(root, "whmapi1")
    words = sys.argv[1:]
    output = "yaml"
    if words and words[0].startswith("--output="):
        output = words.pop(0).partition("=")[2]
    pairs = [word.partition("=")[::2] for word in words[1:]]
    args = {name: unquote(value) for name, value in pairs}
    if os.geteuid() != os.stat(root).st_uid:
        uapi.early_failure("This program must be run by root.")
    if output not in ("json", "jsonpretty", "yaml") or not words or len(args) != len(pairs):
        uapi.early_failure(USAGE)
    content = {"argv": sys.argv[1:], "environ": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid()}
    uapi.leave(panel.spool(root, "whmapi1"), f"{time.time_ns()}-{os.getpid()}", content)
    if "hung" in on:
        uapi.wait_at_most(uapi.BOUND_SECONDS)
    if "plain-text" in on:
        uapi.early_failure("The licence of this server has expired.")
    found = answer(root, words[0], args, on)
    uapi.wait_at_most(started + float(on.get("slow", USUAL_SECONDS)) - time.monotonic())
    if output == "yaml":
        print("---" + uapi.as_yaml(found))
    else:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True, indent=3 if output == "jsonpretty" else None))
    if "hung-afterwards" in on:
        sys.stdout.flush()
        uapi.wait_at_most(uapi.BOUND_SECONDS)
    return 0
