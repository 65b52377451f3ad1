"""Attack the lab that is named, print what held, exit 1 where something did not."""

from __future__ import annotations

import argparse
import sys

from tests.hostile import campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--name", required=True, help="a lab that stands; it is left standing")
    parser.add_argument("part", nargs="*", choices=[*campaign.PARTS, []], help="only these parts")
    given = parser.parse_args()
    results = campaign.run(given.name, given.part or list(campaign.PARTS))
    print(campaign.summary(results))  # noqa: T201
    return 0 if all(one.holds for one in results) else 1


if __name__ == "__main__":
    sys.exit(main())
