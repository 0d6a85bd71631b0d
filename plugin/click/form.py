"""The one form that may be posted to the page: the choice of a mailbox. Loads only for a POST."""

from __future__ import annotations

import os
import select
import time
import urllib.parse

from plugin.click import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1024  # bytes of a body
LONGEST = 254  # characters of an address
PATIENCE = 5.0  # seconds for the whole body
FORM = "application/x-www-form-urlencoded"


def mailbox(environ: Mapping[str, str], stream: int = 0) -> str:
    """What was chosen; `stream` is the descriptor of the body. Raises ForeignForm, or BadForm, which quotes nothing."""
    if not is_from_here(environ):
        raise errors.ForeignForm("posted by another page")
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    length = environ.get("CONTENT_LENGTH", "")
    if kind != FORM:
        raise errors.BadForm("not a form")
    if not (length.isascii() and length.isdigit() and len(length) <= 9 and 0 < int(length) <= MOST):
        raise errors.BadForm(f"no length up to {MOST}")
    return parsed(read(stream, int(length)))


def is_from_here(environ: Mapping[str, str]) -> bool:
    """Whether this page's own origin posted it, as far as the browser says."""
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    if site is not None:
        return site == "same-origin"
    return origin is None or origin.lower() == own_origin(environ)


def own_origin(environ: Mapping[str, str]) -> str:
    """Behind the service subdomains the port may be said to be 80, whatever people see (cpanel-facts.md §3)."""
    port = environ.get("SERVER_PORT", "")
    return f"https://{environ.get('HTTP_HOST', '').lower()}" + ("" if port in ("80", "443") else f":{port}")


def read(stream: int, length: int) -> bytes:
    deadline = time.monotonic() + PATIENCE
    ready = select.poll()
    ready.register(stream, select.POLLIN)
    body = b""
    while len(body) < length:
        chunk = b""
        if ready.poll(max(0, deadline - time.monotonic()) * 1000):
            chunk = os.read(stream, length - len(body))
        if not chunk:
            raise errors.BadForm("shorter than its length")
        body += chunk
    return body


def parsed(body: bytes) -> str:
    """The value of the one field `mailbox`."""
    try:
        fields = urllib.parse.parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=1
        )
    except ValueError:
        raise errors.BadForm("not one field") from None
    (name, value) = fields[0] if len(fields) == 1 else ("", "")
    if name != "mailbox" or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise errors.BadForm("not one address")
    return value
