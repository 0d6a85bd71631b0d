"""A login that root makes for an account: its address read, what whmapi1 says instead told, no login ever quoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.admin import login
from plugin.admin.server import Server
from tests.kit.programs import printing, program

URL = "https://server.example.com:2083/cpsess1234567890/login/?session=alice%3aSecretPart1%3aCREATE_USER_SESSION%2cff"


def test_the_address_of_a_login_is_taken_apart() -> None:
    found = login.read(URL)
    assert found and (found.host, found.port, found.token) == ("server.example.com", 2083, "/cpsess1234567890")
    assert found.path == URL[len("https://server.example.com:2083") :]
    assert "alice:SecretPart1:CREATE_USER_SESSION,ff" in found.secrets
    assert "Secret" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        None,
        1,
        "",
        URL.replace("https", "http"),
        URL.replace("2083", "0"),
        URL.replace("2083", "99999"),
        URL.replace("server.example.com", "a@b"),
        URL.replace("server.example.com", "exa_mple"),
        URL.replace("session=", "sesion="),
        URL.replace("/login/", "/logout/"),
        URL + "\r\nX: y",
        URL + " x",
        "x" + URL,
    ],
)
def test_another_address_is_none(url: object) -> None:
    assert login.read(url) is None


@pytest.mark.parametrize("text", ["a /cpsess1/x", "Session x", '{"data":{"session":"x"}}'])
def test_what_may_hold_a_login_is_not_quoted(text: str) -> None:
    assert login.harmless(text) == "something that may hold a session, so it is not shown"


def test_a_plain_sentence_is_quoted_in_short() -> None:
    assert login.harmless(" The  licence\nhas expired. ") == "The licence has expired."
    assert len(login.harmless("x" * 1000)) == 200


#: An address as it is documented, with anything put in anywhere.
addresses = st.tuples(st.integers(0, len(URL)), st.text(max_size=5)).map(lambda at: URL[: at[0]] + at[1] + URL[at[0] :])


@given(st.text(max_size=60) | addresses)
def test_whatever_is_read_leads_to_one_place_by_https(url: str) -> None:
    found = login.read(url)
    if found:
        assert url == f"https://{url[8:].partition('/')[0]}{found.path}"
        assert found.path.isascii() and found.path.isprintable() and " " not in found.path
        assert found.path.startswith(f"{found.token}/login/?") and 0 < found.port < 65536


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (URL.replace(":2083", ""), ("server.example.com", 443)),
        (URL.replace("server.example.com", "[2001:db8::1]"), ("[2001:db8::1]", 2083)),
        (URL.replace("server.example.com", "SERVER.Example.com"), ("server.example.com", 2083)),
    ],
    ids=["without a port", "IPv6", "capitals"],
)
def test_the_place_of_a_login_is_a_checked_one(url: str, place: tuple[str, int]) -> None:
    found = login.read(url)
    assert found and (found.host, found.port) == place


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "usr/local/cpanel/bin").mkdir(parents=True)
    return Server(str(tmp_path))


def whmapi1(server: Server, script: str) -> None:
    program(Path(server.cpanel, "bin/whmapi1"), script)


def answer(**changed: Any) -> object:
    return {"metadata": {"result": 1, "reason": "OK"}, "data": {"url": URL}, **changed}


def why_not(server: Server, script: str) -> login.NotMade:
    whmapi1(server, script)
    with pytest.raises(login.NotMade) as caught:
        login.make(server, "alice")
    return caught.value


def test_a_login_is_asked_for_as_it_is_documented(server: Server, tmp_path: Path) -> None:
    whmapi1(server, f'echo "$*" > {tmp_path}/words\n{printing(answer())}')
    assert login.make(server, "alice").token == "/cpsess1234567890"
    assert (tmp_path / "words").read_text() == "--output=json create_user_session user=alice service=cpaneld\n"


def test_a_result_that_is_text_counts_too(server: Server) -> None:
    whmapi1(server, printing(answer(metadata={"result": "1"})))
    assert login.make(server, "alice").host == "server.example.com"


def test_a_refusal_is_told_in_the_panels_words(server: Server) -> None:
    refused = answer(metadata={"result": 0, "reason": "The user does not exist."}, data=None)
    assert str(why_not(server, printing(refused))) == "whmapi1 refuses: The user does not exist."


@pytest.mark.parametrize(
    "said",
    ["", "The licence has expired.", "[]", "1", "{}", '{"metadata": null}', '{"metadata": []}', "[" * 5000,
     '{"metadata": {"result": "yes"}}', '{"metadata": {"result": null}}', '{"metadata": {"result": 1e999}}'],
)  # fmt: skip
def test_what_is_no_answer_is_told(server: Server, said: str) -> None:
    assert str(why_not(server, printing(said))).startswith("whmapi1 answered: ")


@pytest.mark.parametrize("data", [None, [], "x", {}, {"url": None}, {"url": "http://x"}], ids=json.dumps)
def test_an_answer_without_an_address_is_told(server: Server, data: object) -> None:
    assert str(why_not(server, printing(answer(data=data)))) == "whmapi1 gave no https address that signs in"


@pytest.mark.parametrize("said", [f"Use {URL}", f"Session: {URL}"])
def test_no_reason_quotes_a_login(server: Server, said: str) -> None:
    refused = answer(metadata={"result": 0, "reason": said})
    assert "SecretPart1" not in str(why_not(server, printing(refused))) + str(why_not(server, printing(said)))


def test_a_program_that_hangs_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "LIMIT", 0.01)
    assert "was not done within 0.01 seconds" in str(why_not(server, "exec sleep 60"))


def test_one_that_is_not_there_is_named_with_its_remedy(server: Server) -> None:
    with pytest.raises(login.NotMade, match="bin/whmapi1 is missing or cannot be run") as caught:
        login.make(server, "alice")
    assert caught.value.remedy == "/usr/local/cpanel/scripts/upcp --force"


def test_what_fails_can_be_looked_into(server: Server) -> None:
    assert why_not(server, "exit 1").look == f"{server.cpanel}/bin/whmapi1 accountsummary user=alice"
