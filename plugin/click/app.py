"""A click, from the environment to the session: who may have one, and the command that makes it.

What is only needed for the page is in `reply`, which loads while `uapi` runs; before, it would keep the person waiting.
"""

from __future__ import annotations

import contextlib
import time

from plugin.click import answer as result
from plugin.click import errors, liveapi, request, uapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping
    from typing import Any

    from plugin.click.page import Response
    from plugin.click.places import Places
    from plugin.click.reply import Reply
    from plugin.click.settings import Settings

FEATURES = [("Features", "has_feature", {"name": name}) for name in ("webmail_signin", "webmail")]
LANGUAGE_PATIENCE = 1.0  # seconds to wait for the language alone
LOCALE: list[tuple[str, str, dict[str, str]]] = [("Locale", "get_attributes", {})]


class Click:
    """What one click starts from, and what it learns on its way.

    ``account`` is the passwd entry of ``uid``, None if there is none; ``node_name`` is the machine's own name;
    ``nonce`` and ``reference`` are random. ``record`` is what the log line says.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        uid: int,
        account: pwd.struct_passwd | None,
        node_name: str,
        places: Places,
        settings: Settings,
        theme: str,
        nonce: str,
        reference: str,
    ) -> None:
        self.environ = environ
        self.uid = uid
        self.account = account
        self.node_name = node_name
        self.places = places
        self.settings = settings
        self.theme = theme
        self.nonce = nonce
        self.reference = reference
        self.locale: str | None = None
        self.record: dict[str, object] = {"user": environ.get("REMOTE_USER"), "addr": environ.get("REMOTE_ADDR")}
        self._reply: Reply | None = None

    def reply(self) -> Reply:
        if self._reply is None:
            from plugin.click import reply

            self._reply = reply.Reply(self)
        return self._reply


def respond(click: Click) -> Response:
    """From the environment to the response; whatever ends the story early has a page of its own."""
    try:
        asked = judge(click)
        output = create_session(click, asked)
        return click.reply().to_answer(asked, output)
    except errors.SigninError as error:
        return click.reply().to_error(error)


def judge(click: Click) -> request.Request:
    """The request of a person who may be signed in; nothing is created before that is known."""
    try:
        asked = request.read(click.environ, click.uid, click.account.pw_name if click.account else None)
    except errors.SigninError:
        # Connected all the same: the panel complains below the page otherwise, and it knows the person's language.
        answers, _ = liveapi.ask(click.environ, LOCALE)
        click.locale = locale_of(answers)
        raise
    answers, problem = liveapi.ask(click.environ, FEATURES + LOCALE)
    switches = switches_of(answers)
    click.locale = locale_of(answers[len(FEATURES) :])
    if None in switches and False not in switches:
        answers, failure = ask_by_command(click)
        problem = f"{problem or 'LiveAPI does not know'}; {failure or 'nor does uapi'}"
        switches = [by_command if on is None else on for on, by_command in zip(switches, switches_of(answers))]
        click.locale = click.locale or locale_of(answers[len(FEATURES) :])
    for on, (_, _, feature) in zip(switches, FEATURES):
        if on is False:
            raise errors.FeatureOff(f"feature {feature['name']} is off")
    if None in switches:
        raise errors.FeaturesUnknown(problem)
    return asked


def switches_of(answers: list[Any]) -> list[bool | None]:
    return [result.flag(answers[i]) if i < len(answers) else None for i in range(len(FEATURES))]


def locale_of(answers: list[Any]) -> str | None:
    locale = answers[0].get("locale") if answers and isinstance(answers[0], dict) else None
    return locale if isinstance(locale, str) else None


def ask_by_command(click: Click) -> tuple[list[Any], str]:
    """What LiveAPI did not answer, asked by the documented command side by side: the `data` of each answer, None where
    there is none, and what went wrong."""
    deadline = time.monotonic() + click.settings.timeout
    answers: list[Any] = []
    problem = ""
    with contextlib.ExitStack() as running:
        try:
            calls = [running.enter_context(start(click, *question)) for question in FEATURES + LOCALE]
        except errors.UapiMissing as error:
            return answers, f"{error.code}: {error.detail}"
        for call in calls:
            if call is calls[-1]:  # no sign-in waits long for want of a language
                deadline = time.monotonic() + LANGUAGE_PATIENCE
            try:
                answers.append(result.data(call.finish(deadline)))
            except errors.SigninError as error:
                answers.append(None)
                problem = problem or f"{error.code}: {error.detail}"
    return answers, problem


def create_session(click: Click, asked: request.Request) -> bytes:
    """What the call prints."""
    arguments = {"remote_address": asked.address}
    if click.settings.locale:
        arguments["locale"] = click.settings.locale
    started = time.monotonic()
    with start(click, "Session", "create_webmail_session_for_self", arguments) as call:
        click.reply().rehearse()  # while uapi runs
        try:
            return call.finish(started + click.settings.timeout)
        finally:
            click.record["uapi_ms"] = round((time.monotonic() - started) * 1000)


def start(click: Click, module: str, function: str, arguments: Mapping[str, str]) -> uapi.Process:
    assert click.account is not None  # request.read has compared its name
    program = click.places.below_root(click.settings.uapi)
    return uapi.Process(uapi.command(program, module, function, arguments), uapi.environment(click.account))
