"""What is told of an order: act by act, the end, and what went on behind the page."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from lab.parts.browser import session, telling
from lab.parts.browser.acts import Hand
from lab.parts.browser.watching import MOST, Watch
from tests.unit.parts.browser.fakepage import Element, FakePage, Trouble

URL = "http://a.test/"


def told(page, acts, capsys, status=200):
    hand = Hand(page, 30.0, Trouble, telling.show, clock=page.clock)
    done = telling.carry_out(hand, URL, acts)
    if done:
        telling.describe(hand, status)
    return done, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_acts_are_told_in_order_and_then_the_page(capsys):
    page = FakePage({("role", "link", "Go", True): [Element()]}, texts=["Hello"])

    done, lines = told(page, [{"click": {"text": "Go"}}, {"see": "Hell"}, {"shot": "x"}], capsys)

    assert done
    assert lines == [
        {"event": "did", "act": -1, "said": None},
        {"event": "did", "act": 0, "said": None},
        {"event": "did", "act": 1, "said": "'Hell'"},
        {"event": "shot", "name": "x", "media_type": "image/jpeg", "content": "YSBwaWN0dXJlIG9mIGh0dHA6Ly9hLnRlc3Qv"},
        {"event": "did", "act": 2, "said": None},
        {"event": "page", "url": URL, "title": "a title", "status": 200, "text": "Hello", "fields": []},
    ]  # fmt: skip


def test_the_first_failure_ends_it_with_a_picture(capsys):
    done, lines = told(FakePage(texts=["x"]), [{"see": "Hello"}, {"shot": "never"}], capsys)

    assert not done
    assert [line["event"] for line in lines] == ["did", "failed", "shot"]
    assert (lines[1]["act"], lines[1]["outcome"], lines[2]["name"]) == (0, "times-out", "where-it-stood")


def test_no_picture_of_what_cannot_be_pictured(capsys):
    page = FakePage(errors={URL: "net::ERR_CONNECTION_REFUSED"})

    def refuse(**_):
        raise Trouble("Target closed")

    page.screenshot = refuse
    done, lines = told(page, [], capsys)

    assert not done
    assert [line["event"] for line in lines] == ["failed"]


def test_a_page_of_any_length_is_told_in_bounds(capsys):
    _, lines = told(FakePage(texts=["x" * 10_000]), [], capsys)

    assert lines[-1]["text"] == "x" * telling.LONGEST + "\n(and 4000 characters more)"


def response(url, status, *, navigation=False):
    return SimpleNamespace(
        url=url, status=status, request=SimpleNamespace(is_navigation_request=lambda: navigation)
    )


def test_what_was_not_had_is_noted_once():
    watch = Watch()
    for _ in range(2):
        watch.on_failed(SimpleNamespace(url="http://fonts.test/x", failure="net::ERR_NAME_NOT_RESOLVED"))
    watch.on_failed(SimpleNamespace(url="http://a.test/left", failure="net::ERR_ABORTED"))
    watch.on_response(response("http://a.test/y.js", 404))
    watch.on_response(response("http://a.test/z.js", 200))

    assert watch.requests == [
        {"url": "http://fonts.test/x", "error": "net::ERR_NAME_NOT_RESOLVED"},
        {"url": "http://a.test/y.js", "error": "HTTP 404"},
    ]


def test_the_page_s_own_answer_is_its_status():
    watch = Watch()
    watch.on_response(response("http://a.test/", 503, navigation=True))

    assert watch.status("http://a.test/#there") == 503
    assert watch.status("http://a.test/pushed") is None
    assert watch.requests == []


def test_the_console_s_errors_are_noted_in_bounds():
    watch = Watch()
    watch.on_console(SimpleNamespace(type="log", text="fine"))
    watch.on_console(SimpleNamespace(type="error", text="Failed to load resource: net::ERR"))
    for number in range(MOST + 5):
        watch.on_console(SimpleNamespace(type="error", text=f"boo\n {number}"))

    assert watch.console[0] == "boo 0"
    assert len(watch.console) == MOST


def test_a_session_goes_on_and_earlier_runs_leave(tmp_path):
    old, new = tmp_path / "1" / "hub.json", tmp_path / "2" / "hub.json"
    session.save(old, session.Kept({"cookies": []}, URL))
    session.save(new, session.Kept({"cookies": [1]}, URL))
    session.save(new.with_name("other.json"), session.Kept())

    assert session.load(new) == session.Kept({"cookies": [1]}, URL)
    assert not old.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "1"])
def test_a_torn_session_is_a_new_one(tmp_path, text):
    (tmp_path / "a.json").write_text(text)

    assert session.load(tmp_path / "a.json") == session.Kept()
    assert session.load(tmp_path / "none.json") == session.load(None) == session.Kept()
