"""`browse`: a real browser on the workstation, told by a program there (`lab.parts.browser`) what to do.

The acts go to that program as JSON; lines of JSON come back, with pictures in them, and are put into words in
`lab.steps.browsed`. As with `fetch`, a page that the server answers with 404 is `not-found`, and one that it
answers with another error `fails`, though the browser shows it and acts on it all the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

from lab.spec.actions import Browse
from lab.spec.scenario import Outcome
from lab.steps import browsed, places, signatures
from lab.steps.stage import Stage
from lab.verdict import Observation

PROGRAM = ("env", "PYTHONPATH=/opt/lab:/opt/browser", "python3", "-m", "lab.parts.browser")
SESSIONS = "/var/lib/lab/browser"
MARGIN_SECONDS = 5.0
"""What the program may take beyond the step's time to say how far it came."""
PLACE = "workstation"
ADDRESS = 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}'
HINT = "a NodePort service, as in the document's env.yaml, is what is seen from outside the cluster"


def browse(action: Browse, stage: Stage, *, timeout: float) -> Observation:
    """Open the page and do the acts, until one cannot be done.

    Raises LabError where the workstation has no browser, or it does not come up.
    """
    clock = stage.host.clock
    start = clock.monotonic()
    url = _beginning(action, stage, timeout=timeout)
    if isinstance(url, Observation):
        return url
    left = max(timeout - (clock.monotonic() - start), 1.0)
    order = {
        "url": url,
        "acts": [act.model_dump(by_alias=True, exclude_none=True) for act in action.acts],
        "session": session_file(action, stage),
        "seconds": left,
    }
    done = places.run_at(PLACE, PROGRAM, stage, timeout=left + MARGIN_SECONDS, stdin=json.dumps(order))
    seen = browsed.observation(done, action.acts, beginning=url)
    return replace(seen, seconds=clock.monotonic() - start)


def session_file(action: Browse, stage: Stage) -> str | None:
    """Return where the session's cookies are kept on the workstation: no later run of it finds them."""
    if action.session is None:
        return None
    return f"{SESSIONS}/{stage.started:%Y%m%dT%H%M%S%f}/{action.session}.json"


def _beginning(action: Browse, stage: Stage, *, timeout: float) -> str | Observation | None:
    """Return the URL to begin at, or why there is none; None: where the session stands."""
    if action.service is not None:
        return _of_service(action, stage, timeout=timeout)
    if action.url is None or "$" not in action.url:
        return action.url
    typed = f'url="{action.url}" && printf %s "$url"'
    done = places.run_at(PLACE, places.shell_argv(PLACE, typed), stage, timeout=timeout)
    if not done.ok:
        return Observation(signatures.of_command(done), f"{action.url}: {done.output or done.ended}")
    if not _is_url(done.stdout):
        said = f"{action.url} comes to {done.stdout!r}, which is no URL\n{done.stderr}".rstrip()
        return Observation(Outcome.FAILS, said)
    return done.stdout


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _of_service(action: Browse, stage: Stage, *, timeout: float) -> str | Observation:
    """Return the URL of the service's node port on the first node."""
    assert action.service is not None
    namespace, _, name = action.service.rpartition("/")
    asked = ("kubectl", "get", "service", name, "-n", namespace or "default", "-o", "json")
    service = places.run_at(PLACE, asked, stage, timeout=timeout)
    if not service.ok:
        return Observation(signatures.of_command(service), service.output or service.ended)
    nodes = places.run_at(PLACE, ("kubectl", "get", "nodes", "-o", ADDRESS), stage, timeout=timeout)
    if not nodes.ok or not nodes.stdout.strip():
        return Observation(signatures.of_command(nodes), nodes.output or "the cluster has no nodes")
    port = node_port(action, service.stdout)
    return port if isinstance(port, Observation) else f"http://{nodes.stdout.split()[0]}:{port}{action.path}"


def node_port(action: Browse, service: str) -> int | Observation:
    """Find, in the *service* as kubectl's JSON has it, the node port that is meant. Pure."""
    spec = json.loads(service)["spec"]
    ports = spec.get("ports", [])
    wanted = [
        one for one in ports if action.port is None or action.port in {one.get("name"), str(one["port"])}
    ]
    if not wanted:
        known = ", ".join(f"{one.get('name', 'unnamed')} ({one['port']})" for one in ports) or "none"
        said = f"service {action.service} has no port {action.port or 'at all'}; its ports: {known}"
        return Observation(Outcome.NOT_FOUND, said)
    if "nodePort" not in wanted[0]:
        said = f"service {action.service} is of type {spec.get('type')}, without a node port: {HINT}"
        return Observation(Outcome.NOT_FOUND, said)
    return int(wanted[0]["nodePort"])
