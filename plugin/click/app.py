"""The story of a click, from the environment to the response (design §4)."""

from __future__ import annotations

import contextlib
import time

from plugin.click import answer, errors, liveapi, request, shortcuts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Callable, Mapping
    from typing import Any

    from plugin.click.page import Pages, Response
    from plugin.click.settings import Settings
    from plugin.click.uapi import Process

    #: Starts a function of UAPI's as a command: module, function, arguments. Raises UapiMissing.
    Run = Callable[[str, str, Mapping[str, str]], Process]
    #: What becomes known of a click: what its log line says, and `locale`, the account's language.
    Record = dict[str, Any]

FEATURES = [("Features", "has_feature", {"name": name}) for name in ("webmail_signin", "webmail")]
LOCALE: list[tuple[str, str, dict[str, str]]] = [("Locale", "get_attributes", {})]
LANGUAGE_PATIENCE = 1.0  # seconds to wait for the language alone


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
        pages, output = create_session(click, asked, run, record)
        from plugin.click import destination  # loaded with the page, while uapi ran

        session = answer.webmail_session(output)
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
        answers, _ = liveapi.ask(click.environ, LOCALE)
        record["locale"] = locale_of(answers)
        raise
    answers, problem = liveapi.ask(click.environ, FEATURES + LOCALE)
    switches = switches_of(answers)
    record["locale"] = locale_of(answers[len(FEATURES) :])
    if None in switches and False not in switches:
        answers, failure = ask_by_command(click, run)
        problem = f"{problem or 'LiveAPI does not know'}; {failure or 'nor does uapi'}"
        switches = [by_command if on is None else on for on, by_command in zip(switches, switches_of(answers))]
        record["locale"] = record["locale"] or locale_of(answers[len(FEATURES) :])
    for on, (_, _, feature) in zip(switches, FEATURES):
        if on is False:
            raise errors.FeatureOff(f"feature {feature['name']} is off")
    if None in switches:
        raise errors.FeaturesUnknown(problem)
    return asked


def switches_of(answers: list[Any]) -> list[bool | None]:
    return [answer.flag(answers[i]) if i < len(answers) else None for i in range(len(FEATURES))]


def locale_of(answers: list[Any]) -> str | None:
    locale = answers[0].get("locale") if answers and isinstance(answers[0], dict) else None
    return locale if isinstance(locale, str) else None


def ask_by_command(click: Click, run: Run) -> tuple[list[Any], str]:
    """What LiveAPI did not answer, asked by the documented command side by side: the `data` of each answer, None where
    there is none, and what went wrong."""
    deadline = time.monotonic() + click.settings.timeout
    answers: list[Any] = []
    problem = ""
    with contextlib.ExitStack() as running:
        try:
            calls = [running.enter_context(run(*question)) for question in FEATURES + LOCALE]
        except errors.UapiMissing as error:
            return answers, f"{error.code}: {error.detail}"
        for call in calls:
            if call is calls[-1]:  # no sign-in waits long for want of a language
                deadline = time.monotonic() + LANGUAGE_PATIENCE
            try:
                answers.append(answer.data(call.finish(deadline)))
            except errors.SigninError as error:
                answers.append(None)
                problem = problem or f"{error.code}: {error.detail}"
    return answers, problem


def create_session(click: Click, asked: request.Request, run: Run, record: Record) -> tuple[Pages, bytes]:
    """What the call prints, and the pages, which load while it runs."""
    arguments = {"remote_address": asked.address}
    if click.settings.locale:
        arguments["locale"] = click.settings.locale
    started = time.monotonic()
    with run("Session", "create_webmail_session_for_self", arguments) as call:
        pages = pages_of(click, record)
        pages.rehearse()
        try:
            return pages, call.finish(started + click.settings.timeout)
        finally:
            record["uapi_ms"] = round((time.monotonic() - started) * 1000)


def pages_of(click: Click, record: Record) -> Pages:
    """The pages in the person's language. What draws them loads here: before `uapi` ran, it would be waited for."""
    shortcuts.light_jinja2()
    from plugin.click import page, templates

    drawn = templates.load(click.release, record.get("locale"), click.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    links = page.Links(request.security_token(click.environ), click.theme)
    return page.Pages(drawn.render, click.settings, links, click.nonce, click.reference)
