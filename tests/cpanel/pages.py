"""The HTML of the stand-in: a neutral look of its own. Every value is escaped where it enters a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--paper:#f4f6f9;--card:#fff;--line:#d8dee7;--mark:#2f6fb0}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--paper:#161b22;--card:#1f2630;--line:#38424f;--mark:#7db4ec}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header{display:flex;gap:1rem;align-items:center;padding:.8rem 1.5rem;background:var(--card);
border-bottom:1px solid var(--line)}header b{margin-inline-end:auto}main{max-width:60rem;margin:1.5rem auto;
padding:0 1.5rem}a{color:var(--mark)}section,.box{background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:1rem 1.2rem;margin:0 0 1rem}.box{max-width:24rem;margin:4rem auto}h1{font-size:1.3rem}
h2{font-size:1rem;margin:0 0 .6rem;text-transform:capitalize}ul{list-style:none;margin:0;padding:0;display:grid;
gap:.5rem;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}li a{display:flex;align-items:center;gap:.7rem;
padding:.4rem;border-radius:.4rem;text-decoration:none;color:inherit}li a:hover,
li a:focus{outline:2px solid var(--mark)}
label{display:block;margin:.6rem 0}input{width:100%;font:inherit;padding:.5rem;border:1px solid var(--line);
border-radius:.4rem;background:var(--paper);color:inherit}button{font:inherit;padding:.5rem 1.2rem;border:0;
border-radius:.4rem;background:var(--mark);color:var(--card)}table{width:100%;border-collapse:collapse}
td{padding:.5rem;border-top:1px solid var(--line)}
"""
SEARCH = """
document.getElementById("search").addEventListener("input", function () {
  var words = this.value.toLowerCase();
  document.querySelectorAll("section").forEach(function (group) {
    var shown = 0;
    group.querySelectorAll("li").forEach(function (tool) {
      tool.hidden = tool.dataset.search.indexOf(words) < 0;
      shown += tool.hidden ? 0 : 1;
    });
    group.hidden = !shown;
  });
});
"""


def page(title: str, body: str, lang: str = "en", data: str = "") -> str:
    """A whole document; `body` and `data` are HTML already."""
    direction = "rtl" if lang in ("ar", "he") else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(lang)}" dir="{direction}"{data}><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f'<link rel="icon" href="data:,"><style>{STYLE}</style></head>\n<body>{body}</body></html>\n'
    )


def message(title: str, text: str) -> str:
    """A page that says one thing."""
    return page(title, f'<main class="box"><h1>{escape(title)}</h1><p>{escape(text)}</p></main>')


def login(service: str, text: str = "") -> str:
    """The login page of a service ("cPanel" or "Webmail"), with what the person must know first."""
    notice = f'<p role="alert" id="login-status">{escape(text)}</p>' if text else ""
    return page(
        f"{service} login",
        f'<form class="box" method="post" action="/login/"><h1>{escape(service)} (stand-in)</h1>{notice}'
        '<label>Username <input name="user" autocomplete="username"></label>'
        '<label>Password <input name="pass" type="password" autocomplete="current-password"></label>'
        "<button>Log in</button></form>",
    )


def tools(user: str, groups: Mapping[str, Iterable[Mapping[str, str]]], query: str) -> str:
    """The Tools page: each group's icons, as their dynamicui lines describe them."""
    sections = []
    for group, items in groups.items():
        entries = "".join(_tool(item) for item in items)
        sections.append(f"<section><h2>{escape(group)}</h2><ul>{entries}</ul></section>")
    return page(
        "Tools",
        f'<header><b>Tools</b><span id="user">{escape(user)}</span><a href="../../logout/">Log out</a></header>'
        '<main><form role="search"><label>Search tools'
        f'<input id="search" name="q" type="search" value="{escape(query)}"></label></form>'
        f"{''.join(sections)}</main><script>{SEARCH}</script>",
    )


def _tool(item: Mapping[str, str]) -> str:
    searched = f"{item['itemdesc']} {item['searchtext']} {item['group']}".lower()
    return (
        f'<li data-search="{escape(searched)}"><a id="item_{escape(item["file"])}" href="{escape(item["url"])}"'
        f' target="{escape(item.get("target", "_self"))}"><img src="{escape(item["icon"])}" alt="" width="48"'
        f' height="48"><span>{escape(item["itemdesc"])}</span></a></li>'
    )


def webmail(account: str, locale: str, inbox: str, choice: str, chosen: bool) -> str:
    """The *Webmail* page: `inbox` and `choice` are paths below the security token, `chosen` is whether it is ticked."""
    return page(
        "Webmail",
        f'<header><b>Webmail</b><span id="account">{escape(account)}</span><a href="../../logout/">Log out</a>'
        f'</header><main><section><h1>Roundcube</h1><p><a id="open-inbox" href="../..{escape(inbox)}">Open your inbox'
        f'</a></p><form method="post" action="../..{escape(choice)}"><label><input type="checkbox" name="open"'
        f' value="1"{" checked" * chosen}>Open my inbox when I log in</label><button>Save</button></form></section>'
        "</main>",
        locale,
        f' data-page="webmail" data-account="{escape(account)}" data-locale="{escape(locale)}"',
    )


def inbox(account: str, locale: str) -> str:
    """The inbox: it names whose it is, and in which language."""
    return page(
        f"Inbox of {account}",
        f'<header><b>Webmail</b><span id="account">{escape(account)}</span><a href="../../logout/">Log out</a>'
        f'</header><main><h1>Inbox</h1><p>Language: <span id="locale">{escape(locale)}</span></p><table>'
        "<tr><td>Postmaster</td><td>Welcome to your mailbox</td></tr></table></main>",
        locale,
        f' data-page="inbox" data-account="{escape(account)}" data-locale="{escape(locale)}"',
    )
