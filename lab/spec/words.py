"""An action in one line, for people: what would be typed, where there is such a thing."""

from __future__ import annotations

from typing import assert_never

from lab.spec.actions import Action, Apply, Browse, Connect, Fetch, Load, Observe, Resolve, Run, Wait, Wanted


def describe(action: Action) -> str:  # noqa: C901, PLR0911 - one for each action
    """Return *action* as its reader would type or say it; a command stays verbatim, lines and all."""
    match action:
        case Run():
            until = f" (until it says {action.until!r})" if action.until else ""
            return f"{action.command.rstrip()}{until}{_at(action.place)}"
        case Apply():
            return f"kubectl apply -f {action.file or '-'}"
        case Wait():
            return f"kubectl wait -n {action.namespace} {action.resource} --for={action.until}"
        case Resolve():
            return f"resolve {action.host} {action.type}{_at(action.place)}"
        case Fetch():
            return f"fetch {action.url}{_at(action.place)}"
        case Connect():
            return f"connect to {action.to}{_at(action.place)}"
        case Wanted():
            wanted = [*action.names, *action.urls, *action.addresses]
            return f"wanted: {', '.join(wanted)}" + (f" by {action.by}" if action.by else "")
        case Observe():
            return f"observe mode {'on' if action.on else 'off'}"
        case Load():
            return f"load {' '.join(action.images)} to {', '.join(action.to) or 'every node'}"
        case Browse():
            return "\n".join((f"browse {_beginning(action)}", *(f"  {act}" for act in action.acts)))
        case _:
            assert_never(action)


def _beginning(action: Browse) -> str:
    if action.service is not None:
        port = f", port {action.port}" if action.port else ""
        return f"{action.path} of service {action.service}{port}, by its node port"
    return action.url or f"on, in the session {action.session}"


def _at(place: str) -> str:
    return "" if place == "workstation" else f" (from {place})"
