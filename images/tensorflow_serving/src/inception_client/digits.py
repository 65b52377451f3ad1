"""Numbers of an answer's text form, as Python 2 printed them."""

from __future__ import annotations

import re
import struct

_value = re.compile(r"^(\s*float_val: )(\S+)$", re.MULTILINE)


def twelve(text: str) -> str:
    """Give each `float_val` of *text* twelve significant digits: 8.31655883789, where 8.316559 stands."""
    return _value.sub(lambda found: found[1] + _old(float(found[2])), text)


def _old(value: float) -> str:
    """Print the 32-bit number that *value* is the shortest name of."""
    (exact,) = struct.unpack("<f", struct.pack("<f", value))
    digits = f"{exact:.12g}"
    return digits if re.search(r"[.en]", digits) else digits + ".0"
