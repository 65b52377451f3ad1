"""`observe`: have the fake DNS answer unknown names with the sinkhole's address, or refuse them again."""

from __future__ import annotations

import json
import secrets

from lab.errors import NotReady
from lab.host.clock import wait_until
from lab.spec.actions import Observe
from lab.spec.plan import SETTINGS
from lab.spec.scenario import Outcome
from lab.steps.stage import Stage
from lab.verdict import Observation

ASK_SECONDS = 5.0


def observe(action: Observe, stage: Stage, *, timeout: float) -> Observation:
    """Switch, and wait until an unknown name is answered accordingly."""
    containers, dns = stage.host.containers, stage.topology.dns.name
    start = stage.host.clock.monotonic()
    settings = json.loads(containers.exec(dns, ["cat", SETTINGS], timeout=ASK_SECONDS).check().stdout)
    settings["mode"] = "observe" if action.on else "deny"
    containers.put(dns, {SETTINGS: json.dumps(settings, indent=1).encode()})
    # A name of chance: nobody can have it, and no cache knows it.
    name = f"switched-{secrets.token_hex(4)}.invalid"

    def other_answer() -> str | None:
        answer = resolved(name, stage)
        if bool(answer) == action.on:
            return None
        return f"{name} still has {answer or 'no address'}"

    try:
        wait_until("the DNS mode", other_answer, clock=stage.host.clock, timeout=timeout)
    except NotReady as error:
        return Observation(Outcome.TIMES_OUT, str(error), stage.host.clock.monotonic() - start)
    detail = (
        f"unknown names are answered with {settings['sinkhole']}"
        if action.on
        else "unknown names are refused"
    )
    return Observation(Outcome.SUCCEEDS, detail, stage.host.clock.monotonic() - start)


def resolved(name: str, stage: Stage) -> str:
    """Ask the site's DNS from the seal's image at the site; empty where it has no address."""
    argv = ["dig", "+short", "+tries=1", "+time=2", f"@{stage.topology.site_address}", name, "A"]
    return stage.host.containers.exec(stage.topology.site.name, argv, timeout=ASK_SECONDS).stdout.strip()
