"""What `uapi` printed, every field checked (cpanel-facts.md §6)."""

from __future__ import annotations

import re

from plugin.click import answer as result
from plugin.click import errors, host, request

MAX_SESSION = 1024
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # half a surrogate pair would not reach Webmail as it came


class WebmailSession:
    """``token`` and ``session`` sign a person in: neither stands in the `repr`."""

    __slots__ = ("hostname", "session", "token")

    def __init__(self, token: str, session: str, hostname: str | None) -> None:
        self.token = token
        self.session = session
        self.hostname = hostname

    def __repr__(self) -> str:
        return f"<WebmailSession hostname={self.hostname!r}>"


def parse(output: bytes) -> WebmailSession:
    """The answer of `create_webmail_session_for_self`.

    Raises UapiUnreadable, UapiRefused or BadAnswer. No error quotes what was read, as it may hold a session.
    """
    data = result.data(output)
    if not isinstance(data, dict):
        raise errors.UapiUnreadable("the answer's data is not an object")
    token, session, hostname = data.get("token"), data.get("session"), data.get("hostname")
    if not isinstance(token, str) or not request.is_token(token):
        raise errors.BadAnswer("token is not /cpsess and digits")
    if not isinstance(session, str) or not 0 < len(session) <= MAX_SESSION or CONTROL.search(session):
        raise errors.BadAnswer(f"session is empty, over {MAX_SESSION} characters or has a control character")
    if hostname is not None:
        hostname = host.checked(hostname) if isinstance(hostname, str) and not hostname.startswith("[") else None
        if hostname is None:
            raise errors.BadAnswer("hostname is not a host name")
    return WebmailSession(token, session, hostname)
