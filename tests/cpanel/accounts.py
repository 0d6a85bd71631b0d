"""The accounts of the stand-in, and how this process comes to have them as real users of the system."""

from __future__ import annotations

import ctypes
import grp
import os
import pwd
import re
import tempfile
from dataclasses import dataclass, field, replace

#: The password of every login of the stand-in.
PASSWORD = "open-sesame"

CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 0x20000, 0x1000, 0x4000, 0x40000, 2
FIRST_LOAD_UID = 6001


@dataclass(frozen=True)
class TeamUser:
    """Somebody whom an account's owner lets into cPanel; runs under the owner's uid (cpanel-facts.md §5)."""

    name: str
    roles: str
    remote_user_is_owner: bool  # both are said to happen: REMOTE_USER is the owner, or name@domain


@dataclass(frozen=True)
class Mailbox:
    """An address `LOGIN@DOMAIN` of an account; without a domain of its own it is of the account's."""

    login: str
    domain: str = ""
    suspended_login: bool = False
    suspended_incoming: bool = False


@dataclass(frozen=True)
class Account:
    """A cPanel account: `name` is its user of the system, `uid` that user's number (and its group's)."""

    name: str
    uid: int
    what: str
    locale: str = "en"
    features_off: tuple[str, ...] = ()
    mail_node: str | None = None
    demo: bool = False
    team: tuple[TeamUser, ...] = ()
    mailboxes: tuple[Mailbox, ...] = (Mailbox("info"),)

    @property
    def domain(self) -> str:
        """The account's domain."""
        return f"{self.name}.example.com"

    def address(self, mailbox: Mailbox) -> str:
        """The whole address of one of its mailboxes."""
        return f"{mailbox.login}@{mailbox.domain or self.domain}"


@dataclass(frozen=True)
class Login:
    """What somebody types on a login page, and whom the panel then takes them for."""

    user: str
    account: Account
    service: str  # "cpanel" or "webmail"
    remote_user: str
    team: TeamUser | None = field(default=None)


#: As long as an address may be (RFC 5321 §4.5.3.1.3, without its brackets): 254 characters.
LONGEST = Mailbox("l" * 64, ".".join(("d" * 63, "o" * 63, "m" * 49, "example.com")))
#: bücher, مثال.إختبار and 例え.テスト, as the API has them.
INTERNATIONAL = ("xn--bcher-kva.example.com", "xn--mgbh0fb.xn--kgbechtv", "xn--r8jz45g.xn--zckzah")
MANY = 10_000

ACCOUNTS: dict[str, Account] = {
    account.name: account
    for account in (
        Account("alice", 5001, "plain"),
        Account("bob", 5002, "plain, the second one"),
        Account("carol", 5003, "the plugin's feature is off", features_off=("webmail_signin",)),
        Account("dave", 5004, "webmail is off", features_off=("webmail",)),
        Account(
            "olivia",
            5005,
            "owner of a team: tess has the e-mail role, tom has not",
            team=(TeamUser("tess", "email", True), TeamUser("tom", "web", False)),
        ),
        Account("nora", 5006, "her mail is on a linked node", mail_node="mailnode.example.com"),
        Account("maria", 5007, "Spanish", locale="es"),
        Account("amira", 5008, "Arabic", locale="ar"),
        Account("demi", 5009, "a demo account", demo=True),
        Account("zeno", 5010, "no mailbox but his own", mailboxes=()),
        Account("mona", 5011, "three mailboxes", mailboxes=(Mailbox("info"), Mailbox("sales"), Mailbox("billing"))),
        Account(
            "susan",
            5012,
            "suspended mailboxes beside info@",
            mailboxes=(
                Mailbox("info"),
                Mailbox("old", suspended_login=True, suspended_incoming=True),
                Mailbox("gone", suspended_login=True),
                Mailbox("quiet", suspended_incoming=True),
            ),
        ),
        Account("max", 5013, "ten thousand mailboxes", mailboxes=tuple(Mailbox(f"box{n:05}") for n in range(MANY))),
        Account(
            "ines",
            5014,
            "mailboxes of international domains, and one of 254 characters",
            mailboxes=(*(Mailbox("info", domain) for domain in INTERNATIONAL), LONGEST),
        ),
        Account("paul", 5015, "managing mailboxes is off", features_off=("popaccts",)),
    )
}


def logins(account: Account) -> list[Login]:
    """The logins of an account: itself, its team users, and the first of its mailboxes, which only webmail knows."""
    found = [Login(account.name, account, "cpanel", account.name)]
    for user in account.team:
        address = f"{user.name}@{account.domain}"
        remote_user = account.name if user.remote_user_is_owner else address
        found.append(Login(address, account, "cpanel", remote_user, user))
    first = [account.address(mailbox) for mailbox in account.mailboxes[:1]]
    return [*found, *(mailbox_login(account, address) for address in first)]


def mailbox_login(account: Account, address: str) -> Login:
    """Somebody who signs in to a single mailbox."""
    return Login(address, account, "webmail", address)


def has_user(account: Account) -> bool:
    """Whether the account is a user of the system, as this process sees it."""
    try:
        return pwd.getpwnam(account.name).pw_uid == account.uid
    except KeyError:
        return False


def visible() -> dict[str, Account]:
    """The accounts of the table and those for load (`load000` …) that `private_accounts` has made."""
    found = {name: account for name, account in ACCOUNTS.items() if has_user(account)}
    for entry in pwd.getpwall():
        if re.fullmatch(r"load\d+", entry.pw_name) and entry.pw_uid >= FIRST_LOAD_UID:
            found[entry.pw_name] = Account(entry.pw_name, entry.pw_uid, "for load")
    return found


def myself(kind: str) -> Account:
    """The one account where there can be no other: of that kind, but with this process's user (`nobody` for root)."""
    entry = pwd.getpwuid(os.geteuid()) if os.geteuid() else pwd.getpwnam("nobody")
    return replace(ACCOUNTS[kind], name=entry.pw_name, uid=entry.pw_uid)


def private_accounts(load: int = 0) -> bool:
    """Give this process, and all that it starts from now on, a passwd and a group file with the accounts in them.

    It happens in a mount namespace of its own, so nothing else on the machine sees it, and nothing is left when
    the process ends. Call it before any thread is started. False where it cannot be done (not root, or no namespaces).
    """
    if os.geteuid() != 0:
        return False
    more = [Account(f"load{number:03}", FIRST_LOAD_UID + number, "for load") for number in range(load)]
    accounts = [*ACCOUNTS.values(), *more]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return False
    taken = {word for account in accounts for word in (account.name, str(account.uid))}
    again = has_user(accounts[0])
    for path, form in (("/etc/passwd", "{0}:x:{1}:{1}::/home/{0}:/bin/sh\n"), ("/etc/group", "{0}:x:{1}:\n")):
        if again:  # the earlier call's file is gone from its folder, and nothing can be mounted over such a one
            libc.umount2(path.encode(), MNT_DETACH)
        with open(path, encoding="utf-8") as file:
            kept = [line for line in file if taken.isdisjoint(line.split(":")[:3:2])]
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as extended:
            extended.writelines(kept)
            extended.writelines(form.format(account.name, account.uid) for account in accounts)
            extended.flush()
            os.chmod(extended.name, 0o644)
            if libc.mount(extended.name.encode(), path.encode(), None, MS_BIND, None):
                return False
    return all(has_user(account) and grp.getgrgid(account.uid) for account in accounts)
