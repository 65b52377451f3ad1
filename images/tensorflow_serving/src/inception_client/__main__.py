"""Ask, print, done. A failure is an uncaught traceback and exit code 1, as it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-not-found,import-untyped,unused-ignore]
from google.protobuf import text_format  # type: ignore[import-untyped,unused-ignore]

from .digits import twelve
from .failures import NoFile, named
from .flags import host_and_port, read
from .messages import protocol

MODEL, SIGNATURE, INPUT = "inception", "predict_images", "images"
DEADLINE_SECONDS = 10.0


def main() -> None:
    flags = read(sys.argv[1:])
    host, port = host_and_port(flags.server)
    try:
        picture = Path(flags.image).read_bytes()
    except OSError as error:
        raise NoFile(error.errno, error.strerror, flags.image) from None
    print(twelve(text_format.MessageToString(ask(f"{host}:{port}", picture))))


def ask(server: str, picture: bytes) -> Any:  # noqa: ANN401 - messages have no types here
    """Return what the server says of *picture*, a JPEG. Raises FaceError."""
    predict, service, types = protocol()
    request = predict.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = MODEL, SIGNATURE
    images = request.inputs[INPUT]
    images.dtype = types.DT_STRING
    images.tensor_shape.dim.add(size=1)
    images.string_val.append(picture)
    with grpc.insecure_channel(server, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            return service.PredictionServiceStub(channel).Predict(request, DEADLINE_SECONDS)
        except grpc.RpcError as error:
            raise named(error.code().name, error.details() or "") from None


if __name__ == "__main__":
    main()
