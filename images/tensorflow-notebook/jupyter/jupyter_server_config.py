# ruff: noqa: INP001  the server reads it
"""Settings of every notebook server: the classic pages, and nothing of SQLite's on the home, which is NFS."""

from __future__ import annotations

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.ServerApp.default_url = "/tree"
c.NotebookApp.show_banner = False
c.NotebookNotary.db_file = ":memory:"
