"""`check --account NAME`: one whole click on this server, from a login that root makes to Webmail's page (design §6).

Each step is a finding with its time; the first that fails is the last. Both sessions are logged out in the end,
whatever happened. Nothing that signs in stands in an argument, a finding, an error or a file.
"""

from __future__ import annotations

from plugin.admin import local, signals, verdict
from plugin.admin import login as logins
from plugin.admin.browser import Answer, Unreachable, origin
from plugin.admin.findings import ADVICE, INSTALLED, Finding
from plugin.admin.server import ID
from plugin.admin.visit import RESTART, Ends, Session, Visit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.admin.login import Login
    from plugin.admin.server import Server
    from plugin.admin.verdict import Form


def prove(server: Server, name: str, theme: str) -> Iterator[Finding]:
    """The findings, one after the other. Raises Interrupted, once all is logged out."""
    click = Click(server, name, theme)
    try:
        try:
            yield from click.story()
        except Ends as end:
            yield end.finding
        signals.ask()
    finally:
        parting = click.log_out()
    yield from parting


class Click(Visit):
    def __init__(self, server: Server, name: str, theme: str) -> None:
        super().__init__(server)
        self.name = name
        self.folder = f"/frontend/{theme}"
        self.log = verdict.log(server)

    def story(self) -> Iterator[Finding]:
        login = self.make()
        yield self.went("session", f"a login to cPanel was made for {self.name}")
        self.enter(login)
        yield self.went("login", f"cPanel took it at {login.host}:{login.port}")
        icon = self.icon(login)
        form = self.page(login)  # if it does not come, it knows better than the icon why
        yield icon
        yield self.went("click", "the page came, and signs in")
        place = f"{form.host}:{form.port}"
        if form.host != login.host and not local.ours(form.host):
            text = f"people are sent to {place}, another server: what it does cannot be proven from here"
            yield self.went("destination", text, ADVICE, ok=False, look=f"curl -sI https://{place}/")
        else:
            yield self.went("destination", f"people are sent to {place}")
            yield from self.in_webmail(form, login)
        yield Finding(True, ADVICE, "account-limits", verdict.UNSEEN)

    def in_webmail(self, form: Form, login: Login) -> Iterator[Finding]:
        yield self.certificate(form)
        answer = self.sign_in(form, login)
        yield self.went("webmail", "Webmail took the session")
        yield self.landing(answer, form)

    def make(self) -> Login:
        try:
            login = logins.make(self.server, self.name)
        except logins.NotMade as why:
            text = f"no login to cPanel could be made for {self.name}: {why}"
            raise self.fails("session", text, remedy=why.remedy, look=why.look) from None
        self.secrets += login.secrets
        return login

    def enter(self, login: Login) -> None:
        answer = self.ask("login", login.host, login.port, login.path, None, "", logs_in=True)
        if not self.took(Session("cPanel", login.host, login.port, login.token), answer):
            text = f"cPanel refused the login that root had made: {verdict.said(answer, self.secrets)}"
            raise self.fails("login", text, look=self.log)

    def panel(self, step: str, login: Login, path: str, form: dict[str, str] | None = None) -> Answer:
        """A page of cPanel's, as somebody who is logged in sees it."""
        come_from = origin(login.host, login.port)
        answer = self.ask(step, login.host, login.port, login.token + self.folder + path, form, come_from)
        if answer.asks_for_a_login:
            text = f"cPanel logged {self.name} out again: {verdict.said(answer, self.secrets)}"
            raise self.fails(step, text, look=self.log)
        return answer

    def icon(self, login: Login) -> Finding:
        tools = self.panel("icon", login, "/index.html")
        if f"{ID}/index.live.cgi" in tools.source:
            return self.went("icon", f"the icon is on the tools page of {self.name}")
        text = f"{self.name} does not see the icon on {verdict.said(tools, self.secrets)}"
        return self.went("icon", text, ADVICE, ok=False, look=verdict.features(self.server, self.name))

    def page(self, login: Login) -> Form:
        path = f"/{ID}/index.live.cgi"
        answer = self.panel("click", login, path)
        if verdict.outcome(answer) == "choose":  # the first of the mailboxes is the account's own
            answer = self.panel("click", login, path, verdict.choice(answer))
        problem = verdict.what_is_wrong(answer, self.secrets)
        if problem:
            raise self.fails("click", problem, look=verdict.look(self.server, self.name, verdict.outcome(answer)))
        form = verdict.form(answer)
        if form is None:
            text = "the page has not the form that signs in; is an own template in the way?"
            raise self.fails("click", text, INSTALLED)
        self.secrets += [form.fields["session"], form.token]
        return form

    def certificate(self, form: Form) -> Finding:
        try:
            problem = self.browser.misfit(form.host, form.port, local.authorities(self.server))
        except Unreachable as why:
            raise self.fails("webmail", str(why), remedy=RESTART) from None
        if not problem:
            return self.went("certificate", f"browsers trust the certificate of {form.host}:{form.port}")
        text = f"browsers do not trust the certificate of {form.host}:{form.port}: {problem}"
        return self.went("certificate", text, ADVICE, ok=False, remedy="/usr/local/cpanel/bin/checkallsslcerts")

    def sign_in(self, form: Form, login: Login) -> Answer:
        come_from = origin(login.host, login.port)
        answer = self.ask("webmail", form.host, form.port, form.path, form.fields, come_from, logs_in=True)
        if not self.took(Session("Webmail", form.host, form.port, form.token), answer):
            raise self.fails("webmail", verdict.refused(answer, self.secrets), look=self.log)
        return answer

    def landing(self, answer: Answer, form: Form) -> Finding:
        """Where people are, one redirect later."""
        webmail = origin(form.host, form.port)
        path = verdict.below(answer.headers.get("Location", ""), webmail, form.token)
        if path is None:
            raise self.fails("landing", f"Webmail leads on to another place: {verdict.said(answer, self.secrets)}")
        answer = self.ask("landing", form.host, form.port, path, None, webmail)
        if answer.status >= 400 or answer.asks_for_a_login:
            raise self.fails("landing", f"Webmail showed {verdict.said(answer, self.secrets)}", look=self.log)
        where = path[len(form.token) :].partition("?")[0]
        wanted = form.fields.get("goto_uri")
        if verdict.tells(f"{where} {wanted}", self.secrets):
            where = "a place that is not quoted"
        elif wanted and not path[len(form.token) :].startswith(wanted):
            text = f"Webmail ignores the setting open: {wanted}; people land in {where}"
            return self.went("landing", text, ADVICE, ok=False)
        return self.went("landing", f"people land in {where}, {verdict.said(answer, self.secrets)}")
