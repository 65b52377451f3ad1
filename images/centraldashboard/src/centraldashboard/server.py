"""Serve the files of the page, and nothing else."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = 8082
PAGE = Path(__file__).parent / "page"


class Handler(SimpleHTTPRequestHandler):
    server_version = "centraldashboard (stand-in of the air-gap lab)"


def serve(port: int = PORT, folder: Path = PAGE) -> ThreadingHTTPServer:
    """Make the server; the caller runs it."""
    return ThreadingHTTPServer(("", port), functools.partial(Handler, directory=str(folder)))
