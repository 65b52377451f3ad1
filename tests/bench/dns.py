"""The fake DNS against dnslib's own server: queries a second on loopback, by dnsperf, in one run.

Both serve the same zone in a process of its own; ours writes its query
log meanwhile, theirs writes none. Each is warmed for a second; the order alternates over three rounds.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.row import Row, median, say

WANTED_RATIO = 3.0
ROUNDS = 3
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ZONE = ROOT / "tests" / "data" / "zones" / "db.lecun.com"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        return int(channel.getsockname()[1])


def ours(folder: Path, port: int) -> list[str]:
    (folder / "conf").write_text(f'zone "lecun.com" {{ type master; file "{ZONE}"; }};')
    (folder / "settings").write_text(json.dumps({"conf": str(folder / "conf")}))
    program = [sys.executable, "-m", "lab.parts.fakedns", "--settings", str(folder / "settings")]
    return [*program, "--address", "127.0.0.1", "--port", str(port), "--log", str(folder / "log")]


def theirs(port: int) -> list[str]:
    return [sys.executable, str(HERE / "stock_server.py"), str(ZONE), str(port)]


def load(argv: list[str], port: int, seconds: int) -> tuple[float, float]:
    """Return queries a second, and the share lost."""
    server = subprocess.Popen(argv, cwd=ROOT)
    try:
        time.sleep(0.7)
        base = ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", str(HERE / "queries.txt")]
        subprocess.run([*base, "-l", "1"], check=True, capture_output=True, timeout=60)
        run = [*base, "-l", str(seconds), "-q", "50", "-c", "4"]
        text = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout
    finally:
        server.terminate()
        server.wait(timeout=10)
    rate = re.search(r"Queries per second:\s+([\d.]+)", text)
    lost = re.search(r"Queries lost:\s+\d+ \(([\d.]+)%\)", text)
    assert rate is not None, text
    assert lost is not None, text
    return float(rate[1]), float(lost[1])


def measure(seconds: int = 5) -> Sequence[Row]:
    if shutil.which("dnsperf") is None:
        say("dns: skipped, dnsperf is not installed; `apt-get install dnsperf`")
        return []
    seen: dict[str, list[float]] = {"ours": [], "dnslib": []}
    for number in range(ROUNDS):
        order = ("ours", "dnslib") if number % 2 == 0 else ("dnslib", "ours")
        for who in order:
            with tempfile.TemporaryDirectory() as name:
                folder, port = Path(name), free_port()
                argv = ours(folder, port) if who == "ours" else theirs(port)
                rate, lost = load(argv, port, seconds)
                logged = len((folder / "log").read_text().splitlines()) if who == "ours" else 0
            seen[who].append(rate)
            say(
                f"dns: {who:6} {rate:9.0f} queries/s  lost {lost:.2f} %"
                + (f"  logged {logged}" if logged else "")
            )
    figures = median(seen["ours"]), median(seen["dnslib"])
    return [
        Row(
            "fake DNS / stock dnslib server", figures[0], "queries/s", WANTED_RATIO, figures[1], at_most=False
        )
    ]
