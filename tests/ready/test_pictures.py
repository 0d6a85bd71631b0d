"""pictures: an icon or a logo draws, and does nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ready import pictures

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="48" height="48">'


def told(svg: str | bytes) -> str:
    try:
        pictures.check(svg.encode() if isinstance(svg, str) else svg, "svg")
    except ValueError as error:
        return str(error)
    return ""


FINE = {
    "a path": OPEN + '<path d="M0 0h9" fill="#0a5fb4" style="stroke:red"/></svg>',
    "text before it": '<?xml version="1.0" encoding="UTF-8"?>\n<!-- ours -->\n' + OPEN + "</svg>",
    "a gradient": OPEN + '<linearGradient id="a"/><path fill="url(#a)" style="fill:url( \'#a\' )"/></svg>',
    "a use": OPEN + '<path id="p"/><use xlink:href="#p"/><use href="#p"/></svg>',
    "a style": OPEN + "<style>.a{fill:red}@media (prefers-color-scheme:dark){.a{fill:blue}}</style></svg>",
    "pixels in it": OPEN + '<image href="data:image/png;base64,iVBORw0KGgo="/></svg>',
    "a prefix": '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>',
    "an editor's attribute": OPEN.replace(">", ' xmlns:i="http://editor.example/"><g i:label="one"/></svg>'),
    "UTF-16": (OPEN + "<title>é</title></svg>").encode("utf-16"),
}
REFUSED = {
    "a script": OPEN + "<script>alert(1)</script></svg>",
    "a script in capitals": OPEN + "<SCRIPT>alert(1)</SCRIPT></svg>",
    "a script by a prefix": OPEN.replace(">", ' xmlns:x="http://www.w3.org/2000/svg"><x:script/></svg>'),
    "a script of HTML's": OPEN + '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></svg>',
    "an event handler": OPEN + '<path onclick="alert(1)"/></svg>',
    "an event handler on the root": OPEN.replace(" width", ' onload="alert(1)" width') + "</svg>",
    "an event handler by a prefix": OPEN.replace(">", ' xmlns:e="http://e.example/"><path e:onclick="x"/></svg>'),
    "foreign content": OPEN + "<foreignObject/></svg>",
    "a frame": OPEN + '<iframe xmlns="http://www.w3.org/1999/xhtml" src="x"/></svg>',
    "mathematics": OPEN + '<math xmlns="http://www.w3.org/1998/Math/MathML"/></svg>',
    "a link": OPEN + '<a href="javascript:alert(1)"><path/></a></svg>',
    "a link by a character reference": OPEN + '<use href="&#106;avascript:alert(1)"/></svg>',
    "an animation of a link": OPEN + '<set attributeName="href" to="javascript:alert(1)"/></svg>',
    "something from elsewhere": OPEN + '<use href="https://example.net/x.svg#a"/></svg>',
    "something from beside it": OPEN + '<use xlink:href="x.svg#a"/></svg>',
    "a base": OPEN + '<use xml:base="https://example.net/" href="#a"/></svg>',
    "a picture from elsewhere": OPEN + '<image xlink:href="//example.net/x.png"/></svg>',
    "a drawing within": OPEN + '<image href="data:image/svg+xml;base64,PHN2Zz4="/></svg>',
    "a fill from elsewhere": OPEN + '<path fill="url(https://example.net/x#a)"/></svg>',
    "a style from elsewhere": OPEN + '<path style="fill:url(//example.net/)"/></svg>',
    "an import": OPEN + '<style>@import "https://example.net/";</style></svg>',
    "a hidden import": OPEN + "<style>@\\69mport '//example.net/';</style></svg>",
    "an import in CDATA": OPEN + "<style><![CDATA[@imp]]><![CDATA[ort '//example.net/';]]></style></svg>",
    "a font": OPEN + "<style>@font-face{src:url(//example.net/)}</style></svg>",
    "a stylesheet": '<?xml-stylesheet href="https://example.net/"?>' + OPEN + "</svg>",
    "a DOCTYPE": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + OPEN + "</svg>",
    "a file by an entity": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///x">]>' + OPEN + "<title>&x;</title></svg>",
    "an unknown entity": OPEN + "<title>&x;</title></svg>",
    "another language": "<html><svg/></html>",
    "no namespace": "<svg/>",
    "a half": OPEN + "<path",
    "nothing": "",
    "two": OPEN + "</svg>" + OPEN + "</svg>",
    "an unknown encoding": '<?xml version="1.0" encoding="x-nonsense"?>' + OPEN + "</svg>",
    "UTF-7": '<?xml version="1.0" encoding="utf-7"?>' + OPEN + "</svg>",
    "no text": b"\xff\xfe\xfd\0",
}  # fmt: skip


@pytest.mark.parametrize("svg", FINE.values(), ids=FINE)
def test_what_only_draws_is_taken(svg: str | bytes) -> None:
    assert told(svg) == ""


@pytest.mark.parametrize("svg", REFUSED.values(), ids=REFUSED)
def test_what_does_more_is_refused(svg: str | bytes) -> None:
    assert told(svg) != ""


def test_entities_that_grow_without_end_are_refused_before_the_first() -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 20))
    assert told(f'<!DOCTYPE svg [<!ENTITY a0 "x">{levels}]>{OPEN}<title>&a19;</title></svg>') == (
        "must have no <!DOCTYPE>; take it out"
    )


def test_the_line_and_the_remedy_are_told() -> None:
    assert told(OPEN + "\n<foreignObject/></svg>") == "line 2: must have no <foreignObject>; save it as plain SVG"


def test_a_png_is_known_by_its_first_bytes() -> None:
    pictures.check(pictures.PNG, "png")
    with pytest.raises(ValueError, match="is not a PNG picture"):
        pictures.check(b"\x89PNG", "png")


parts = st.sampled_from(
    [OPEN, "</svg>", "<g ", 'x="url(', "<!DOCTYPE svg [", "<!ENTITY a 'x'>", "]>", "&a;", "&#0;", "<![CDATA[", "]]>",
     "<style>", "</style>", "<?xml version='1.0' encoding='", "utf-16", "'?>", "<?a ?>", "xmlns:a='", "a:href='", "\0",
     "\ufffe", ">"]
)  # fmt: skip


@given(st.lists(parts | st.text(max_size=5)).map("".join).map(str.encode) | st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused(drawn: bytes) -> None:
    told(drawn)
