# ruff: noqa: INP001  the kernel reads it
"""Settings of every kernel: as the server's, no SQLite on NFS; and no completions by a package left out."""

from __future__ import annotations

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.HistoryManager.hist_file = ":memory:"
c.Completer.use_jedi = False
