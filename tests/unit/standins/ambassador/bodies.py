"""Services as the API lists them."""

from __future__ import annotations

from typing import Any

import yaml


def mapping(name: str = "one", **keys: Any) -> dict[str, Any]:
    return {
        "apiVersion": "ambassador/v0",
        "kind": "Mapping",
        "name": name,
        "prefix": "/",
        "service": "web",
        **keys,
    }


def service(name: str, *documents: object) -> dict[str, Any]:
    return annotated(name, "\n".join("---\n" + yaml.safe_dump(document) for document in documents))


def annotated(name: str, text: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "default", "annotations": {"getambassador.io/config": text}}
    }
