"""shortcuts: each against the documented way that it stands in for, on every Python that is here (design §3)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.click import shortcuts
from tests.bench import pythons
from tests.kit.folders import CHECKOUT

EVERY_PYTHON = {
    version: python
    for python in pythons.candidates()
    for version in [pythons.ask(python)[0]]
    if version in pythons.VERSIONS
}
#: As it is, or as where a Python has no such private modules.
BEGIN = """
import sys, types
sys.path += [CHECKOUT, f"{CHECKOUT}/vendor"]
import plugin.click
with open(f"{CHECKOUT}/plugin/click/shortcuts.py") as file:
    source = file.read()
if sys.argv[1] == "documented":
    source = source.replace("    from _", "    from no")
shortcuts = sys.modules["plugin.click.shortcuts"] = plugin.click.shortcuts = types.ModuleType("plugin.click.shortcuts")
exec(source, shortcuts.__dict__)
"""
READ = """
assert sys.argv[1] == "documented" or not {"json", "socket"} & set(sys.modules)
for text in sys.argv[2:]:
    try:
        print(repr(shortcuts.loads(text)))
    except (ValueError, RecursionError):
        print("refused")
"""
GOOD = [
    '{"a": [1, 2.5, null, true, "x\\u00e9"]}',
    " [] ",
    "0",
    '"text"',
    "{}",
    "NaN",
    "[-Infinity, 1e400]",
    '{"a":1,"a":2}',
]
BAD = [
    "",
    " ",
    "{",
    '{"a": ',
    '{"a"',
    "[1,",
    '"open',
    "{} {}",
    "nothing",
    '{"a": "\n"}',
    "[" * 100_000,
    "]",
    "\ufeff{}",
]

each_python = pytest.mark.parametrize("python", EVERY_PYTHON.values(), ids=list(EVERY_PYTHON))
each_way = pytest.mark.parametrize("way", ["shortcut", "documented"])


def run(python: str, code: str, way: str, *words: str) -> str:
    text = f"CHECKOUT = {str(CHECKOUT)!r}\n{BEGIN}{code}"
    ran = subprocess.run([python, "-ISB", "-c", text, way, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def without_constants(text: str) -> object:
    return json.loads(text, parse_constant=lambda name: None)


@each_python
@each_way
def test_json_is_read_and_refused_as_json_does(python: str, way: str) -> None:
    assert run(python, READ, way, *GOOD).splitlines() == [repr(without_constants(text)) for text in GOOD]
    assert run(python, READ, way, *BAD).splitlines() == ["refused"] * len(BAD)


@given(st.text())
def test_a_value_is_encoded_as_urllib_does(value: str) -> None:
    assert shortcuts.encoded(value) == quote(value, safe="")


SOCKET = """
import socket
for name in ("AF_INET", "AF_INET6", "AF_UNIX", "SOCK_STREAM"):
    assert getattr(shortcuts, name) == getattr(socket, name), name
for family, text in ((socket.AF_INET, "192.0.2.7"), (socket.AF_INET6, "2001:db8::7")):
    packed = shortcuts.inet_pton(family, text)
    assert packed == socket.inet_pton(family, text)
    assert shortcuts.inet_ntop(family, packed) == text
assert issubclass(socket.socket, shortcuts.socket)
ours = shortcuts.socket(shortcuts.AF_UNIX, shortcuts.SOCK_STREAM)
listener = socket.socket(socket.AF_UNIX)
listener.bind("\\0webmail-signin-%d" % __import__("os").getpid())
listener.listen()
ours.settimeout(2.5)
assert ours.gettimeout() == 2.5
ours.connect(listener.getsockname())
theirs, _ = listener.accept()
theirs.sendall(b"hello")
assert ours.recv(100) == b"hello"
ours.sendall(b"there")
assert theirs.recv(100) == b"there"
ours.close()
assert theirs.recv(100) == b""
"""


@each_python
@each_way
def test_a_socket_is_one_of_sockets(python: str, way: str) -> None:
    run(python, SOCKET, way)


PROCESS = """
if sys.argv[2] == "light":
    shortcuts.light_subprocess()
    assert not {"locale", "re"} & set(sys.modules)
import subprocess
ran = subprocess.run(["/bin/echo", "a"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
import locale
print(ran, locale.getpreferredencoding)
"""


@each_python
def test_a_program_is_run_without_locale_as_with_it(python: str) -> None:
    light, whole = (run(python, PROCESS, "shortcut", how) for how in ("light", "whole"))
    assert light.partition(" at 0x")[0] == whole.partition(" at 0x")[0]
    assert "stdout=b'a\\n'" in light


def test_where_subprocess_needs_locale_it_is_imported_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "subprocess.py").write_text("import locale\nnumber = locale.LC_ALL\n")
    code = f"sys.path.insert(0, {str(tmp_path)!r})\nshortcuts.light_subprocess()\nimport subprocess\n"
    assert run(next(iter(EVERY_PYTHON.values())), f"{code}print(subprocess.number)", "shortcut").strip().isdigit()


PAGE = """
if sys.argv[2] == "light":
    shortcuts.light_jinja2()
from plugin.click import templates
from plugin.click.strings import Strings
from jinja2.loaders import DictLoader
source = "{% for a in b %}<p title='{{ a }}'>{{ t('k', n=a) }}</p>{% endfor %}"
sentences = Strings({"lang": "en", "dir": "ltr", "k": "k {n}"})
drawn = templates.Templates(templates.environment(DictLoader({"x": source})), sentences)
print("".join(drawn.render("x", b=["<", "&amp;"])))
print(hasattr(sys.modules["jinja2"], "Environment"))
"""


@each_python
def test_a_page_is_drawn_by_the_light_package_as_by_the_whole_one(python: str) -> None:
    light, whole = (run(python, PAGE, "shortcut", how).splitlines() for how in ("light", "whole"))
    assert light[:-1] == whole[:-1]
    assert (light[-1], whole[-1]) == ("False", "True")


def test_without_packages_beside_the_release_jinja2_is_imported_as_it_is() -> None:
    code = PAGE.replace("shortcuts.light_jinja2()", "sys.path[-1:] = [f'{sys.path[-1]}/.']; shortcuts.light_jinja2()")
    assert run(next(iter(EVERY_PYTHON.values())), code, "shortcut", "light").splitlines()[-1] == "True"
