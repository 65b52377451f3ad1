"""`resolve`: ask the place's own resolver."""

from __future__ import annotations

from lab.spec.scenario import Resolve
from lab.steps.stage import Stage
from lab.verdict import Observation


def resolve(action: Resolve, stage: Stage, *, timeout: float) -> Observation:
    raise NotImplementedError
