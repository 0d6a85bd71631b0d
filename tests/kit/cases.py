"""The outcome table as cases: who clicks, what is wrong, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The status of each error's page.
STATUS = {
    "internal-error": 500, "method-not-allowed": 405, "not-clicked": 200, "not-in-cpanel": 500, "wrong-user": 403,
    "not-secure": 403, "team-user": 403, "webmail-user": 403, "no-client-address": 400, "feature-off": 403,
    "features-unknown": 502, "foreign-form": 403, "bad-form": 400, "no-such-mailbox": 404, "mailbox-suspended": 403,
    "uapi-missing": 500, "uapi-timeout": 504, "uapi-refused": 502, "uapi-unreadable": 502, "bad-answer": 502,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One click. It can be made over HTTPS and, with the same environment, as a bare process.

    `who` is a login of the stand-in's. `created` is how many webmail sessions may exist because of it; None where
    the stand-in made one that never arrived.
    """

    name: str
    outcome: str
    status: int
    who: str = "alice"
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    switches: tuple[tuple[Any, ...], ...] = ()
    created: int | None = 0
    lang: str = "en"
    body: str = ""


def uapi(switch: str, outcome: str, status: int, created: int | None = 0) -> Case:
    return Case(f"uapi is {switch}", outcome, status, switches=(("uapi", switch),), created=created)


def both_ask(liveapi: str, features: str, outcome: str, status: int, created: int = 0) -> Case:
    """LiveAPI gives no answer, so the command is asked."""
    switches: tuple[tuple[Any, ...], ...] = (("liveapi", liveapi),)
    if features:
        switches += (("uapi", features),)
    name = f"LiveAPI is {liveapi}" + (f" and the command {features}" if features else "")
    return Case(name, outcome, status, switches=switches, created=created)


def signed_in(name: str, who: str = "alice", lang: str = "en", **more: Any) -> Case:
    return Case(name, "signed-in", 200, who=who, created=1, lang=lang, **more)


CASES = [
    signed_in("a plain account"),
    signed_in("another account", "bob"),
    signed_in("an account whose mail is on a linked node", "nora"),
    signed_in("a Spanish account", "maria", "es"),
    signed_in("an Arabic account", "amira", "ar"),
    signed_in("a reseller", switches=(("cpsrvd", "reseller"),)),
    signed_in("an IPv4 address written as IPv6", switches=(("cpsrvd", "mapped-address"),)),
    signed_in("a browser that wants another language", "maria", "es", headers={"Accept-Language": "de"}),
    signed_in("LiveAPI under its older name", switches=(("liveapi", "old-variable"),)),
    signed_in("LiveAPI with an error before the result", switches=(("liveapi", "error-first"),)),
    signed_in("LiveAPI that writes numbers as text", switches=(("liveapi", "string-numbers"),)),
    signed_in("LiveAPI with a hostile locale", switches=(("liveapi", "bad-locale"),)),
    Case("POST", "method-not-allowed", 405, method="POST"),
    Case("PUT", "method-not-allowed", 405, method="PUT"),
    Case("DELETE", "method-not-allowed", 405, method="DELETE"),
    Case("a prefetch", "not-clicked", 200, headers={"Sec-Purpose": "prefetch"}),
    Case("a prerender", "not-clicked", 200, headers={"Sec-Purpose": "prefetch;prerender"}),
    Case("a prefetch of the older kind", "not-clicked", 200, headers={"Purpose": "prefetch"}),
    *(
        Case(f"a look ahead by {name}: {value}", "not-clicked", 200, headers={name: value})
        for name, value in {"X-Purpose": "preview", "X-Moz": "prefetch", "Sec-Fetch-Dest": "iframe"}.items()
    ),
    signed_in("a browser that says that it shows the page", headers={"Sec-Fetch-Dest": "document"}),
    Case("a team variable that nobody knows", "team-user", 403, switches=(("cpsrvd", "unknown-team-variable"),)),
    signed_in("team variables that are empty", switches=(("cpsrvd", "empty-team-variables"),)),
    *(
        signed_in(f"LiveAPI with {how}", switches=(("liveapi", how),))
        for how in ("no-declaration", "newline-before-end", "no-outer-key", "silent-shutdown", "answers-shutdown")
    ),
    both_ask("empty-result", "", "signed-in", 200, 1),
    both_ask("empty-result", "features-off", "feature-off", 403),
    Case("no REMOTE_USER", "not-in-cpanel", 500, switches=(("cpsrvd", "no-user"),)),
    Case("REMOTE_USER is somebody else", "wrong-user", 403, switches=(("cpsrvd", "other-user"),)),
    Case("a team user with the e-mail role", "team-user", 403, who="tess@olivia.example.com"),
    Case("a team user without it", "team-user", 403, who="tom@olivia.example.com"),
    Case("a mailbox owner", "webmail-user", 403, who="info@alice.example.com"),
    Case("no REMOTE_ADDR", "no-client-address", 400, switches=(("cpsrvd", "no-address"),)),
    Case("an account without the feature", "feature-off", 403, who="carol"),
    Case("an account without webmail", "feature-off", 403, who="dave"),
    Case("LiveAPI says off", "feature-off", 403, switches=(("liveapi", "features-off"),)),
    *(both_ask(how, "", "signed-in", 200, 1) for how in ("no-socket", "socket-missing", "refused", "closes", "broken")),
    *(
        both_ask(how, "", "signed-in", 200, 1)
        for how in ("silent", "drip", "nonsense", "huge", "status-0", "null-features")
    ),
    both_ask("refused", "features-off", "feature-off", 403),
    both_ask("refused", "features-string-numbers", "signed-in", 200, 1),
    both_ask("refused", "features-null", "features-unknown", 502),
    both_ask("refused", "features-status-0", "features-unknown", 502),
    both_ask("refused", "features-html", "features-unknown", 502),
    both_ask("refused", "features-killed", "features-unknown", 502),
    both_ask("refused", "features-hung", "features-unknown", 502),
    both_ask("null-features", "features-null", "features-unknown", 502),
    both_ask("refused", "missing", "features-unknown", 502),
    uapi("missing", "uapi-missing", 500),
    uapi("not-executable", "uapi-missing", 500),
    *(uapi(how, "uapi-timeout", 504) for how in ("hung", "deaf", "hung-with-child")),
    Case("uapi is slower than it may be", "uapi-timeout", 504, switches=(("uapi", "slow", 30),), created=None),
    uapi("status-0", "uapi-refused", 502),
    uapi("hostile-errors", "uapi-refused", 502),
    uapi("locale-error", "uapi-refused", 502),
    uapi("killed", "uapi-unreadable", 502),
    *(uapi(how, "uapi-unreadable", 502, None) for how in ("html", "plain-text", "empty", "json-number", "deep-json")),
    *(uapi(how, "uapi-unreadable", 502, None) for how in ("killed-after-output", "huge", "endless", "truncated")),
    *(uapi(how, "uapi-unreadable", 502, None) for how in ("not-utf8", "null-data", "data-not-object")),
    *(
        uapi(how, "bad-answer", 502, None)
        for how in ("bad-token", "empty-session", "control-in-session", "long-session")
    ),
    *(uapi(how, "bad-answer", 502, None) for how in ("bad-hostname", "hostile-hostname")),
    *(uapi(how, "signed-in", 200, 1) for how in ("noisy", "exit-1", "leaves-child", "junk-fields", "string-numbers")),
    uapi("markup-in-session", "signed-in", 200, 1),
    Case("the account may start no more processes", "internal-error", 500, switches=(("cpsrvd", "no-processes"),)),
]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def chosen(name: str, body: str, outcome: str, status: int, who: str = "mona", **more: Any) -> Case:
    """A mailbox that was chosen, by a form that is posted as browsers do it where nothing else is said."""
    headers = {**FORM, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
    created = int(outcome == "signed-in")
    return Case(f"POST: {name}", outcome, status, who, "POST", headers, created=created, body=body, **more)


def offered(name: str, who: str = "mona", **more: Any) -> Case:
    return Case(f"to choose from: {name}", "choose", 200, who, **more)


def listing(how: str) -> tuple[tuple[Any, ...], ...]:
    return (("list_pops", how),)


INFO = "mailbox=info%40mona.example.com"
#: With `mailbox: choose`.
CHOICES = [
    offered("three mailboxes"),
    offered("some that are suspended", "susan"),
    offered("international domains", "ines"),
    offered("ten thousand", "max"),
    *(offered(f"a list that is {how}", switches=listing(how)) for how in ("nonsense", "hostile", "foreign", "twice")),
    offered("the account itself in spite of skip_main", switches=listing("main-anyway")),
    *(offered(f"LiveAPI is {how}", switches=(("liveapi", how),)) for how in ("refused", "no-socket", "empty-result")),
    offered("ten thousand by command", "max", switches=(("liveapi", "refused"),)),
    signed_in("no mailbox beside the own one", "zeno"),
    signed_in("managing mailboxes is off", "paul"),
    *(signed_in(f"no list: {how}", "mona", switches=listing(how)) for how in ("role-off", "null", "object")),
    Case("to choose from: webmail is off", "feature-off", 403, who="dave"),
    Case("to choose from: a look ahead", "not-clicked", 200, who="mona", headers={"Sec-Purpose": "prefetch"}),
    Case("PUT", "method-not-allowed", 405, who="mona", method="PUT"),
    chosen("a mailbox", INFO, "signed-in", 200),
    chosen("the account's own", "mailbox=mona", "signed-in", 200),
    chosen("a mailbox that only gets no mail", "mailbox=quiet%40susan.example.com", "signed-in", 200, "susan"),
    chosen("a mailbox, LiveAPI silent", INFO, "signed-in", 200, switches=(("liveapi", "silent"),)),
    chosen("one of ten thousand", "mailbox=box09999%40max.example.com", "signed-in", 200, "max"),
    chosen("a mailbox of another account", "mailbox=info%40alice.example.com", "no-such-mailbox", 404),
    chosen("another account", "mailbox=alice", "no-such-mailbox", 404),
    chosen("root", "mailbox=root", "no-such-mailbox", 404),
    chosen("a path", "mailbox=..%2F..%2Fetc%2Fpasswd", "no-such-mailbox", 404),
    chosen("two @", "mailbox=info%40mona.example.com%40evil.example", "no-such-mailbox", 404),
    chosen("an option", "mailbox=--user%3Dalice", "no-such-mailbox", 404),
    chosen("one more argument", "mailbox=info%40mona.example.com+login%3Dalice", "no-such-mailbox", 404),
    chosen("a suspended mailbox", "mailbox=old%40susan.example.com", "mailbox-suspended", 403, "susan"),
    chosen("a mailbox that the panel lists by mistake", "mailbox=info%40somebody-else.example.com",
           "uapi-refused", 502, switches=listing("foreign")),
    chosen("a mailbox, managing is off", "mailbox=info%40paul.example.com", "feature-off", 403, "paul"),
    chosen("a mailbox, no list", INFO, "uapi-unreadable", 502, switches=listing("role-off")),
    chosen("a newline", "mailbox=info%0Aremote_address%3D1", "bad-form", 400),
    chosen("NUL", "mailbox=info%00%40mona.example.com", "bad-form", 400),
    chosen("one field more", f"{INFO}&session=x", "bad-form", 400),
    chosen("the field twice", f"{INFO}&{INFO}", "bad-form", 400),
    chosen("another field", "login=info", "bad-form", 400),
    chosen("a megabyte", "mailbox=" + "a" * 1_000_000, "bad-form", 400),
    chosen("multipart", INFO, "bad-form", 400, headers={"Content-Type": "multipart/form-data; boundary=x"}),
    chosen("another site's form", INFO, "foreign-form", 403, headers={"Sec-Fetch-Site": "cross-site"}),
    chosen("a sibling site's form", INFO, "foreign-form", 403, headers={"Sec-Fetch-Site": "same-site"}),
    chosen("a form in a frame", INFO, "not-clicked", 200, headers={"Sec-Fetch-Dest": "iframe"}),
    chosen("a team user's form", INFO, "team-user", 403, "tess@olivia.example.com"),
]  # fmt: skip
