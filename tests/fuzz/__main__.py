"""Coverage-guided fuzzing of the parsers of foreign bytes.

``python -m tests.fuzz [TARGET]`` fuzzes each target, or the one, for SECONDS (of the environment, 60 by default) and
exits 1 if one let an exception through that is not ours, or a value that is not as promised. The engine is Atheris
(libFuzzer); where there is no Atheris for this Python or machine, Hypothesis tries as many inputs as it can in the same
time, without being guided by coverage, and the output says so. What breaks a target is printed, as bytes.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = int(os.environ.get("SECONDS") or 60)
LONGEST = 4096  # bytes of one input
CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / "vendor")]

try:
    atheris: Any = importlib.import_module("atheris")
except ImportError:
    atheris = None

# Python's own JSON and the whole of YAML too: the way through them is what has to be found.
instrumented = ["plugin", "json", "yaml", "ipaddress"]
with atheris.instrument_imports(include=instrumented) if "--here" in sys.argv else contextlib.nullcontext():
    from plugin.click import answer, errors, form, host, liveapi, mailboxes, settings
    from plugin.ready import allowed, config, flat
    from plugin.ready.sources import Text

GOOD = {"token": "/cpsess2462418786", "session": "user:D7Ni:CREATE_WEBMAIL_SESSION_FOR_SELF,728f", "hostname": None}
ANSWER = json.dumps({"apiversion": 3, "result": {"data": GOOD, "errors": None, "status": 1}}).encode()
REFUSAL = b'{"result": {"status": "0", "errors": ["no", 1, null], "data": null}}'
LIVE = b'<error>x</error><cpanelresult>{"cpanelresult":{"result":{"status":1,"data":1}}}'
LIST = b'[{"email":"info@example.com","suspended_login":1},{"email":"a@xn--mgbh0fb.example"},{"email":"alice"},null]'
YAML = b"timeout: 20\nwebmail_host: a.b\nsupport: 'mailto:a@b'\nnew_tab: false\nlabel: &a \"x\\u00e9\"\norder: 0x1F\n"
WORDS = (
    "/cpsess",
    "status",
    "hostname",
    "[::1]",
    "NaN",
    "1e999",
    "\\ud800",
    "!!python/object",
    "&a",
    "*a",
    "<<: ",
    "? ",
    "%YAML",
    "xn--",
    "mailbox=",
    "%40",
)


def parse_session(data: bytes) -> None:
    """Ours, or a session whose every field is as the contract says."""
    try:
        found = answer.webmail_session(data)
    except errors.SigninError as error:
        assert error.code in ("uapi-unreadable", "uapi-refused", "bad-answer")
        assert len(error.reasons) <= answer.MAX_REASONS + 1
        return
    assert re.fullmatch(r"/cpsess[0-9]{1,64}", found.token, re.ASCII)
    assert 0 < len(found.session) <= answer.MAX_SESSION
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", found.session)
    assert found.hostname is None or host.checked(found.hostname) == found.hostname


def parse_settings(data: bytes) -> None:
    """Ours, or settings that hold their own checks and survive being compiled."""
    said = config.parse(Text("config.yaml", data.decode("utf-8", "surrogateescape")))
    assert all(str(problem).startswith("config.yaml") for problem in said.problems)
    for key, value in said.values.items():
        assert allowed.SETTINGS[key][0](value), key
    chosen = settings.Settings(said.values).values()
    assert settings.parse(json.dumps(chosen)).values() == chosen


def parse_sentences(data: bytes) -> None:
    """A locale file: ours, or flat entries with their lines."""
    found = flat.read(data.decode("utf-8", "surrogateescape"), "en.yaml")
    assert all(isinstance(entry.key, str) and entry.line >= 1 for entry in found.entries)
    assert all(str(problem).startswith("en.yaml") for problem in found.problems)


def parse_liveapi(data: bytes) -> None:
    """What `liveapi.ask` catches, or data; and a switch is on, off or unknown."""
    try:
        found = answer.data_of(liveapi.uapi_result(data))
    except (ValueError, RecursionError, errors.SigninError):
        return
    assert answer.flag(found) in (True, False, None)


def parse_mailboxes(data: bytes) -> None:
    """Whatever the panel lists, what is offered is an address, and is shown in letters that can be seen."""
    try:
        found = mailboxes.listed(json.loads(data))
    except (ValueError, RecursionError):
        return
    for each in found:
        name, _, domain = each.address.partition("@")
        assert name and host.checked(domain) == domain, each.address
        assert each.shown.isprintable() and " " not in each.shown


def parse_form(data: bytes) -> None:
    """Ours, or one printable value of the one field."""
    try:
        chosen = form.parsed(data)
    except errors.BadForm:
        return
    assert 0 < len(chosen) <= form.LONGEST and chosen.isprintable()


TARGETS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "session": (parse_session, [ANSWER, REFUSAL]),
    "settings": (parse_settings, [YAML]),
    "liveapi": (parse_liveapi, [LIVE, LIVE.replace(b"1}}}", b'"0"}}}')]),
    "mailboxes": (parse_mailboxes, [LIST]),
    "form": (parse_form, [b"mailbox=info%40example.com", b"mailbox=a+b@c&x=y"]),
    "sentences": (parse_sentences, [b'lang: en\ndir: ltr\nsignin.title: "Opening {host}"\n']),
}


def guided(name: str, folder: str) -> None:
    """In a process of its own: libFuzzer ends the process that it runs in."""
    check, seeds = TARGETS[name]
    corpus, dictionary = Path(folder, "corpus"), Path(folder, "words")
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    dictionary.write_text("".join(f'"{word}"\n'.replace("\\", "\\\\") for word in WORDS), encoding="utf-8")
    options = [f"-max_total_time={SECONDS}", f"-max_len={LONGEST}", f"-dict={dictionary}", "-print_final_stats=1"]
    options += [f"-artifact_prefix={folder}/broken-", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"]
    atheris.Setup([sys.argv[0], str(corpus), *options], check)
    atheris.Fuzz()


def run_guided(name: str) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz", name, folder, "--here"]
        ran = subprocess.run(command, cwd=CHECKOUT, check=False, capture_output=True, text=True, errors="replace")
        broken = [file.read_bytes() for file in Path(folder).glob("broken-*")]
    found = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
    tried = int(found.group(1)) if found else 0
    if ran.returncode or not tried:
        return False, f"{broken}\n{ran.stderr[-3000:]}{ran.stdout[-3000:]}"
    return True, f"{tried:,} inputs, guided by coverage"


def run_unguided(name: str) -> tuple[bool, str]:
    from hypothesis import HealthCheck, given
    from hypothesis import settings as budget
    from hypothesis import strategies as some

    check, seeds = TARGETS[name]
    pieces = some.one_of(some.binary(max_size=20), some.sampled_from([word.encode() for word in WORDS]))
    cut = some.builds(
        lambda seed, at, new, to: seed[:at] + new + seed[to:],
        some.sampled_from(seeds),
        some.integers(0, 200),
        pieces,
        some.integers(0, 200),
    )
    tried = 0
    deadline = time.monotonic() + SECONDS

    @budget(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        some.one_of(
            cut,
            some.binary(max_size=LONGEST),
            some.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        )
    )
    def attempt(data: bytes) -> None:
        nonlocal tried
        tried += 1
        check(data)

    while time.monotonic() < deadline:
        attempt()
    return True, f"{tried:,} inputs, not guided by coverage: there is no Atheris for this Python"


def main(words: list[str]) -> int:
    if words[2:] == ["--here"]:
        guided(*words[:2])
        return 0
    failed = False
    for name in words or TARGETS:
        started = time.monotonic()
        good, text = (run_guided if atheris else run_unguided)(name)
        failed |= not good
        print(f"{name}: {'' if good else 'FAILED '}{text} ({time.monotonic() - started:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
