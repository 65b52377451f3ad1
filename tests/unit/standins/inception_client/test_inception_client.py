from __future__ import annotations

import struct
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inception_client.digits import twelve
from inception_client.failures import NoFile, named
from inception_client.flags import Flags, host_and_port, read

SAMPLE = (8.31655883789, 5.18350791931, 4.77944898605, 4.31814956665, 4.29243946075)
"""Scores as the original printed them: a real result of 2018, of which each is a 32-bit number."""


def shortest(value: float) -> str:
    """Name a 32-bit number as protobuf does today: with the fewest digits that mean it."""
    exact = struct.pack("<f", value)
    for digits in range(6, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("<f", float(text)) == exact:
            return text
    raise AssertionError(value)


@pytest.mark.parametrize("value", SAMPLE)
def test_scores_have_the_digits_that_they_had(value):
    assert twelve(f"    float_val: {shortest(value)}\n") == f"    float_val: {value}\n"


@pytest.mark.parametrize(
    ("today", "then"), [("8", "8.0"), ("-1.5", "-1.5"), ("1e-07", "1.00000001169e-07"), ("nan", "nan")]
)
def test_numbers_of_other_forms(today, then):
    assert twelve(f"float_val: {today}") == f"float_val: {then}"


@given(st.text())
def test_only_scores_are_touched(text):
    label = f'    string_val: "{text}"\n'
    if "float_val: " not in text:
        assert twelve(label) == label


def test_flags():
    assert read(["--server=inception:9000", "--image=/data/katacoda.jpg"]) == Flags(
        "inception:9000", "/data/katacoda.jpg"
    )
    assert read(["--image", "a.jpg", "--other=1"]) == Flags("localhost:9000", "a.jpg")


def test_a_server_is_a_host_and_a_port():
    assert host_and_port("inception:9000") == ("inception", 9000)
    for server in ("inception", "::1:9000", "inception:x"):
        with pytest.raises(ValueError):  # noqa: PT011 - what Python says of it is what the original showed
            host_and_port(server)


NO_WAY = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.1.2.3:9000"
NO_NAME = "DNS resolution failed for inception:9000: C-ares status is not ARES_SUCCESS"
ABORTED = "grpc.framework.interfaces.face.face.AbortionError: AbortionError(code=StatusCode."
EXPIRED = "grpc.framework.interfaces.face.face.ExpirationError: ExpirationError(code=StatusCode."
NO_SERVABLE = "Servable not found for request: Latest(inception)"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (named("NOT_FOUND", NO_SERVABLE), f'{ABORTED}NOT_FOUND, details="{NO_SERVABLE}")'),
        (named("UNAVAILABLE", NO_WAY), f'{ABORTED}UNAVAILABLE, details="Connect Failed")'),
        (named("UNAVAILABLE", NO_NAME), f'{ABORTED}UNAVAILABLE, details="Name resolution failure")'),
        (named("DEADLINE_EXCEEDED", "x"), f'{EXPIRED}DEADLINE_EXCEEDED, details="Deadline Exceeded")'),
        (NoFile(2, "No such file", "/x.jpg"), "IOError: [Errno 2] No such file: '/x.jpg'"),
    ],
    ids=["not found", "no connection", "no name", "too late", "no picture"],
)
def test_a_traceback_ends_in_the_old_words(error, shown):
    assert "".join(traceback.format_exception_only(error)).rstrip("\n") == shown
