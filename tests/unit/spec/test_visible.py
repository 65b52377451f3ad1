from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.spec.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("registry.test:5000/é/日本 ok", "registry.test:5000/é/日本 ok"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("a\nb\r\tc\0\x7f", r"a\nb\r\tc\x00\x7f"),
        ("\u202etset\u2066x\u200f", r"\u202etset\u2066x\u200f"),
        ("zero\u200bwidth\ufeff\u2028", r"zero\u200bwidth\ufeff\u2028"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
        (r"C:\x1b", r"C:\x1b"),
    ],
)
def test_what_a_terminal_would_obey_is_spelt(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_nothing_is_left_that_moves_hides_or_turns(text):
    shown = visible(text)

    assert visible(shown) == shown
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 or 0x202A <= ord(one) <= 0x202E for one in shown)
    shown.encode()
