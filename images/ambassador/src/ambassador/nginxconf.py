"""The settings of nginx for a list of routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .mapping import Route

HEAD = """\
daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  log_format envoy '[$time_iso8601] "$request" $status $body_bytes_sent $request_time '
    '"$http_host" "$upstream_addr"';
  access_log /dev/stdout envoy;
  server_tokens off;
  default_type text/plain;
  client_max_body_size 0;
  map_hash_bucket_size 256;
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_buffering off;
  proxy_ssl_verify off;
  map $http_upgrade $asked_upgrade { default upgrade; '' ''; }
"""
SERVER = """\
  server {
    listen PORT;
    recursive_error_pages on;
    location / {
      error_page 418 = @$route;
      return 418;
    }
    location @none { return 404; }
    location @absent { return 503 "no healthy upstream"; }
    location @broken { return 503 "upstream connect error or disconnect/reset before headers"; }
    location @late { return 504 "upstream request timeout"; }
"""
ROUTE = """\
    location @%(label)s {
      proxy_pass %(scheme)s://%(address)s:%(port)d$path_%(label)s;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade %(upgrade)s;
      proxy_set_header Connection %(connection)s;
      proxy_connect_timeout 1s;
      proxy_read_timeout %(timeout)dms;
      proxy_send_timeout %(timeout)dms;
      error_page 502 = @broken;
      error_page 504 = @late;
    }
"""


def render(routes: Sequence[Route], address: Callable[[str], str | None], port: int = 80) -> str:
    """Write the settings: the first of *routes* that fits a request takes it, in the order given.

    A route whose host has no address answers 503, as one without endpoints does.
    """
    choice = ['  map "$request_method $request_uri" $route {', "    default none;"]
    paths: list[str] = []
    places: list[str] = []
    for number, route in enumerate(routes):
        label = f"r{number}"
        found = address(route.host)
        pattern = f"^{_escaped(route.method) or '[A-Z]+'} {_escaped(route.prefix)}"
        choice.append(f'    "~{pattern}" {label if found else "absent"};')
        if found is None:
            continue
        paths.append(
            f'  map $request_uri $path_{label} {{ "~^{_escaped(route.prefix)}(?<rest_{label}>.*)$" '
            f'"{_literal(route.rewrite)}$rest_{label}"; }}'
        )
        places.append(
            ROUTE
            % {
                "label": label,
                "scheme": "https" if route.tls else "http",
                "address": found,
                "port": route.port,
                "timeout": route.timeout_ms,
                "upgrade": "$http_upgrade" if route.websocket else '""',
                "connection": "$asked_upgrade" if route.websocket else '""',
            }
        )
    choice.append("  }")
    return "".join(
        (HEAD, "\n".join((*choice, *paths)), "\n", SERVER.replace("PORT", str(port)), *places, "  }\n}\n")
    )


def _escaped(prefix: str) -> str:
    """Spell *prefix* as a regular expression inside nginx's double quotes."""
    return re.escape(prefix).replace("\\", "\\\\").replace('"', '\\"')


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "")
