"""Icons and logos: a PNG, or an SVG that only draws. Pure: bytes in; ValueError says what to take out."""

from __future__ import annotations

import re

SVG = "http://www.w3.org/2000/svg"
XML = "http://www.w3.org/XML/1998/namespace"
PNG = b"\x89PNG\r\n\x1a\n"
# Whatever is not here could run a script, load something or hold another language.
ELEMENTS = set(
    "svg g defs title desc metadata symbol use view switch style path rect circle ellipse line polyline polygon text "  # noqa: SIM905
    "tspan textPath image marker pattern mask clipPath linearGradient radialGradient stop filter feBlend "
    "feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap "
    "feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode "
    "feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence".split()
)
PIXELS = re.compile("data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\\s]*")
# A stylesheet's ways to load something, and those to write them so that they are not seen.
LOADING = re.compile(
    r"""url\((?!\s*["']?\#)|image(-set)?\(|src\(|expression\(|@(?!media\b)|\\|javascript:""", re.IGNORECASE
)


def check(drawn: bytes, kind: str) -> None:
    """`kind` is png or svg. Raises ValueError."""
    if kind == "svg":
        check_svg(drawn)
    elif not drawn.startswith(PNG):
        raise ValueError("is not a PNG picture")


def check_svg(drawn: bytes) -> None:
    """Parsed as browsers do it, without one entity: what has a DOCTYPE is refused before the first could be named."""
    try:
        from xml.parsers import expat
    except ImportError:
        raise ValueError("cannot be checked, as this Python has no XML parser; take a PNG") from None
    parser = expat.ParserCreate(namespace_separator=" ")
    open_: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not open_ and (space, local) != (SVG, "svg"):
            raise ValueError(f'must begin with <svg xmlns="{SVG}">')
        if space != SVG or local not in ELEMENTS:
            raise ValueError(f"line {parser.CurrentLineNumber}: must have no <{local}>; save it as plain SVG")
        open_.append(local)
        for attribute, value in attributes.items():
            problem = attribute_problem(local, attribute, value)
            if problem:
                raise ValueError(f"line {parser.CurrentLineNumber}: {problem}")

    def text(data: str) -> None:
        if open_[-1] == "style":
            styles.append(data)

    def end(_: str) -> None:
        if open_.pop() == "style" and LOADING.search("".join(styles)):
            raise ValueError(f"line {parser.CurrentLineNumber}: must have no style that loads something")

    def doctype(*_: object) -> None:
        raise ValueError("must have no <!DOCTYPE>; take it out")

    def instruction(*_: object) -> None:
        raise ValueError(f"line {parser.CurrentLineNumber}: must have no <?processing instruction?>")

    styles: list[str] = []
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(drawn, True)
    except expat.ExpatError as error:
        raise ValueError(f"is not XML: {expat.ErrorString(error.code)} in line {error.lineno}") from None
    except LookupError:
        raise ValueError("is in an encoding that is not known; save it as UTF-8") from None


def attribute_problem(element: str, name: str, value: str) -> str:
    """What is wrong with an attribute, if anything."""
    space, _, local = name.rpartition(" ")
    if local.lower().startswith("on"):
        return f"must have no event handler, such as {local}="
    if (space, local) == (XML, "base"):
        return "must have no xml:base="
    if local.lower() == "href":
        inside = value.startswith("#") or (element == "image" and PIXELS.fullmatch(value))
        return "" if inside else "must have no link and no picture from elsewhere"
    if LOADING.search(value) and space in ("", SVG):
        return f"must load nothing from elsewhere, as {local}= does"
    return ""
