"""The marks that applied objects carry, and what is sent for one that is there already."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from typing import Any

from .rendering import Object

MANAGER_LABEL = "app.kubernetes.io/deploy-manager"
MANAGED_ANNOTATION = "ksonnet.io/managed"


def mark(wanted: Object) -> Object:
    """Label *wanted* as ksonnet's, and keep in it what was sent. The same object gives the same bytes."""
    metadata = wanted["metadata"]
    labels = {**(metadata.get("labels") or {}), MANAGER_LABEL: "ksonnet"}
    labelled = {**wanted, "metadata": {**metadata, "labels": labels}}
    packed = gzip.compress(json.dumps(labelled, sort_keys=True, separators=(",", ":")).encode(), mtime=0)
    managed = json.dumps({"pristine": base64.b64encode(packed).decode()})
    annotations = {**(metadata.get("annotations") or {}), MANAGED_ANNOTATION: managed}
    return {**labelled, "metadata": {**labelled["metadata"], "annotations": annotations}}


def pristine(live: Object) -> Object:
    """What was sent last time; empty where the object was not ours or the mark is spoilt."""
    text = ((live.get("metadata") or {}).get("annotations") or {}).get(MANAGED_ANNOTATION, "")
    try:
        found = json.loads(gzip.decompress(base64.b64decode(json.loads(text)["pristine"])))
    except (ValueError, KeyError, TypeError, OSError, EOFError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def three_way(before: Object, wanted: Object, live: Object) -> Object:
    """Make the merge patch that brings *live* to *wanted*.

    What we sent *before* and want no more is taken away; what others added stays. A list is one value, as in
    RFC 7386.
    """
    patch: dict[str, Any] = {key: None for key in before if key not in wanted and key in live}
    for key, value in wanted.items():
        there = live.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            old = before.get(key)
            inner = three_way(old if isinstance(old, dict) else {}, value, there)
            if inner:
                patch[key] = inner
        elif key not in live or there != value:
            patch[key] = value
    return patch
