from __future__ import annotations

import logging

from statsd.repeater import Repeater


def test_a_packet_goes_on_as_it_came():
    sent = []

    assert Repeater(lambda *call: sent.append(call)).repeat(b"up:1|g")
    assert sent == [(b"up:1|g", ("statsd-sink", 8125))]


def test_trouble_is_told_once_and_so_is_its_end(caplog):
    answers = iter([OSError("no such name"), OSError("no such name"), OSError("no route"), None, None])

    def send(*_):
        answer = next(answers)
        if answer is not None:
            raise answer

    repeater = Repeater(send)
    with caplog.at_level(logging.INFO):
        went = [repeater.repeat(b"x") for _ in range(5)]

    assert went == [False, False, False, True, True]
    assert [record.message for record in caplog.records] == [
        "cannot repeat to statsd-sink:8125: no such name",
        "cannot repeat to statsd-sink:8125: no route",
        "repeating to statsd-sink:8125 again",
    ]
