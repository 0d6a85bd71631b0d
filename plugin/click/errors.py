"""Every way in which a click can end without a session."""

from __future__ import annotations


class SigninError(Exception):
    """A click that ends without a session.

    ``code`` and ``status`` are a row of the outcome table. ``detail`` is one line for the log, ``reasons`` are the
    panel's own messages for the person; neither may ever hold a session or a token.
    """

    code = "internal-error"
    status = 500
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self, detail: str = "", reasons: tuple[str, ...] = (), link: str = "") -> None:
        """`link` is the https origin where a fresh try leads, if it is not the page's own."""
        super().__init__(detail)
        self.detail = detail
        self.reasons = reasons
        self.link = link


class InternalError(SigninError):
    pass


class MethodNotAllowed(SigninError):
    code = "method-not-allowed"
    status = 405
    headers = (("Allow", "GET, HEAD"),)

    def __init__(self, detail: str = "", reasons: tuple[str, ...] = (), may_post: bool = False) -> None:
        super().__init__(detail, reasons)
        if may_post:
            self.headers = (("Allow", "GET, HEAD, POST"),)


class ForeignForm(SigninError):
    """The choice of a mailbox, posted by another page than ours."""

    code = "foreign-form"
    status = 403


class BadForm(SigninError):
    code = "bad-form"
    status = 400


class NoSuchMailbox(SigninError):
    code = "no-such-mailbox"
    status = 404


class MailboxSuspended(SigninError):
    code = "mailbox-suspended"
    status = 403


class NotClicked(SigninError):
    """A HEAD request or a look ahead: nobody asked for the mail yet."""

    code = "not-clicked"
    status = 200


class NotSecure(SigninError):
    """Plain http: whoever listens would have the session too."""

    code = "not-secure"
    status = 403


class NotInCpanel(SigninError):
    code = "not-in-cpanel"


class WrongUser(SigninError):
    code = "wrong-user"
    status = 403


class TeamUser(SigninError):
    code = "team-user"
    status = 403


class WebmailUser(SigninError):
    code = "webmail-user"
    status = 403


class NoClientAddress(SigninError):
    code = "no-client-address"
    status = 400


class FeatureOff(SigninError):
    code = "feature-off"
    status = 403


class FeaturesUnknown(SigninError):
    code = "features-unknown"
    status = 502


class UapiMissing(SigninError):
    code = "uapi-missing"


class UapiTimeout(SigninError):
    code = "uapi-timeout"
    status = 504


class UapiRefused(SigninError):
    code = "uapi-refused"
    status = 502


class UapiUnreadable(SigninError):
    code = "uapi-unreadable"
    status = 502


class BadAnswer(SigninError):
    code = "bad-answer"
    status = 502
