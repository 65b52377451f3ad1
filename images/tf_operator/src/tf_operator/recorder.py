"""Makes and deletes the objects of a job, and leaves an event on it for each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from operators import records
from operators.cluster import Cluster, Object, Refused
from operators.records import Owner

COMPONENT = "tf-operator"
WORDS = {"pods": "Pod", "services": "Service"}

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Recorder:
    """The hands of the operator on one job."""

    cluster: Cluster
    owner: Owner
    clock: Callable[[], datetime] = utc_now

    @property
    def now(self) -> str:
        return records.timestamp(self.clock())

    async def create(self, plural: str, body: Object) -> None:
        """Create an object. Raises `Refused`, after telling of it."""
        word = WORDS[plural]
        try:
            await self.cluster.create(plural, body)
        except Refused as refusal:
            await self.tell("Warning", f"FailedCreate{word}", f"Error creating: {refusal}")
            raise Refused(str(refusal)) from refusal  # a taken name, too, is to be tried again slowly
        await self.tell(
            "Normal", f"SuccessfulCreate{word}", f"Created {word.lower()}: {body['metadata']['name']}"
        )

    async def delete(self, plural: str, name: str) -> None:
        """Delete an object. Raises `Refused`, after telling of it."""
        word = WORDS[plural]
        try:
            await self.cluster.delete(plural, self.owner.namespace, name)
        except Refused as refusal:
            await self.tell("Warning", f"FailedDelete{word}", f"Error deleting: {refusal}")
            raise
        await self.tell("Normal", f"SuccessfulDelete{word}", f"Deleted {word.lower()}: {name}")

    async def tell(self, kind: str, reason: str, message: str) -> None:
        """Record an event; one that is refused is worth a log line only, as everywhere in Kubernetes."""
        log.info("%s/%s: %s", self.owner.namespace, self.owner.name, message)
        event = records.event(self.owner, COMPONENT, kind, reason, message, now=self.clock())
        try:
            await self.cluster.create("events", event)
        except Refused as refusal:
            log.warning("%s/%s: event was refused: %s", self.owner.namespace, self.owner.name, refusal)
