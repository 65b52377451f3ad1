"""Start the kernel as Jupyter does it: `python3 -m notebook_kernel -f CONNECTION_FILE`."""

from __future__ import annotations

import importlib

from .names import wait

if __name__ == "__main__":
    wait()
    importlib.import_module("ipykernel.kernelapp").launch_new_instance()
