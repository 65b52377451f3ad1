"""Each act on a page: how it finds what it is to touch, how long it waits, and how it fails."""

from __future__ import annotations

import pytest

from lab.parts.browser.acts import PATIENCE, Failure, Hand
from tests.unit.parts.browser.fakepage import Element, FakePage, Trouble


def hand(page, seconds=30.0):
    shots = {}
    one = Hand(page, seconds, Trouble, shots.__setitem__, clock=page.clock)
    return one, shots


def failing(page, act, seconds=30.0):
    with pytest.raises(Failure) as caught:
        hand(page, seconds)[0].do(act)
    return caught.value


USER = {"field": "User", "with": "admin"}


@pytest.mark.parametrize(
    ("way", "name"),
    [
        (("label", "User", True), "User"),
        (("label", "User", False), "User"),
        (("css", '[name="User"]'), "User"),
        (("placeholder", "User", True), "User"),
        (("css", "#user"), "#user"),
    ],
    ids=str,
)
def test_a_field_goes_by_what_people_call_it(way, name):
    element = Element("old")

    hand(FakePage({way: [element]}))[0].do({"fill": {"field": name, "with": "admin"}})

    assert element.value == "admin"


def test_the_label_counts_more_than_the_placeholder():
    label, placeholder = Element(), Element()

    hand(FakePage({("label", "User", True): [label], ("placeholder", "User", True): [placeholder]}))[0].do(
        {"fill": USER}
    )

    assert (label.value, placeholder.value) == ("admin", "")


def test_what_cannot_be_seen_is_passed_over():
    hidden, shown = Element(visible=False), Element()

    hand(FakePage({("label", "User", True): [hidden, shown]}))[0].do({"fill": USER})

    assert (hidden.value, shown.value) == ("", "admin")


def test_a_blank_is_filled_in_too():
    element = Element("old")

    hand(FakePage({("label", "Password", True): [element]}))[0].do(
        {"fill": {"field": "Password", "with": ""}}
    )

    assert element.value == ""


def test_a_field_that_is_missing_is_named_with_those_that_are_there():
    page = FakePage(
        texts=["Sign in"],
        fields=[
            {"name": "username", "type": "text", "label": "Username:", "placeholder": "", "value": "x", "options": []},
            {"name": "", "type": "password", "label": "", "placeholder": "secret", "value": "hush", "options": []},
            {"name": "image", "type": "text", "label": "", "placeholder": "", "value": "", "options": ["a", "b"]},
        ],
    )  # fmt: skip

    failure = failing(page, {"fill": USER})

    assert failure.outcome == "not-found"
    assert failure.said == (
        "the page has no field 'User'; its fields: username (text), label 'Username:', holds 'x'; "
        "without a name (password), placeholder 'secret'; image (text), options a, b; it says:\nSign in"
    )
    assert page.now == pytest.approx(PATIENCE, abs=0.2)


def test_a_page_without_fields_says_so():
    assert "its fields: none" in failing(FakePage(), {"fill": USER}).said


def test_a_field_that_comes_late_is_waited_for():
    page, element = FakePage(), Element()
    one, _ = hand(page)
    wait = page.wait_for_timeout

    def later(timeout):
        wait(timeout)
        if page.now > 2:
            page.elements[("label", "User", True)] = [element]

    page.wait_for_timeout = later
    one.do({"fill": USER})

    assert element.value == "admin"


def test_a_name_that_is_no_css_leads_nowhere_and_breaks_nothing():
    assert failing(FakePage(), {"fill": {"field": "<b>", "with": ""}}).outcome == "not-found"


@pytest.mark.parametrize(
    ("way", "click"),
    [
        (("role", "button", "Go", True), {"text": "Go"}),
        (("role", "link", "Go", True), {"text": "Go"}),
        (("text", "Go", True), {"text": "Go"}),
        (("role", "button", "Go", False), {"text": "Go"}),
        (("role", "menuitem", "Go", False), {"text": "Go", "role": "menuitem"}),
        (("role", "button", None, True), {"role": "button"}),
        (("css", "#go"), {"selector": "#go"}),
    ],
    ids=str,
)
def test_a_click_finds_what_is_meant(way, click):
    element = Element()

    hand(FakePage({way: [element]}))[0].do({"click": click})

    assert element.clicks == 1


def test_a_role_that_is_given_is_the_only_one():
    page = FakePage({("role", "link", "Go", True): [Element()]}, texts=["all there is"])

    failure = failing(page, {"click": {"text": "Go", "role": "button"}})

    assert failure.outcome == "not-found"
    assert "all there is" in failure.said


def test_a_tab_that_opens_is_gone_to():
    other = FakePage(texts=["the other"])
    page = FakePage({("role", "link", "Go", True): [Element()]}, popup=other)
    one, _ = hand(page)

    one.do({"click": {"text": "Go", "follow": True}})

    assert one.page is other
    assert one.do({"see": "other"}) == "'other'"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("This site can't be reached\nERR_CONNECTION_REFUSED", "refused"),
        ("This page isn't working\nHTTP ERROR 503", "fails"),
        ("No webpage was found\nHTTP ERROR 404", "not-found"),
        ("Something else", "fails"),
    ],
)
def test_a_click_that_leads_to_no_page_is_told_by_its_cause(text, outcome):
    page = FakePage(texts=[text])
    page.elements[("role", "link", "Go", True)] = [
        Element(on_click=lambda: setattr(page, "url", "chrome-error://chromewebdata/"))
    ]

    failure = failing(page, {"click": {"text": "Go"}})

    assert (failure.outcome, failure.said) == (outcome, f"the browser says:\n{text}")


def test_text_is_typed_at_once_and_its_last_line_is_not_ended():
    page = FakePage()

    hand(page)[0].do({"type": "import a\n  b\n"})

    assert page.did == [("insert", "import a\n  b")]


def test_keys_are_pressed():
    page = FakePage()

    hand(page)[0].do({"press": "Shift+Enter"})

    assert page.did == [("press", "Shift+Enter")]


def test_what_is_to_be_seen_is_waited_for():
    page = FakePage(texts=["one", None, "two\nHello there"])

    assert hand(page)[0].do({"see": "^Hello"}) == "'Hello'"


def test_what_does_not_come_is_told_with_what_is_there():
    failure = failing(FakePage(texts=["only this"]), {"see": "Hello"}, seconds=20)

    assert failure.outcome == "times-out"
    assert failure.said == "in 20 s that did not come; the page says:\nonly this"


def test_seeing_takes_all_the_time_there_is():
    page = FakePage()

    failing(page, {"see": "Hello"}, seconds=50)

    assert page.now == pytest.approx(50, abs=0.2)


def test_a_title_is_waited_for():
    page = FakePage(titles=["Loading", "Kubeflow"])

    assert hand(page)[0].do({"title": "^Kubeflow$"}) == "'Kubeflow'"
    assert "the title is:\nx" in failing(FakePage(titles=["x"]), {"title": "y"}).said


def test_a_field_holds_its_value_or_else_its_placeholder():
    page = FakePage(
        {("label", "image", True): [Element("a:1", "b:1")], ("label", "cpu", True): [Element("", "500m")]}
    )

    assert hand(page)[0].do({"holds": {"field": "image", "says": "^a:"}}) == "'a:1'"
    assert hand(page)[0].do({"holds": {"field": "cpu", "says": "m$"}}) == "'500m'"
    assert failing(page, {"holds": {"field": "image", "says": "^b"}}).said == "it holds 'a:1'"


def test_an_option_is_selected():
    element = Element(options=("One", "Two"))
    page = FakePage({("label", "s", True): [element]})

    hand(page)[0].do({"select": {"field": "s", "option": "Two"}})

    assert element.value == "Two"
    assert failing(page, {"select": {"field": "s", "option": "Three"}}).outcome == "times-out"


def test_a_path_is_opened_on_the_same_server():
    page = FakePage(url="http://a.test:8080/hub/login")

    hand(page)[0].do({"open": "/tfjobs/ui/"})

    assert page.url == "http://a.test:8080/tfjobs/ui/"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("ERR_NAME_NOT_RESOLVED", "unresolved"),
        ("ERR_CONNECTION_REFUSED", "refused"),
        ("ERR_ADDRESS_UNREACHABLE", "unreachable"),
        ("ERR_CONNECTION_TIMED_OUT", "times-out"),
        ("ERR_EMPTY_RESPONSE", "fails"),
    ],
)
def test_what_cannot_be_opened_is_told_by_its_cause(error, outcome):
    page = FakePage(errors={"http://a.test/": f"Page.goto: net::{error} at http://a.test/\nCall log: ..."})

    failure = failing(page, {"open": "http://a.test/"})

    assert (failure.outcome, failure.said) == (outcome, f"Page.goto: net::{error} at http://a.test/")


def test_what_the_library_gives_up_waiting_for_times_out():
    page = FakePage(errors={"http://a.test/": "Page.goto: Timeout 30000ms exceeded."})

    assert failing(page, {"open": "http://a.test/"}).outcome == "times-out"


def test_a_page_that_never_finishes_loading_is_gone_on_with():
    page = FakePage(loads=False)

    assert hand(page)[0].do({"open": "http://a.test/"}) == "(it has not finished loading)"
    assert page.now == pytest.approx(PATIENCE, abs=0.2)


def test_a_picture_is_shown():
    one, shots = hand(FakePage(url="http://a.test/"))

    one.do({"shot": "login"})

    assert shots == {"login": b"a picture of http://a.test/"}
