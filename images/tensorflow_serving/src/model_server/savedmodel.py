"""SavedModels and tensors: TensorFlow's part, and nothing else's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .refusal import Refusal, check_inputs, chosen, no_signature

FIELDS = {
    tf.string: "string_val",
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.int32: "int_val",
    tf.int64: "int64_val",
    tf.bool: "bool_val",
}
"""Where a client of that time finds the values; other types go as bytes."""


class SavedModel:
    """One version, loaded."""

    def __init__(self, folder: Path) -> None:
        self._loaded = tf.saved_model.load(str(folder))  # kept: the signatures hold no variables themselves
        self._signatures: Mapping[str, Any] = self._loaded.signatures

    def predict(self, signature: str, inputs: Mapping[str, Any], outputs: Collection[str]) -> dict[str, Any]:
        """Return the tensors of *signature*'s *outputs* (all, if none is named). Raises Refusal."""
        if signature not in self._signatures:
            raise no_signature(signature)
        function = self._signatures[signature]
        _, wanted = function.structured_input_signature
        check_inputs(inputs, wanted)
        try:
            given = {name: tf.constant(tf.make_ndarray(proto)) for name, proto in inputs.items()}
            answer = function(**given)
        except tf.errors.OpError as error:
            raise Refusal(_code(error.error_code), error.message) from error
        except (TypeError, ValueError) as error:
            raise Refusal("INVALID_ARGUMENT", " ".join(str(error).split())) from error
        return {name: _proto(answer[name]) for name in chosen(answer, outputs)}


def _proto(tensor: Any) -> Any:  # noqa: ANN401 - TensorFlow has no types here
    """Write a tensor with one value a line, as the original does; `make_tensor_proto` packs them as bytes."""
    values, name = tensor.numpy(), FIELDS.get(tensor.dtype)
    proto = tf.make_tensor_proto(values)
    if name is not None:
        proto.ClearField("tensor_content")
        proto.ClearField(name)
        getattr(proto, name).extend(values.ravel().tolist() if values.ndim else [values])
    return proto


def _code(number: int) -> str:
    """Name the status: TensorFlow numbers its errors as gRPC does."""
    names = (
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
    )
    return names[number] if number < len(names) else "INTERNAL"
