"""Failures by the names under which a traceback of that time showed them."""

from __future__ import annotations

FACE = "grpc.framework.interfaces.face.face"


class FaceError(Exception):
    """A call that was not answered."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(code, details)
        self.code, self.details = code, details

    def __str__(self) -> str:
        return f'{type(self).__name__}(code=StatusCode.{self.code}, details="{self.details}")'


class AbortionError(FaceError):
    """The server, or the way to it, ended the call."""


class ExpirationError(FaceError):
    """The deadline passed."""


class NoFile(OSError):
    """Python 2 called it IOError."""


AbortionError.__module__ = ExpirationError.__module__ = FACE
NoFile.__module__, NoFile.__name__, NoFile.__qualname__ = "builtins", "IOError", "IOError"


def named(code: str, details: str) -> FaceError:
    """Return the error for a call that ended with the gRPC status *code*."""
    if code == "DEADLINE_EXCEEDED":
        return ExpirationError(code, "Deadline Exceeded")
    if code == "UNAVAILABLE":
        details = "Name resolution failure" if "DNS" in details or "resol" in details else "Connect Failed"
    return AbortionError(code, details)
