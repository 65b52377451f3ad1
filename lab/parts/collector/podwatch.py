"""What the API server says of pods: the labels of addresses that no node's plugin told of, and host networks.

kubectl watches from within the control plane's own files and network. It ends a watch now and then, and there
is no API server at first: it is begun again. A line that comes twice does no harm.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .books import Book
from .spaces import Settings, Space, located, read_settings

CREDENTIALS = "/etc/kubernetes/admin.conf"
WAIT_SECONDS = 1.0
TEMPLATE = (
    '{{printf "%q %q %q %q %q %t" .type .object.metadata.namespace .object.metadata.name'
    ' (or .object.metadata.uid "") (or .object.spec.nodeName "") (or .object.spec.hostNetwork false)}}'
    '{{range .object.status.podIPs}} {{printf "%q" .ip}}{{end}}{{"\\n"}}'
)


def start(settings: Path, path: Path) -> None:
    threading.Thread(target=_watch, args=(settings, Book(path)), daemon=True).start()


def _watch(settings: Path, book: Book) -> None:
    while True:
        for pid in control_planes((read_settings(settings) or Settings()).spaces):
            with subprocess.Popen(
                command(pid), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            ) as kubectl:
                assert kubectl.stdout is not None
                events: list[dict[str, Any]] = [{"event": "watch"}]
                for line in kubectl.stdout:
                    if event := read(line):
                        stamp = datetime.now(UTC).isoformat()
                        with suppress(OSError):  # a full disk; the nodes' own lines name the pod all the same
                            book.add(json.dumps({"time": stamp, **one}) for one in (*events, event))
                        events.clear()
        time.sleep(WAIT_SECONDS)


def control_planes(spaces: tuple[Space, ...]) -> Iterator[int]:
    for space in map(located, spaces):
        if space.pid is not None and Path(f"/proc/{space.pid}/root{CREDENTIALS}").exists():
            yield space.pid


def command(pid: int) -> list[str]:
    return [
        *("nsenter", "-t", str(pid), "-m", "-n", "kubectl", "--kubeconfig", CREDENTIALS, "get", "pods"),
        *("--all-namespaces", "--watch", "--output-watch-events", "-o", f"go-template={TEMPLATE}"),
    ]


def read(line: str) -> dict[str, Any] | None:
    """Read what the template printed: quoted as Go and JSON both read it."""
    try:
        kind, namespace, name, uid, node, host, *addresses = json.loads(f"[{_with_commas(line)}]")
    except ValueError:
        return None
    return {
        "event": "pod",
        "what": kind.lower(),
        "namespace": namespace,
        "name": name,
        "uid": uid,
        "node": node,
        "host_network": host,
        "addresses": addresses,
    }


def _with_commas(line: str) -> str:
    """No value has a space: names, identities and addresses of Kubernetes never do."""
    return ", ".join(line.split())
