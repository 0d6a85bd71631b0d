"""host.checked: what counts as a host (design §4, "never a host that failed the check")."""

from __future__ import annotations

import pytest

from plugin.click import host


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "host.example.com",
        "xn--mnchen-3ya.example",
        "a-b.example",
        "1and1.example",
        "192.0.2.7",
        "[::1]",
        "[2001:db8::7]",
        "[::ffff:192.0.2.7]",
        "a" * 63 + ".example",
        "x0x.0xg",
    ],
)
def test_a_host_passes_as_it_is(text: str) -> None:
    assert host.checked(text) == text


@pytest.mark.parametrize(
    ("text", "expected"), [("HOST.Example.COM", "host.example.com"), ("[2001:DB8::A]", "[2001:db8::a]")]
)
def test_capitals_become_small(text: str, expected: str) -> None:
    assert host.checked(text) == expected


REFUSED = {
    "empty": "",
    "port": "host.example.com:2083",
    "IPv6 without brackets": "::1",
    "IPv6 with a port": "[::1]:2083",
    "IPv6 with a zone": "[fe80::1%eth0]",
    "IPv6 with an encoded zone": "[fe80::1%25eth0]",
    "IPv4 in brackets": "[192.0.2.7]",
    "name in brackets": "[host.example.com]",
    "empty brackets": "[]",
    "one bracket": "[::1",
    "space": "host example.com",
    "space before": " host.example.com",
    "newline after": "host.example.com\n",
    "CRLF": "host.example.com\r\nX: y",
    "NUL": "host\0.example.com",
    "tab": "host\t.example.com",
    "DEL": "host\x7f.example.com",
    "user info": "host.example.com@evil.example",
    "path": "host.example.com/evil",
    "backslash": "host.example.com\\evil",
    "query": "host.example.com?evil",
    "fragment": "host.example.com#evil",
    "percent": "host%2eexample.com",
    "quote": 'host".example.com',
    "angle": "host<.example.com",
    "CSP separator": "host.example.com; script-src *",
    "list": "host.example.com, evil.example",
    "wildcard": "*.example.com",
    "underscore": "my_host.example.com",
    "IDN": "münchen.example",
    "full-width letters": "\uff45xample.com",
    "ideographic dot": "example\u3002com",
    "Arabic digits": "host\u0661.example",
    "lone surrogate": "host\udcff.example.com",
    "dot before": ".example.com",
    "dot after": "host.example.com.",
    "two dots": "host..example.com",
    "hyphen before": "-host.example.com",
    "hyphen after": "host-.example.com",
    "label of 64": "a" * 64 + ".example",
    "254 characters": ".".join(["a" * 49] * 5) + ".abcd",
    "decimal IPv4": "3221225991",
    "hexadecimal IPv4": "0xc0000207",
    "hexadecimal last label": "host.0x7f",
    "bare 0x": "host.0x",
    "numeric last label": "host.example.1",
    "short IPv4": "192.0.7",
    "octal IPv4": "0300.0.2.7",
    "IPv4 out of range": "256.0.2.7",
    "five numbers": "1.2.3.4.5",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_no_host(text: str) -> None:
    assert host.checked(text) is None


def test_a_name_of_253_characters_passes() -> None:
    name = ".".join(["a" * 49] * 5) + ".abc"
    assert len(name) == 253
    assert host.checked(name) == name


def test_a_letter_whose_lower_case_is_ascii_is_not_ascii() -> None:
    assert host.checked("\u212aelvin.example") is None
