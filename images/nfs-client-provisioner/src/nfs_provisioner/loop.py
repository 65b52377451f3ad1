"""Who is told what: each change of a claim or volume to its worker, one at a time, failures again later."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from incluster import Object, Refused

from .attempts import Attempts
from .work import Failed

PAUSE_SECONDS = 5.0
"""Before a watch that broke off begins anew."""
LONGEST_WAIT_SECONDS = 60.0

log = logging.getLogger(__name__)

Change = tuple[str, Object]
"""The path of the object's kind, and the object."""


@dataclass(slots=True)
class Loop:
    workers: Mapping[str, Callable[[Object], None]]
    """By the path of a kind. They raise Failed."""
    read: Callable[[str], Object | None]
    clock: Callable[[], float] = time.monotonic
    attempts: Attempts = field(default_factory=Attempts)
    changes: queue.Queue[Change] = field(default_factory=queue.Queue)

    def turn(self) -> None:
        """Wait for one change, or for what is due, and have it done."""
        try:
            kind, body = self.changes.get(timeout=self.attempts.pause(self.clock(), LONGEST_WAIT_SECONDS))
        except queue.Empty:
            pass
        else:
            key = key_of(kind, body)
            if not self.attempts.waits(key):
                self._do(key, body)
        for key in list(self.attempts.take_due(self.clock())):
            self._again(key)

    def _again(self, key: str) -> None:
        try:
            body = self.read(key)
        except Refused as refusal:
            log.warning("%s: %s", key, refusal)
            self.attempts.failed(key, self.clock())
            return
        if body is None:
            self.attempts.done(key)
        else:
            self._do(key, body)

    def _do(self, key: str, body: Object) -> None:
        try:
            self.workers[kind_of(key)](body)
        except Failed as failure:
            log.warning("%s", failure)
            self.attempts.failed(key, self.clock())
        else:
            self.attempts.done(key)


def key_of(kind: str, body: Object) -> str:
    """Return the object's own path; *kind* is that of its collection over all namespaces."""
    metadata = body["metadata"]
    if "namespace" not in metadata:
        return f"{kind}/{metadata['name']}"
    start, _, plural = kind.rpartition("/")
    return f"{start}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"


def kind_of(key: str) -> str:
    """Return the path of the collection, over all namespaces, that the object at *key* belongs to."""
    collection = key.rpartition("/")[0]
    start, found, rest = collection.partition("/namespaces/")
    return f"{start}/{rest.partition('/')[2]}" if found else collection


def follow(
    kind: str,
    changes: Callable[[str], Iterator[Object]],
    into: queue.Queue[Change],
    sleep: Callable[[float], None],
) -> None:
    """Put every change of *kind* into the queue, for ever; a watch that ended is begun anew."""
    while True:
        try:
            for body in changes(kind):
                into.put((kind, body))
        except Refused as refusal:
            log.warning("%s; watching again in %.0f s", refusal, PAUSE_SECONDS)
            sleep(PAUSE_SECONDS)


def start(loop: Loop, changes: Callable[[str], Iterator[Object]]) -> None:
    """Follow each kind in a thread of its own, which ends with the program."""
    for kind in loop.workers:
        threading.Thread(
            target=follow, args=(kind, changes, loop.changes, time.sleep), name=kind, daemon=True
        ).start()
