"""The story of a click, from the environment to the response (design §4)."""

from __future__ import annotations

import time

from plugin.click import answer, errors, liveapi, request, shortcuts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from plugin.click.answer import WebmailSession
    from plugin.click.page import Pages, Response
    from plugin.click.settings import Settings
    from plugin.click.uapi import Process

    #: Module, function and arguments of UAPI's.
    Question = tuple[str, str, dict[str, str]]
    #: Starts a function of UAPI's as a command: module, function, arguments. Raises UapiMissing.
    Run = Callable[[str, str, Mapping[str, str]], Process]
    #: What becomes known of a click: what its log line says, and `locale`, the account's language.
    Record = dict[str, Any]

FEATURES: list[Question] = [("Features", "has_feature", {"name": name}) for name in ("webmail_signin", "webmail")]
LOCALE: Question = ("Locale", "get_attributes", {})


class Click:
    """What one click starts from; nothing is added to it on the way.

    ``account`` is the passwd entry of ``uid``, None if there is none; ``node_name`` is the machine's own name;
    ``release`` is the folder that holds what root has made ready; ``nonce`` and ``reference`` are random.
    """

    __slots__ = ("account", "environ", "node_name", "nonce", "reference", "release", "settings", "theme", "uid")

    def __init__(
        self,
        environ: Mapping[str, str],
        uid: int,
        account: pwd.struct_passwd | None,
        node_name: str,
        release: str,
        settings: Settings,
        theme: str,
        nonce: str,
        reference: str,
    ) -> None:
        self.environ = environ
        self.uid = uid
        self.account = account
        self.node_name = node_name
        self.release = release
        self.settings = settings
        self.theme = theme
        self.nonce = nonce
        self.reference = reference


def respond(click: Click, run: Run, record: Record) -> Response:
    """From the environment to the response; whatever ends the story early has a page of its own."""
    try:
        asked = permitted(click, run, record)
        pages, session = create_session(click, asked, run, record)
        from plugin.click import destination  # loaded with the page, while uapi ran

        to = destination.choose(asked, session.hostname, click.settings, click.node_name)
        record.update(outcome="signed-in", target=to.authority)
        return pages.signin(asked.user, to, session)
    except errors.SigninError as error:
        return fail(click, error, record)


def fail(click: Click, error: errors.SigninError, record: Record) -> Response:
    record["outcome"] = error.code
    if error.status != 200:
        record["detail"] = error.detail
    return pages_of(click, record).failure(error)


def permitted(click: Click, run: Run, record: Record) -> request.Request:
    """The request of a person who may be signed in; nothing is created before that is known."""
    try:
        asked = request.read(click.environ, click.uid, click.account.pw_name if click.account else None)
    except errors.SigninError:
        # Connected all the same: the panel complains below the page otherwise, and it knows the person's language.
        answers, _ = ask_panel(click, [LOCALE], record)
        record["locale"] = locale_of(answers[0])
        raise
    (*switches, language), problem = ask_panel(click, [*FEATURES, LOCALE], record)
    record["locale"] = locale_of(language)
    on = list(map(answer.flag, switches))
    if None in on and False not in on:
        from plugin.click import fallback

        (*switches, language), failure = fallback.ask(run, [*FEATURES, LOCALE], click.settings.timeout)
        problem = f"{problem or 'LiveAPI does not know'}; {failure or 'nor does uapi'}"
        on = [by_command if known is None else known for known, by_command in zip(on, map(answer.flag, switches))]
        record["locale"] = record["locale"] or locale_of(language)
    if False in on:
        raise errors.FeatureOff(f"feature {FEATURES[on.index(False)][2]['name']} is off")
    if None in on:
        raise errors.FeaturesUnknown(problem)
    return asked


def ask_panel(click: Click, questions: Sequence[Question], record: Record) -> tuple[list[Any], str]:
    started = time.monotonic()
    try:
        return liveapi.ask(click.environ, questions)
    finally:
        record["live_ms"] = round((time.monotonic() - started) * 1000)


def locale_of(data: Any) -> str | None:
    locale = data.get("locale") if isinstance(data, dict) else None
    return locale if isinstance(locale, str) else None


def create_session(click: Click, asked: request.Request, run: Run, record: Record) -> tuple[Pages, WebmailSession]:
    """The session, and the pages, which load while it is made."""
    arguments = {"remote_address": asked.address}
    if click.settings.locale:
        try:
            return call(click, {**arguments, "locale": click.settings.locale}, run, record)
        except errors.UapiRefused as error:  # a server that does not have the language refuses every sign-in
            record["detail"] = f"refused with locale {click.settings.locale}, asked again without: {error.detail}"
    return call(click, arguments, run, record)


def call(click: Click, arguments: Mapping[str, str], run: Run, record: Record) -> tuple[Pages, WebmailSession]:
    started = time.monotonic()
    with run("Session", "create_webmail_session_for_self", arguments) as running:
        pages = pages_of(click, record)
        pages.rehearse()
        try:
            output = running.finish(started + click.settings.timeout)
        finally:
            record["uapi_ms"] = record.get("uapi_ms", 0) + round((time.monotonic() - started) * 1000)
    return pages, answer.webmail_session(output)


def pages_of(click: Click, record: Record) -> Pages:
    """The pages in the person's language. What draws them loads here: before `uapi` ran, it would be waited for."""
    shortcuts.light_jinja2()
    from plugin.click import page, templates

    drawn = templates.load(click.release, record.get("locale"), click.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    links = page.Links(request.security_token(click.environ), click.theme)
    return page.Pages(drawn.render, click.settings, links, click.nonce, click.reference)
