"""Measure, print the table, exit 1 where a bar is missed."""

from __future__ import annotations

import sys

from tests.bench import completeness, delivery, dns, memory, start, steps, up

MEASUREMENTS = {
    "start": start.measure,
    "dns": dns.measure,
    "up": up.measure,
    "steps": steps.measure,
    "delivery": delivery.measure,
    "images": delivery.measure_set,
    "memory": memory.measure,
    "completeness": completeness.measure,
}


def main(argv: list[str]) -> int:
    unknown = [name for name in argv if name not in MEASUREMENTS]
    if unknown:
        print(f"no measurement {', '.join(unknown)}; there are: {', '.join(MEASUREMENTS)}", file=sys.stderr)  # noqa: T201
        return 2
    rows = [row for name in argv or MEASUREMENTS for row in MEASUREMENTS[name]()]
    print(f"{'':<58} {'ours':>10} {'theirs':>10} {'':<9} {'ratio':>6}  bar")  # noqa: T201
    print(*rows, sep="\n")  # noqa: T201
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
