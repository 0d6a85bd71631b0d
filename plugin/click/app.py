"""The story of a click, from the environment to the response (design §4)."""

from __future__ import annotations

import time

from plugin.click import answer, errors, liveapi, request, shortcuts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from plugin.click.answer import WebmailSession
    from plugin.click.mailboxes import Mailbox
    from plugin.click.page import Pages, Response
    from plugin.click.request import Click
    from plugin.click.uapi import Process

    #: Module, function and arguments of UAPI's.
    Question = tuple[str, str, dict[str, str]]
    #: Starts a function of UAPI's as a command: module, function, arguments. Raises UapiMissing.
    Run = Callable[[str, str, Mapping[str, str]], Process]
    #: What becomes known of a click: what its log line says, and `locale`, the account's language.
    Record = dict[str, Any]

FEATURES: list[Question] = [("Features", "has_feature", {"name": name}) for name in ("webmail_signin", "webmail")]
LOCALE: Question = ("Locale", "get_attributes", {})


def respond(click: Click, run: Run, record: Record) -> Response:
    """From the environment to the response; whatever ends the story early has a page of its own."""
    try:
        asked, chosen = permitted(click, run, record)
        if isinstance(chosen, list):
            record["outcome"] = "choose"
            from plugin.click import mailboxes

            return mailboxes.choose(pages_of(click, record), asked.user, chosen)
        pages, session = create_session(click, asked, chosen, run, record)
        from plugin.click import destination  # loaded with the page, while uapi ran

        to = destination.choose(asked, session.hostname, click.settings, click.node_name)
        record.update(outcome="signed-in", target=to.authority)
        return pages.signin(chosen.shown if chosen else asked.user, to, session, asked.mailbox is not None)
    except errors.SigninError as error:
        return fail(click, error, record)


def fail(click: Click, error: errors.SigninError, record: Record) -> Response:
    record["outcome"] = error.code
    if error.status != 200:
        record["detail"] = error.detail
    return pages_of(click, record).failure(error)


def permitted(click: Click, run: Run, record: Record) -> tuple[request.Request, Mailbox | list[Mailbox] | None]:
    """The request of a person who may be signed in, and to which mailbox; nothing is created before that is known."""
    choosing = click.settings.mailbox == "choose"
    try:
        asked = request.read(click.environ, click.uid, click.account, choosing)
        if choosing and click.environ["REQUEST_METHOD"] == "POST":
            from plugin.click import form

            record["mailbox"] = asked.mailbox = form.mailbox(click.environ)
    except errors.SigninError:
        # Connected all the same: the panel complains below the page otherwise, and it knows the person's language.
        answers, _ = ask_panel(click, [LOCALE], record)
        record["locale"] = answer.locale_of(answers[0])
        raise
    questions = [*FEATURES, LOCALE]
    if choosing:
        from plugin.click import mailboxes

        questions += mailboxes.QUESTIONS
    answers, problem = ask_panel(click, questions, record)
    unknown = [number for number, data in enumerate(answers) if not is_known(questions[number], data)]
    if any(questions[number] != LOCALE for number in unknown) and False not in map(answer.flag, answers[:2]):
        from plugin.click import fallback

        by_command, failure = fallback.ask(run, [questions[number] for number in unknown], click.settings.timeout)
        problem = f"{problem or 'LiveAPI does not know'}; {failure or 'nor does uapi'}"
        for number, data in zip(unknown, by_command):
            answers[number] = data
    record["locale"] = answer.locale_of(answers[2])
    on = [answer.flag(data) for data in answers[:2]]
    if False in on:
        raise errors.FeatureOff(f"feature {FEATURES[on.index(False)][2]['name']} is off")
    if None in on:
        raise errors.FeaturesUnknown(problem)
    if not choosing:
        return asked, None
    if asked.mailbox is None and not isinstance(answers[4], list):
        record["detail"] = f"no list of mailboxes: {problem}"  # so the account's own is opened
    return asked, mailboxes.decided(asked, answer.flag(answers[3]), answers[4], problem)


def is_known(question: Question, data: Any) -> bool:
    """Whether the panel has said what was asked."""
    if question == LOCALE:
        return answer.locale_of(data) is not None
    return isinstance(data, list) if question[0] == "Email" else answer.flag(data) is not None


def ask_panel(click: Click, questions: Sequence[Question], record: Record) -> tuple[list[Any], str]:
    started = time.monotonic()
    try:
        return liveapi.ask(click.environ, questions)
    finally:
        record["live_ms"] = round((time.monotonic() - started) * 1000)


def create_session(
    click: Click, asked: request.Request, chosen: Mailbox | None, run: Run, record: Record
) -> tuple[Pages, WebmailSession]:
    """The session for the mailbox that was chosen or for the account's own, and the pages, which load meanwhile."""
    name, arguments = "create_webmail_session_for_self", {"remote_address": asked.address}
    if chosen:
        login, _, domain = chosen.address.partition("@")
        name, arguments = "create_webmail_session_for_mail_user", {"login": login, "domain": domain, **arguments}
    if click.settings.locale:
        try:
            return call(click, name, {**arguments, "locale": click.settings.locale}, run, record)
        except errors.UapiRefused as error:  # a server that does not have the language refuses every sign-in
            record["detail"] = f"refused with locale {click.settings.locale}, asked again without: {error.detail}"
    return call(click, name, arguments, run, record)


def call(
    click: Click, name: str, arguments: Mapping[str, str], run: Run, record: Record
) -> tuple[Pages, WebmailSession]:
    started = time.monotonic()
    with run("Session", name, arguments) as running:
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
