# ruff: noqa: INP001  a script by itself in the image
"""The path that the original image's entry point names; the program is the package beside it."""

from __future__ import annotations

from pytorch_dist_mnist.__main__ import main

main()
