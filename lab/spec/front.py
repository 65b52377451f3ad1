"""The site's registry under the originals' names: which names those are, and nginx's configuration. Pure.

Every original has its own prefix in the lab's registry (`lab.spec.registries`), so what is asked of a host
is found under its name. Docker's client speaks to Docker Hub under names of its own (distribution/reference:
`index.docker.io`; moby registry/config.go: `registry-1.docker.io`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lab.spec.registries import DOCKER_HUB, HUB_NAMES, prefix

FOLDER = "/etc/front"
KEPT = "/var/lib/front"
AUTHORITY = f"{KEPT}/ca.crt"
PORT = 443
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)
ADDRESS = re.compile(r"[0-9.]+")

START = f"""\
daemon off;
user www-data;
worker_processes 2;
pid /run/nginx.pid;
error_log /dev/stderr warn;

events {{
    worker_connections 512;
}}

http {{
    log_format front '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent'
                     ' "" "$http_user_agent" host=$host took=$request_length';
    access_log /dev/stdout front;  # who pushed and pulled what: lab/report/traffic.py reads it
    server_tokens off;
    ssl_certificate {KEPT}/site.crt;
    ssl_certificate_key {KEPT}/site.key;
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_read_timeout 300s;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-For $remote_addr;

    server {{
        listen {PORT} ssl default_server;
        ssl_reject_handshake on;
    }}
"""


def names(mirrors: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return the registries that can be answered for by TLS, each with the names that it is asked by.

    Not those of another port, nor those that are an address, for which no DNS is asked.
    """
    hosts = [
        mirror
        for mirror in mirrors
        if HOST.fullmatch(mirror) and "." in mirror and not ADDRESS.fullmatch(mirror)
    ]
    return {host: HUB_NAMES if host == DOCKER_HUB else (host,) for host in hosts}


def every_name(mirrors: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for asked_by in names(mirrors).values() for name in asked_by)


def configuration(mirrors: Iterable[str], registry_port: int) -> str:
    """Return nginx's configuration."""
    servers = (_server(host, asked_by, registry_port) for host, asked_by in names(mirrors).items())
    return START + "".join(servers) + "}\n"


def _server(host: str, asked_by: Sequence[str], registry_port: int) -> str:
    """Map one registry: names, the repository that a layer is mounted from, and where uploads go on."""
    place = prefix(host)
    return f"""
    server {{
        listen {PORT} ssl;
        server_name {" ".join(asked_by)};
        if ($args ~ "^(.*&)?from=(.*)$") {{
            set $args "$1from={place}/$2";
        }}
        location = /v2/ {{
            proxy_pass http://127.0.0.1:{registry_port};
        }}
        location /v2/ {{
            rewrite ^/v2/(.*)$ /v2/{place}/$1 break;
            proxy_pass http://127.0.0.1:{registry_port};
            proxy_redirect ~^https?://[^/]+/v2/{re.escape(place)}/(.*)$ https://$host/v2/$1;
        }}
        location / {{
            return 404;
        }}
    }}
"""
