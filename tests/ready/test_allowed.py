"""allowed: every value that a setting may have, and what it may not (design §5)."""

from __future__ import annotations

import json
import re

import pytest

from plugin.click import settings
from plugin.ready import allowed, config
from plugin.ready.problem import Problem
from plugin.ready.sources import Text
from tests.kit.folders import CHECKOUT


def parse(text: str) -> settings.Settings:
    """What the settings are; raises the first Problem."""
    found = config.parse(Text("config.yaml", text))
    for problem in found.problems:
        raise problem
    return settings.Settings(found.values)


def test_there_is_a_rule_for_each_setting_of_a_click() -> None:
    assert set(allowed.SETTINGS) == set(settings.KEYS)


GOOD: dict[str, list[object]] = {
    "uapi": ["/opt/uapi"],
    "timeout": [1, 120, 2.5],
    "webmail_host": ["auto", "mail.example.com", "192.0.2.7", '"[2001:db8::7]"'],
    "webmail_port": [1, 443, 65535],
    "locale": ["en", "pt_br", "es_419", "null", "~"],
    "label": ["Post öffnen", '"Web: Mail"', "x" * 64],
    "group": [*allowed.GROUPS],
    "order": [0, 7, 100000],
    "icon": ["/root/icon.svg", "/root/icon.png", "null"],
    "new_tab": ["true", "false", "yes", "off"],
    "slow_after": [1, 120, 0.5e1],
    "support": [
        "Call us on 555.",
        "Hotline:+49 30 1",
        "https://help.example.com/x?y=z",
        "mailto:help@example.com",
        '"Tip: call"',
        "x" * 300,
        "ก" * 200,
        "null",
    ],
    "log": ["syslog", "stderr", "'off'"],
    "brand": ["Example Hosting", '"No. 1"', "x" * 40, "null"],
    "logo": ["/etc/webmail-signin/logo.svg", "/root/logo.png", "null"],
    "colour": ['"#0a5fb4"', "'#0A5FB4'", '"#05b"'],
    "mailbox": ["own", "choose"],
    "open": ["/", "/3rdparty/roundcube/index.php", "/x/?_task=mail&_mbox=INBOX", "/a/b/", "/" + "x" * 99, "null"],
}
#: Values that YAML would read in its own way: the text of the file, and the value that must come of it.
EXPECTED = {
    "null": None, "~": None, "true": True, "false": False, "yes": True, "off": False,
    "'off'": "off", '"No. 1"': "No. 1", '"#0a5fb4"': "#0a5fb4", "'#0A5FB4'": "#0A5FB4", '"#05b"': "#05b",
     '"[2001:db8::7]"': "[2001:db8::7]", '"Web: Mail"': "Web: Mail", '"Tip: call"': "Tip: call",
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in GOOD.items() for value in values])
def test_a_good_value_is_taken(key: str, value: object) -> None:
    assert getattr(parse(f"{key}: {value}\n"), key) == EXPECTED.get(str(value), value)


BAD = {
    "uapi": ["uapi", "./uapi", "''", "1", "null", "true", '"/x\\ny"', '"/x\\0"'],
    "timeout": ["0", "0.99", "120.1", "-1", "soon", "'20'", "true", "null", ".nan", ".inf", "2020-01-01",
                "010", "1:30", "1_0", "0x10", "0b11"],
    "webmail_host": ["''", "https://mail.example.com", "mail.example.com:2096", "a/b", "1", "true", "null", "a b",
                     "1.2.3", "'::1'"],
    "webmail_port": ["0", "65536", "-1", "443.0", "'443'", "https", "true", "null"],
    "locale": ["EN", "pt-br", "no", "1", "''", "en_", "../en", "en.yaml", "x" * 33, '"en\\n"'],
    "label": ["''", "'  '", "1", "null", "a, b", '"it\'s"', "a}", "x" * 65, '"a\\nb"', '"a\\0b"', "true"],
    "group": ["Email", "mail", "''", "1", "null", "true", "2020-01-01"],
    "order": ["-1", "100001", "1.0", "'1'", "first", "true", "null", ".nan"],
    "icon": ["icon.svg", "/icon.gif", "/icon", "''", "1", "true", '"/x\\n.svg"'],
    "new_tab": ["1", "0", "'true'", "maybe", "null", "''"],
    "slow_after": ["0", "121", "'8'", "true", "null", ".nan"],
    "support": ["''", "1", "true", "http://help.example.com", "javascript:alert(1)", "data:text/html;x",
                "JavaScript:alert(1)", "https://", "https://<x>", "HTTPS://x.example/", "'mailto:'", "mailto:nobody",
                "'mailto: a@b.c'", "x" * 301, "ก" * 201, '"a\\nb"', "https://a b"],
    "log": ["true", "null", "''", "1", "Syslog", "file", "2020-01-01"],
    "brand": ["''", "'  '", "1", "true", "x" * 41, '"a\\nb"', '"a\\u202eb"'],
    "logo": ["logo.svg", "/logo.gif", "/../logo.svg", "''", "1", "true"],
    "colour": ["null", "#0a5fb4", "red", '"#0a5fb"', '"#0a5fb4ff"', '"0a5fb4"', '"#00000g"', "123456", "''",
               '"#05b\\n"'],
    "mailbox": ["Own", "all", "''", "1", "null", "true"],
    "open": ["''", "roundcube", "//example.net/", "///example.net", "/a//b", "https://example.net/", "/\\\\example.net",
             "javascript:alert(1)", '"/a\\nb"', '"/a\\0"', '"/a b"', '"/\\t/example.net"', "/x#y", "/é", "1",
             "/" + "x" * 100, "true"],
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_a_bad_value_is_refused_with_file_line_and_key(key: str, value: str) -> None:
    with pytest.raises(Problem) as raised:
        parse(f"# a comment\n{key}: {value}\n")
    assert (raised.value.file, raised.value.line, raised.value.key) == ("config.yaml", 2, key)


@pytest.mark.parametrize("key", GOOD)
def test_settings_survive_being_compiled(key: str) -> None:
    chosen = parse(f"{key}: {GOOD[key][0]}\n")
    again = settings.parse(json.dumps(chosen.values()))
    assert getattr(again, key) == getattr(chosen, key)


def test_the_readme_tells_of_every_setting_and_of_no_other() -> None:
    _, _, rest = (CHECKOUT / "README.md").read_text().partition("\n## Settings\n")
    rows = re.findall(r"(?m)^\| (`[a-z_`, ]+`) \|", rest.partition("\n## ")[0])
    assert set(re.findall("`([a-z_]+)`", " ".join(rows))) == set(allowed.SETTINGS)
