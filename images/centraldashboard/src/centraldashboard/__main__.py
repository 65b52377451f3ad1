"""Serve until told to stop."""

from __future__ import annotations

import signal
import sys

from .server import PORT, serve


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"central dashboard listens on {PORT} (stand-in of the air-gap lab)", file=sys.stderr, flush=True)
    serve().serve_forever()


if __name__ == "__main__":
    main()
