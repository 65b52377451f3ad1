"""`fetch`: GET a URL by curl, at the place."""

from __future__ import annotations

from lab.spec.scenario import Fetch
from lab.steps.stage import Stage
from lab.verdict import Observation


def fetch(action: Fetch, stage: Stage, *, timeout: float) -> Observation:
    raise NotImplementedError
