"""Serve the files of the page, and nothing else."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = 8082
PAGE = Path(__file__).parent / "page"


def serve(port: int = PORT, folder: Path = PAGE) -> ThreadingHTTPServer:
    """Make the server; the caller runs it."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    return ThreadingHTTPServer(("", port), handler)
