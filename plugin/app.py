"""The whole story of a click.

What is only needed for the page is imported where it is used: before `uapi` runs it would keep the person waiting.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from types import ModuleType

from plugin import errors, liveapi, request, session, settings, uapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from collections.abc import Mapping
    from typing import Any

    from plugin.page import Links, Response
    from plugin.places import Places
    from plugin.templates import Templates

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
        theme: str,
        nonce: str,
        reference: str,
    ) -> None:
        self.environ = environ
        self.uid = uid
        self.account = account
        self.node_name = node_name
        self.places = places
        self.nonce = nonce
        self.reference = reference
        self.theme = theme
        self.settings, self.settings_problem = settings.load(places)
        self.locale: str | None = None
        self.record: dict[str, object] = {
            "user": environ.get("REMOTE_USER"),
            "addr": environ.get("REMOTE_ADDR"),
        }
        self._templates: Templates | None = None

    def links(self) -> Links:
        from plugin import page

        return page.Links(request.security_token(self.environ), self.theme)

    def templates(self) -> Templates:
        """Loaded once, as late as possible: Jinja costs more than all that comes before the session is asked for."""
        if self._templates is None:
            load_lightly(self.places)
            from plugin import templates

            accept_language = self.environ.get("HTTP_ACCEPT_LANGUAGE", "")
            self._templates = templates.load(self.places, self.locale, accept_language)
        return self._templates


def load_lightly(places: Places) -> None:
    """Spare a click what it does not use.

    Jinja's __init__ imports pickle, tempfile and OpenSSL, for a cache; and there is too little memory in play for
    looking at it again and again to be worth its time.
    """
    gc.disable()
    jinja2 = ModuleType("jinja2")
    jinja2.__path__ = [f"{places.release}/vendor/jinja2"]
    sys.modules.setdefault("jinja2", jinja2)


def respond(click: Click) -> Response:
    """From the environment to the response; whatever ends the story early has a page of its own."""
    try:
        asked = judge(click)
        answer = sign_in(click, asked)
        from plugin import destination, page

        to = destination.choose(asked, answer.hostname, click.settings, click.node_name)
    except errors.SigninError as error:
        return refuse(click, error)
    click.record.update(outcome="signed-in", target=to.authority)
    return page.signin(click.templates(), click.settings, click.links(), click.nonce, asked.user, to, answer)


def refuse(click: Click, error: errors.SigninError) -> Response:
    from plugin import page

    click.record.update(outcome=error.code, detail=error.detail)
    return page.failure(click.templates(), click.settings, click.links(), click.nonce, error, click.reference)


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
    if None in switches:
        answers = ask_by_command(click, problem or "LiveAPI does not know the features")
        switches = switches_of(answers)
    click.locale = locale_of(answers[len(FEATURES) :])
    for (_, _, feature), on in zip(FEATURES, switches):
        if on is None:
            raise errors.FeaturesUnknown(f"{problem}; has_feature {feature['name']} is neither 0 nor 1")
        if not on:
            raise errors.FeatureOff(f"feature {feature['name']} is off")
    return asked


def switches_of(answers: list[Any]) -> list[bool | None]:
    return [session.flag(answers[i]) if i < len(answers) else None for i in range(len(FEATURES))]


def locale_of(answers: list[Any]) -> str | None:
    locale = answers[0].get("locale") if answers and isinstance(answers[0], dict) else None
    return locale if isinstance(locale, str) else None


def ask_by_command(click: Click, problem: str) -> list[Any]:
    """What LiveAPI did not answer, asked by the documented command; the questions run side by side."""
    deadline = time.monotonic() + click.settings.timeout
    try:
        with contextlib.ExitStack() as running:
            calls = [running.enter_context(start(click, *question)) for question in FEATURES + LOCALE]
            answers = [session.result_data(call.finish(deadline)) for call in calls[: len(FEATURES)]]
            with contextlib.suppress(errors.SigninError):  # no sign-in fails, or waits long, for want of a language
                answers.append(session.result_data(calls[-1].finish(time.monotonic() + LANGUAGE_PATIENCE)))
            return answers
    except errors.SigninError as error:
        raise errors.FeaturesUnknown(f"{problem}; {error.code}: {error.detail}") from None


def sign_in(click: Click, asked: request.Request) -> session.WebmailSession:
    arguments = {"remote_address": asked.address}
    if click.settings.locale:
        arguments["locale"] = click.settings.locale
    started = time.monotonic()
    with start(click, "Session", "create_webmail_session_for_self", arguments) as call:
        click.templates()  # while uapi runs
        try:
            return session.parse(call.finish(started + click.settings.timeout))
        finally:
            click.record["uapi_ms"] = round((time.monotonic() - started) * 1000)


def start(click: Click, module: str, function: str, arguments: Mapping[str, str]) -> uapi.Process:
    assert click.account is not None  # request.read has compared its name
    program = click.places.below_root(click.settings.uapi)
    return uapi.Process(uapi.command(program, module, function, arguments), uapi.environment(click.account))
