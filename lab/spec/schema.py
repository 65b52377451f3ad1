"""The JSON Schema of scenario files as they are written, made of the models that read them."""

from __future__ import annotations

from typing import Any

from lab.spec.actions import ACTIONS, SHORT
from lab.spec.scenario import Outcome, Scenario
from lab.spec.written import NOT_IN_FILES

_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}
"""YAML takes `true` and `8080` for other things than text; reading takes them as typed."""


def schema() -> dict[str, Any]:
    """Return the schema: JSON Schema 2020-12, for editors. Reading checks more (places, patterns, files)."""
    whole = Scenario.model_json_schema(by_alias=True, mode="validation")
    models: dict[str, Any] = whole["$defs"]
    for model in (*models.values(), whole):
        for name in NOT_IN_FILES:
            model.get("properties", {}).pop(name, None)
        if "required" in model:
            model["required"] = [name for name in model["required"] if name not in NOT_IN_FILES]
    step = models["Step"]
    for key, action in ACTIONS.items():
        step["properties"][key] = _action(key, models[action.__name__])
    step["oneOf"] = [{"required": [key]} for key in ACTIONS]
    whole["oneOf"] = [{"required": [key]} for key in ("steps", "chapters")]
    models["Expectation"] = {"anyOf": [_outcomes(), models["Expectation"]]}
    models.pop("Lines", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}


def _action(key: str, model: dict[str, Any]) -> dict[str, Any]:
    whole = {"$ref": f"#/$defs/{model['title']}"}
    if key not in SHORT:
        return whole
    short = model["properties"][SHORT[key]]
    plain = _WORD if short.get("type") == "string" and "pattern" not in short else short
    return {"anyOf": [plain, whole], "description": model.get("description", "")}


def _outcomes() -> dict[str, Any]:
    return {"type": "string", "enum": [outcome.value for outcome in Outcome]}
