"""Scenarios read and checked with all that they need: `validate`, `run` and its dry run say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lab.builds.reference import parse_reference
from lab.errors import LabError, SpecError
from lab.spec.order import in_order
from lab.spec.positions import Path as Keys
from lab.spec.reading import line_of
from lab.spec.scenario import Scenario
from lab.steps import exports, zones


def read_checked(paths: Sequence[Path]) -> tuple[Scenario, ...]:
    """Read *paths* and what they need, in the order in which they are played.

    Raises SpecError with the problems of all files together, those of files beside them as well.
    """
    scenarios = in_order(paths)
    problems: list[str] = []
    for check in CHECKS:
        try:
            check(scenarios)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return scenarios


def check_images(scenarios: Sequence[Scenario]) -> None:
    """Report every image that no engine could be asked for. Raises SpecError."""
    problems: list[str] = []
    for scenario in scenarios:
        for where, image in _images(scenario):
            try:
                parse_reference(image)
            except LabError as error:
                problems.append(f"{scenario.source}:{line_of(Path(scenario.source), where)}: {error}")
    if problems:
        raise SpecError(problems)


def _images(scenario: Scenario) -> Iterator[tuple[Keys, str]]:
    for index, image in enumerate(scenario.needs.images):
        yield ("needs", "images", index), image
    for name, images in scenario.needs.archives.items():
        for image in images:
            yield ("needs", "archives", name), image


CHECKS: tuple[Callable[[Sequence[Scenario]], None], ...] = (
    zones.check_files,
    exports.check_files,
    check_images,
)
"""Each raises SpecError with the problems of all scenarios."""
