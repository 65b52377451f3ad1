"""Live: plain lines where there is no terminal; colour and a spinner where there is one, unless NO_COLOR."""

from __future__ import annotations

import io

from rich.console import Console

from lab.cli.live import Live
from lab.events import StepStarted
from lab.report.before import Before
from lab.report.plain import plain, seconds
from tests.unit.story import EVENTS


def shown(events=EVENTS, before=None, **console):
    file = io.StringIO()
    live = Live(before, console=Console(file=file, width=60, highlight=False, **console))
    for event in events:
        live.record(event)
    return file.getvalue()


def test_plain_lines_without_a_terminal():
    text = shown()

    assert "\x1b" not in text
    assert "  ok      the kinds  0.5 s  lines 573-577, 580\n" in text
    assert "  ok      a wait  75 s  added: the document takes it for granted\n" in text
    assert "  FAILED  the log  12 min 30 s  differs: in the pod's name\n" in text
    assert "  skipped the end\n" in text


def test_a_step_that_failed_is_explained_once():
    text = shown()

    assert text.count("the output does not match 'epoch'") == 1
    assert text.count("LAST SEEN") == 1
    assert "          $ kubectl logs a |\n          $   tail -1\n" in text
    assert "nothing\ufffd\ufffd of note" in text


def test_preparation_and_cleanup_are_quiet_unless_they_fail():
    text = shown()

    assert "what the scenario needs" not in text
    assert "  ok      tidy" not in text
    assert "  ERROR   tidier" in text


def test_a_step_that_took_another_time_says_the_last():
    before = Before({"mnist": {"step a wait": 12.0, "step the kinds": 0.6}})
    text = shown(before=before)

    assert "  ok      a wait  75 s (last time 12 s)  added:" in text
    assert "  ok      the kinds  0.5 s  lines" in text


def test_the_line_under_way_says_the_last_time(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    started = next(event for event in EVENTS if isinstance(event, StepStarted) and event.step == "a wait")
    before = Before({"mnist": {"step a wait": 12.0}})

    assert "last time 12 s" in shown([started, *EVENTS[5:]], before, force_terminal=True)
    assert "last time" not in shown([started, *EVENTS[5:]], force_terminal=True)


def test_words_in_brackets_are_not_markup():
    event = next(event for event in EVENTS if isinstance(event, StepStarted))

    live = Live(console=Console(file=io.StringIO(), force_terminal=True))
    live.record(event)
    live.record(EVENTS[-1])  # its thread would go on
    assert "<inside> the gap & all" in shown()


def test_colour_on_a_terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    assert "\x1b[32mok" in shown(force_terminal=True)


def test_no_colour_when_asked(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")

    assert "\x1b[32m" not in shown(force_terminal=True)


def test_plain_takes_out_what_terminals_obey():
    assert plain("a\x1b[2Jb\x1b]0;title\x07c\r\nd\re\x9bf\ud800") == "abc\nd\ne\ufffdf\ufffd"


def test_seconds():
    assert [seconds(value) for value in (0.04, 9.9, 75, 754)] == ["0.0 s", "9.9 s", "75 s", "12 min 34 s"]
