"""promises: what the page's Content-Security-Policy would block is refused while root is looking."""

from __future__ import annotations

import pytest

from plugin.click.strings import Strings
from plugin.ready import promises

T = Strings({"lang": "en", "dir": "ltr"})
START = '<!DOCTYPE html><html lang="en" dir="ltr" data-outcome="x">'


def told(html: str) -> str:
    try:
        promises.check(START + html, "x", T)
    except ValueError as error:
        return str(error)
    return ""


FINE = {
    "an icon in the page": '<link rel="icon" href="data:,">',
    "a picture in the page": '<img src="data:image/png;base64,aaaa">',
    "links": '<a href="https://example.net/">x</a><a href="/cpsess1/x">x</a><a href="mailto:a@b.example">x</a>',
    "a style and a script with the nonce": '<style nonce="the-nonce">p{}</style><script nonce="the-nonce">1</script>',
    "a drawing": '<svg width="9"><defs><path id="p"/></defs><use href="#p"/><path fill="url(#g)"/></svg>',
    "a style that names a drawing of the page": '<style nonce="the-nonce">p{fill:url(#a)}</style>',
    "words about styles and handlers": "<p>style= and onclick= and @import url(https://example.net/)</p>",
    "a table": '<table><tr><td class="a" colspan="2">x</td></tr></table>',
}
BLOCKED = {
    "a script without the nonce": "<script>1</script>",
    "a script with another nonce": '<script nonce="x">1</script>',
    "a script from elsewhere": '<script nonce="the-nonce" src="https://example.net/x.js"></script>',
    "a style without the nonce": "<style>p{}</style>",
    "a stylesheet from elsewhere": '<link rel="stylesheet" href="/x.css">',
    "an icon": '<link rel="icon" href="/x.png">',
    "a picture": '<img src="/x.png">',
    "a choice of pictures": '<img srcset="/x.png 2x">',
    "a picture in a drawing": '<svg><image href="/x.png"/></svg>',
    "a drawing from elsewhere": '<svg><use xlink:href="/x.svg#p"/></svg>',
    "a background": '<td background="/x.png">',
    "a frame": "<iframe></iframe>",
    "a frame with a page in it": '<iframe srcdoc="x"></iframe>',
    "an object": '<object data="/x"></object>',
    "a video": '<video src="/x"></video>',
    "a style attribute": '<p style="color:red">',
    "an event handler": '<p onclick="x()">',
    "an event handler in capitals": '<BODY ONLOAD="x()">',
    "a link that runs": '<a href="javascript:x()">',
    "a link that hides that it runs": '<a href=" java\tscript:x()">',
    "a ping": '<a href="/" ping="/x">',
    "a base": '<base href="https://example.net/">',
    "a base for windows": '<base target="_blank">',
    "a refresh": '<meta http-equiv="refresh" content="0;url=/">',
    "another referrer policy": '<meta name="referrer" content="no-referrer">',
    "an import": '<style nonce="the-nonce">@import "/x.css";</style>',
    "a font": '<style nonce="the-nonce">@font-face{src:url(/x)}</style>',
    "a style with a picture": '<style nonce="the-nonce">p{background:url( "/x.png")}</style>',
}


@pytest.mark.parametrize("html", FINE.values(), ids=FINE)
def test_what_the_policy_allows_is_taken(html: str) -> None:
    assert told(html) == ""


@pytest.mark.parametrize("html", BLOCKED.values(), ids=BLOCKED)
def test_what_the_policy_would_block_is_refused(html: str) -> None:
    assert told(html).startswith("must ")


def test_it_is_said_what_and_where() -> None:
    assert told('<p style="color:red">') == (
        "must have no style= on <p>: the page's policy would block it; use <style>"
    )
