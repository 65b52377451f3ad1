"""What this machine has and lacks, and how to mend it.

Probes go through `machine.Machine`; everything that judges is a pure function from what a probe said to
a `Check`. Start reading at `checklist.examine`; `mend.mend` is the only part that changes anything.
"""

from __future__ import annotations

from lab.doctor.check import Check, State, sound
from lab.doctor.checklist import examine, restricted
from lab.doctor.daemon import stop_engine
from lab.doctor.machine import HostMachine, Machine
from lab.doctor.mend import Talk, agreed, mend
from lab.doctor.root_shell import RootShell
from lab.doctor.show import as_json, as_table

__all__ = [
    "Check",
    "HostMachine",
    "Machine",
    "RootShell",
    "State",
    "Talk",
    "agreed",
    "as_json",
    "as_table",
    "examine",
    "mend",
    "restricted",
    "sound",
    "stop_engine",
]
