"""A5 and A12: questions in others' names, and texts that are no names at all."""

from __future__ import annotations

import struct
import tempfile
import threading
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import PLACES, Ground
from tests.hostile.replies import address_of
from tests.hostile.shots import LEDGER_SECONDS, owned
from tests.hostile.tripwire import Tripwire

ASKER_OPTION = 0xFFEE
"""The EDNS option in which CoreDNS says who asked."""
ASKERS = ("plain", "other", "host", "workstation", "node/localnode-1")
TEXTS = {
    "an escape sequence": b"\x1b[31mred",
    "a new line": b"one\ntwo",
    "a carriage return": b"one\rtwo",
    "a zero": b"one\0two",
    "a bell": b"one\x07two",
    "a C1 control": "one\x9btwo".encode(),
    "bytes that are no UTF-8": b"one\xff\xfetwo",
    "right to left": "one\u202etwo".encode(),
    "markup": b"<b>two</b>",
    "a formula": b"=1+1",
}
CHANNELS = ("a name by udp", "a name by tcp", "a path", "a host header", "a method")
SCENARIO = "name: hostile-texts\nsteps:\n  - {name: others speak meanwhile, run: sleep 9}\n"


def question(labels: list[bytes], option: bytes = b"") -> bytes:
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    extra = b""
    if option:
        data = struct.pack("!HH", ASKER_OPTION, len(option)) + option
        extra = struct.pack("!BHHIH", 0, 41, 1232, 0, len(data)) + data
    return (
        struct.pack("!HHHHHH", 4711, 0x0100, 1, 0, 0, bool(option)) + name + struct.pack("!HH", 1, 1) + extra
    )


def forged(ground: Ground, wire: Tripwire) -> list[Result]:
    """Each asks the site's DNS directly with a forged asker, and CoreDNS with one of its own making."""
    site, dns = str(ground.topology.site_address), str(ground.topology.cluster.service_subnet[10])
    coredns = ground.kubectl(
        "get", "pod", "-n", "kube-system", "-l", "k8s-app=kube-dns", "-o", "jsonpath={.items[0].status.podIP}"
    )
    victims = {
        "another pod": address_of(ground, "admin"),
        "a node": "NODE",
        "CoreDNS": coredns.stdout.strip(),
        "the site": site,
    }
    nodes = (address_of(ground, "node/localnode-1"), address_of(ground, "host-privileged"))
    plans: dict[str, list[dict[str, Any]]] = {place: [] for place in ASKERS}
    table: list[tuple[str, str, str]] = []

    def add(place: str, title: str, plan: dict[str, Any], option: bytes, *, tcp: bool = False) -> None:
        tag = f"forged{len(table)}"
        text = question([tag.encode(), b"hostile", b"test"], option)
        text = struct.pack("!H", len(text)) + text if tcp else text
        key = "payload" if plan["how"] == "frame" else "text"
        plans[place].append({"id": len(table), **plan, "dport": 53, key: text.hex()})
        table.append((place, f"{place} {title}", f"{tag}.hostile.test"))

    for place in ASKERS:
        for victim, known in victims.items():
            address = known if known != "NODE" else nodes[place == "node/localnode-1"]
            option = ip_address(address).packed
            for tcp in (False, True):
                plan = {"how": "text", "carries": "syn" if tcp else "udp", "dst": site}
                way = "by TCP" if tcp else "by UDP"
                add(place, f"asks the site's DNS for {victim} {way}", plan, option, tcp=tcp)
            plan = {
                "how": "frame",
                "carries": "udp",
                "src": address,
                "dst": site,
                "sport": 40000,
                "via": "gateway" if place in {"plain", "other"} else site,
            }
            add(place, f"asks the site's DNS with the address of {victim}", plan, b"")
        if PLACES[place].is_pod and not PLACES[place].host:
            plan = {"how": "text", "carries": "udp", "dst": dns}
            add(place, "asks CoreDNS for another pod", plan, ip_address(victims["another pod"]).packed)
            add(place, "asks CoreDNS as itself", plan, b"")
    ground.send_all(plans)
    time.sleep(LEDGER_SECONDS)
    shown = ground.lab("egress").stdout
    rows = ground.rows()
    results = []
    for place, title, name in table:
        found = [row for row in rows if row["what"] == name]
        others = sorted({str(row["who"]).partition(" (")[0] for row in found} - owned(place))
        hidden = [row for row in found if row["infrastructure"]] and not any(
            name in line for line in shown.splitlines()
        )
        results.append(
            result(
                "A5",
                title,
                unless(not others, f"the ledger names {', '.join(others)}"),
                unless(not hidden, "the row is not printed"),
                unless(found or "with the address" in title, "no row at all"),
            )
        )
    return results


def texts(ground: Ground, wire: Tripwire) -> list[Result]:
    """Everything that is printed or written about a request has no control character of that request's."""
    site, plan = str(ground.topology.site_address), []
    table = [(channel, title, text) for channel in CHANNELS for title, text in TEXTS.items()]
    for number, (channel, _, text) in enumerate(table):
        tag, mark = f"qa{number}x".encode(), f"xqb{number}y".encode()
        plan.append({"id": number, "dst": site, **_request(channel, tag + text + mark)})
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "hostile-texts.yaml"
        scenario.write_text(SCENARIO)
        said: list[str] = []
        run = threading.Thread(target=lambda: said.append(ground.lab("run", str(scenario)).stderr))
        run.start()
        time.sleep(2)
        ground.send("plain", plan)
        run.join()
    outputs = {"the table": ground.lab("egress").stdout, "`lab logs dns`": ground.lab("logs", "dns").stdout}
    outputs["`lab logs web`"] = ground.lab("logs", "web").stdout
    for line in said[0].splitlines():
        if line.startswith("run folder: "):
            for name in ("report.html", "junit.xml", "report.json"):
                outputs[name] = (Path(line.removeprefix("run folder: ")) / name).read_text(errors="replace")
    results = [
        result("A12", f"{title} in {channel}", *_raw(number, text, outputs))
        for number, (channel, title, text) in enumerate(table)
    ]
    there = [name for name, text in outputs.items() if "qa0x" in text]
    results.append(
        result(
            "twin",
            "what was asked is in the table and in the page",
            unless(
                {"the table", "report.html"} <= set(there),
                f"only in {there}; the run said {said[0][-200:]!r}",
            ),
        )
    )
    done = ground.lab("kubectl", "exec", "plain", "--", "printf", "%s.", "-n", "--", "x")
    results.append(
        result(
            "A12",
            "`lab kubectl exec POD -- CMD` keeps its words",
            unless(done.stdout == "-n.--.x.", f"{done.stdout!r} {done.stderr[-200:]}"),
        )
    )
    return results


def _request(channel: str, text: bytes) -> dict[str, Any]:
    if "name" in channel:
        asked = question([text, b"hostile", b"test"])
        if "tcp" in channel:
            return {
                "how": "text",
                "carries": "syn",
                "dport": 53,
                "text": (struct.pack("!H", len(asked)) + asked).hex(),
            }
        return {"how": "text", "carries": "udp", "dport": 53, "text": asked.hex()}
    method, path, host = b"GET", b"/none", b"site"
    if channel == "a path":
        path = b"/" + text
    elif channel == "a host header":
        host = text
    else:
        method = text
    asked = method + b" " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    return {"how": "text", "carries": "syn", "dport": 80, "text": asked.hex()}


def _raw(number: int, text: bytes, outputs: dict[str, str]) -> list[str]:
    """Say in which output the text of a request stands as it was sent."""
    tag, mark, found = f"qa{number}x", f"xqb{number}y", []
    for name, output in outputs.items():
        for line in output.split("\n"):
            if b"\n" in text and mark in line and tag not in line:
                found.append(f"{name}: the line is broken")
            if tag not in line:
                continue
            between = line.partition(tag)[2].partition(mark)[0]
            if not all(one.isprintable() for one in between):
                found.append(f"{name}: {between!r}")
            if name == "report.html" and "<b>" in between:
                found.append(f"{name}: {between!r}")
    return sorted(set(found))
