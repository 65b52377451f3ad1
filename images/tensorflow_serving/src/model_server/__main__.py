"""Load, open the port, and go on looking for newer versions until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from .flags import USAGE, BadFlag, Flags, read
from .manager import Manager, NotLoaded
from .said import ADDING, CORE, MAIN, RUNNING, say


def main() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        flags = read(sys.argv[1:])
    except BadFlag as error:
        print(f"{error}\n{USAGE}", file=sys.stderr, flush=True)
        sys.exit(255)
    words = f"model_name: {flags.model_name} model_base_path: {flags.model_base_path}"
    say("I", MAIN, f"Building single TensorFlow model file config:  {words}")
    say("I", CORE, "Adding/updating models.")
    say("I", ADDING, f" (Re-)adding model: {flags.model_name}")
    serve(flags, stop)


def serve(flags: Flags, stop: threading.Event) -> None:
    """Serve until *stop*. Whatever keeps the first version from being loaded ends the program."""
    from .savedmodel import SavedModel  # noqa: PLC0415 - takes seconds; the first lines are out by then
    from .service import start  # noqa: PLC0415 - the same

    manager = Manager(flags.model_name, Path(flags.model_base_path), SavedModel, say)
    server = None
    while not stop.is_set():
        try:
            manager.poll()
        except NotLoaded:
            if server is None:
                words = f"1 servable(s) did not become available: {{{flags.model_name}}}"
                sys.exit(f"Failed to start server. Error: Unknown: {words}")
        if server is None and manager.model is not None:
            server = start(manager, flags.port)
            say("I", RUNNING, f"Running ModelServer at 0.0.0.0:{flags.port} ...")
        stop.wait(max(flags.poll_seconds, 0.1))
    if server is not None:
        server.stop(grace=1).wait()


if __name__ == "__main__":
    main()
