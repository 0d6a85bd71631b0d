"""HTML as a browser reads it: of a page that somebody else wrote, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.admin.html import Page

PIECES = [
    *("<", ">", "</", "/>", "<!", "<!--", "-->", "<?", "<![", "]]>", "<!DOCTYPE html", "&", "&#", "&#x110000;", "\0"),
    *(
        "<p role=alert>",
        "</p>",
        "<title>",
        "</title>",
        "<script>",
        "</script>",
        "<form action='",
        '"',
        "=",
        "<input name",
    ),
]
anything = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join)


@given(anything)
def test_no_page_is_an_error(text: str) -> None:
    found = Page(text)
    assert "\n" not in found.title
    assert all(isinstance(value, str) for _, attributes in found.tags for value in attributes.values())


@given(anything)
def test_what_a_page_says_does_not_hide_the_form_before_it(text: str) -> None:
    assert Page(f"<form action=/login>{text}").first("form") == {"action": "/login"}


def test_tags_and_names_are_read_in_lower_case_and_values_as_they_are() -> None:
    assert Page("<FORM Action=/Login>").all("form") == [{"action": "/Login"}]


def test_references_in_values_are_read() -> None:
    assert Page("<input value='a&amp;b&#39;c&quot;'>").first("input") == {"value": "a&b'c\""}


def test_a_name_without_a_value_has_an_empty_one() -> None:
    assert Page("<button disabled>").first("button") == {"disabled": ""}


def test_what_is_not_there_has_no_attributes() -> None:
    page = Page("<p>")
    assert (page.all("form"), page.first("form")) == ([], {})


def test_a_form_in_a_comment_or_a_script_is_none() -> None:
    assert Page("<!-- <form> --><script>'<form>'</script>").all("form") == []


def test_the_title_is_in_one_line() -> None:
    assert Page("<title> a\n\tb  c</title>").title == "a b c"


def test_only_the_first_title_counts() -> None:
    assert Page("<title>one</title><svg><title>two</title>").title == "one"


@pytest.mark.parametrize(
    ("body", "alert"),
    [
        ('<p role="alert">no <b>entry</b></p>after', "no entry"),
        ('<div id="login-status" class=error><div>Your <i>session</i></div> died</div>after', "Your session died"),
        ("<p>only text", ""),
        ('<p role=alert>open <p role="alert">twice', "open twice"),
        ("<p role=alert> </p><p role=alert>the second, as the first is empty</p>", "the second, as the first is empty"),
        ("<p role=alert>the first</p><p role=alert>not the second</p>", "the first"),
    ],
)
def test_what_a_person_is_told_first_is_found(body: str, alert: str) -> None:
    assert Page(body).alert.strip() == alert


@pytest.mark.parametrize("end", ["<![]]>", "<![foo[", "<!DOCTYPE [", "<!--", "<p", "&#x110000;", "<?"])
def test_a_page_that_goes_wrong_is_read_up_to_there(end: str) -> None:
    found = Page(f"<title>Hello</title><p role=alert>no</p>{end}")
    assert (found.title, found.alert) == ("Hello", "no")


@pytest.mark.parametrize("piece", ["<a ", "<", "<!--", "<p x='", "&", "</", "<title>", "<![CDATA["])
@pytest.mark.timeout(30)
def test_a_page_that_breaks_off_again_and_again_keeps_nobody_waiting(piece: str) -> None:
    assert Page(piece * (90_000 // len(piece))).alert == ""
