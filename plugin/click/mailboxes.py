"""Choosing among an account's mailboxes (design §8). Loads only where the settings say so."""

from __future__ import annotations

from plugin.click import answer, errors, host, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from plugin.click.request import Request

#: What is asked beside what every click asks.
QUESTIONS = [
    ("Features", "has_feature", {"name": "popaccts"}),
    ("Email", "list_pops", {"skip_main": "1"}),
]
LONGEST = 254  # characters of an address (RFC 5321 §4.5.3.1.3, less the angle brackets)
SEARCHED = 10  # mailboxes; with more there is a search field


class Mailbox:
    """``address`` is as the panel has it, ``shown`` as people write it."""

    __slots__ = ("address", "shown", "suspended")

    def __init__(self, address: str, shown: str, suspended: bool) -> None:
        self.address = address
        self.shown = shown
        self.suspended = suspended


def listed(data: Any) -> list[Mailbox]:
    """The mailboxes in the answer of `Email list_pops`, each once; what is none is passed over."""
    found: dict[str, Mailbox] = {}
    domains: dict[str, str | None] = {}
    for entry in data if isinstance(data, list) else []:
        address = entry.get("email") if isinstance(entry, dict) else None
        if not isinstance(address, str) or len(address) > LONGEST or not address.isprintable() or " " in address:
            continue
        name, at, domain = address.partition("@")
        if domain not in domains:
            domains[domain] = as_written(domain) if host.checked(domain) == domain else None
        shown = domains[domain]
        if name and at and shown:
            suspended = answer.flag(entry.get("suspended_login")) is True
            found[address] = Mailbox(address, address if shown == domain else f"{name}@{shown}", suspended)
    return list(found.values())


def as_written(domain: str) -> str:
    """An internationalised domain in its own letters, as far as those are letters and are encoded the one way."""
    return ".".join(map(label_as_written, domain.split(".")))


def label_as_written(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        written = label[len("xn--") :].encode().decode("punycode")
        same = written.lower() == written and f"xn--{written.encode('punycode').decode()}" == label
    except UnicodeError:
        return label
    return written if same and not written.isascii() and all(map(is_letter, written)) else label


def is_letter(character: str) -> bool:
    """Marks count too, many scripts write vowels by them; what is invisible or turns the text around does not."""
    return character == "-" or f"a{character}".isidentifier()


def decided(asked: Request, popaccts: bool | None, data: Any, problem: str) -> Mailbox | list[Mailbox] | None:
    """The mailbox that was chosen, or those to choose from, or None for the account's own.

    An account that has no choice signs in to its own at once. Raises the error of a choice that cannot be kept.
    """
    if asked.mailbox is None:
        return (listed(data) or None) if popaccts else None
    if popaccts is None:
        raise errors.FeaturesUnknown(problem)
    if not popaccts:
        raise errors.FeatureOff("feature popaccts is off")
    if asked.mailbox == asked.user:
        return None
    if not isinstance(data, list):
        raise errors.UapiUnreadable(f"no list of mailboxes: {problem}")
    for each in listed(data):
        if each.address == asked.mailbox:
            if each.suspended:
                raise errors.MailboxSuspended("its login is suspended")
            return each
    raise errors.NoSuchMailbox("not among the account's mailboxes")


def choose(pages: page.Pages, user: str, found: Sequence[Mailbox]) -> page.Response:
    """The page to choose on: one form with a button for each."""
    values: dict[str, Any] = {"user": user, "mailboxes": found, "searched": len(found) > SEARCHED}
    body = bytearray()  # of ten thousand mailboxes there is never more than this in memory at once
    for piece in pages.pieces("choose.html", outcome="choose", **values):
        body += piece.encode("utf-8", "replace")
    return page.Response(200, page.headers(pages.nonce, "'self'"), body)
