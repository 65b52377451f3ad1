"""What this host's processes may do at most."""

from __future__ import annotations

import re
from pathlib import Path

SYS_RESOURCE = 24
"""CAP_SYS_RESOURCE, capabilities(7)."""


def lacks_sys_resource(status: Path = Path("/proc/self/status")) -> bool:
    """Tell whether CAP_SYS_RESOURCE is out of reach: then nobody can lower an oom_score_adj."""
    found = re.search(r"^CapBnd:\s*([0-9a-f]+)$", status.read_text(), re.MULTILINE)
    return found is not None and not int(found.group(1), 16) >> SYS_RESOURCE & 1
