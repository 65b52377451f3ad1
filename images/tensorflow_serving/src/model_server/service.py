"""PredictionService over gRPC: Predict. The other calls are refused as not implemented."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-not-found,import-untyped,unused-ignore]
from tensorflow_serving.apis import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    predict_pb2,
    prediction_service_pb2_grpc,
)

from .manager import Manager
from .refusal import Refusal, no_model_spec, no_servable
from .savedmodel import SavedModel

DEFAULT_SIGNATURE = "serving_default"
THREADS = 4


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc,unused-ignore]
    def __init__(self, manager: Manager[SavedModel]) -> None:
        self._manager = manager

    def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802, ANN401 - the protocol's names
        try:
            return self._answer(request)
        except Refusal as refusal:
            context.abort(getattr(grpc.StatusCode, refusal.code), str(refusal))

    def _answer(self, request: Any) -> Any:  # noqa: ANN401 - messages have no types here
        if not request.HasField("model_spec"):
            raise no_model_spec()
        spec = request.model_spec
        version = spec.version.value if spec.HasField("version") else None
        model = self._manager.model
        if model is None or spec.name != self._manager.name or version not in {None, self._manager.number}:
            raise no_servable(spec.name, version)
        signature = spec.signature_name or DEFAULT_SIGNATURE
        outputs = model.predict(signature, request.inputs, request.output_filter)
        response = predict_pb2.PredictResponse()
        for name, tensor in outputs.items():
            response.outputs[name].CopyFrom(tensor)
        return response


def start(manager: Manager[SavedModel], port: int) -> Any:  # noqa: ANN401 - gRPC has no types here
    """Open the port; return the server. Raises RuntimeError where the port is taken."""
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[("grpc.so_reuseport", 0)])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(manager), server)
    server.add_insecure_port(f"0.0.0.0:{port}")
    server.start()
    return server
