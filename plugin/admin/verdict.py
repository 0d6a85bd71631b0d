"""What an answer to a click means: values in, values out, and nothing quoted that signs in."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from plugin.admin.server import ID
from plugin.click import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.admin.browser import Answer
    from plugin.admin.server import Server

ACTION = re.compile(r"https://(\[[0-9a-f:.]+\]|[^/:\s]+)(?::([0-9]{1,5}))?((/cpsess[0-9]{1,64})/login)")
LOST = "Child failed to make LIVEAPI connection"
KEPT = {"Content-Security-Policy": "form-action", "Cache-Control": "no-store", "Referrer-Policy": "origin"}
LONGEST, TITLE = 200, 80  # characters of what a page says
PARTS, GUESSED = re.compile("[^A-Za-z0-9]+"), 10  # of a secret, and how many characters of it can be guessed
# What an account's owner would have to be told, by the page's outcome.
OUTCOMES = {
    "feature-off": f"the feature {ID} or webmail is off for this account",
    "features-unknown": "neither LiveAPI nor uapi says whether the features are on",
    "team-user": "cPanel says that this is a team user",
    "uapi-missing": "uapi is missing, or accounts cannot run it",
    "uapi-timeout": "uapi was not done in time",
    "uapi-refused": "uapi refused to make a session for Webmail",
    "uapi-unreadable": "uapi gave no answer that can be read",
    "bad-answer": "uapi's answer is not as it is documented",
    "not-secure": "the page was reached without TLS",
}
#: What Webmail says where it refuses a session, as a part of it, and what to do.
REFUSALS = {
    "IP address has changed": "cPanel and Webmail saw different addresses; see Cookie IP validation in WHM",
    "expired": "the session was not known there: compare the clocks, and whether another server answers",
    "already": "something has used the session before, say a scanner between cPanel and Webmail",
    "security token": "something changes addresses between cPanel and Webmail",
    "another page": "see Referrer safety check and Blank referrer safety check in WHM, Tweak Settings",
    "login is invalid": "the account or its mailbox cannot log in to Webmail",
}

UNSEEN = (
    "what the server itself cannot see: whether a firewall lets people through to these ports, service subdomains "
    "such as cpanel.example.com, a linked mail node, visitors whose address differs between cPanel and Webmail, and "
    "what browsers send where WHM's referrer safety checks are on"
)


class Form(NamedTuple):
    """Where the page sends people, and with what. It signs in."""

    host: str
    port: int
    path: str
    token: str
    fields: dict[str, str]

    def __repr__(self) -> str:
        return f"<Form to {self.host}:{self.port}>"


def said(answer: Answer, secrets: Iterable[str]) -> str:
    """What kind of page this is, with the words that it has for people."""
    notice, title = " ".join(answer.page.alert.split()), answer.page.title
    if tells(f"{title} {notice}", secrets):  # before anything is cut off
        return f"a page that is not quoted, status {answer.status}"
    kind = "its login page" if answer.asks_for_a_login else f"the page “{title[:TITLE] or 'without a title'}”"
    return f"{kind}, status {answer.status}" + (f": {notice[:LONGEST]}" if notice else "")


def tells(text: str, secrets: Iterable[str]) -> bool:
    """Whether a secret, or a part of one that nobody could guess, stands in a text, encoded or not."""
    parts = {part for secret in secrets for whole in (secret, unquote(secret)) for part in (whole, *PARTS.split(whole))}
    return any(part in each for each in (text, unquote(text)) for part in parts if len(part) >= GUESSED)


def outcome(answer: Answer) -> str:
    return answer.page.first("html").get("data-outcome", "")


def what_is_wrong(answer: Answer, secrets: Iterable[str]) -> str:
    """Why this is not the page that signs in; empty if it is."""
    found = outcome(answer)
    if not found:
        page = said(answer, secrets)
        return f"cPanel answered by {page}; is there a page that must be accepted first, once, by its owner?"
    if found != "signed-in":
        found = "what is not quoted" if tells(found, secrets) else found[:TITLE]
        return f"the page answered {found}: {OUTCOMES.get(found, 'the log of that click says why')}"
    if LOST in answer.source:
        return "cPanel says below the page that it did not connect to LiveAPI"
    lost = [name for name, part in KEPT.items() if part not in answer.headers.get(name, "")]
    return f"the page came without its header {lost[0]}, which something on the way took" if lost else ""


def form(answer: Answer) -> Form | None:
    """The form that signs in, None if there is none of the kind that ours is."""
    forms = answer.page.all("form")
    fields = {field["name"]: field.get("value", "") for field in answer.page.all("input") if "name" in field}
    parts = ACTION.fullmatch(forms[0].get("action", "")) if len(forms) == 1 else None
    name = host.checked(parts[1]) if parts else None
    if parts is None or name is None or forms[0].get("method") != "post":
        return None
    port = int(parts[2] or 443)
    if not fields.get("session") or set(fields) - {"session", "goto_uri"} or not 0 < port < 65536:
        return None
    return Form(name, port, parts[3], parts[4], fields)


def choice(answer: Answer) -> dict[str, str]:
    """The first button of a page of choice, which is the account's own mailbox."""
    (first, *_) = [button for button in answer.page.all("button") if "name" in button] or [{}]
    return {first["name"]: first.get("value", "")} if first else {}


def refused(answer: Answer, secrets: Iterable[str]) -> str:
    advice = [what for part, what in REFUSALS.items() if part in answer.page.alert]
    return "; ".join([f"Webmail refused the session: {said(answer, secrets)}", *advice[:1]])


def below(location: str, origin: str, token: str) -> str | None:
    """The path that a redirect leads to, if it stays below the token of this very host; else None."""
    path = location[len(origin) :] if location.startswith(f"{origin}/") else location
    good = path.startswith(f"{token}/") and path.isascii() and path.isprintable() and " " not in path
    return path if good else None


def log(server: Server) -> str:
    """The command that shows what cPanel itself wrote of a login."""
    return f"tail {server.cpanel}/logs/session_log {server.cpanel}/logs/login_log"


def features(server: Server, name: str) -> str:
    """The command that shows whether the account has the feature."""
    return f"{server.whmapi1} get_users_features_settings user={name} feature={ID}"


def look(server: Server, name: str, outcome: str) -> str:
    """The command that shows more of a page that does not sign in."""
    if outcome.startswith("feature"):
        return features(server, name)
    if outcome.startswith("uapi") or outcome == "bad-answer":
        return f"{server.cpanel}/bin/uapi --user={name} Features has_feature name=webmail"
    return f"grep webmail-signin /var/log/secure /var/log/auth.log {server.cpanel}/logs/error_log"
