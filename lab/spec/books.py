"""The ledger's own files: a folder in a volume, in which each part that knows something writes a file."""

from __future__ import annotations

LEDGER = "/var/lib/lab-ledger"
"""It outlives the containers that write it; `lab down` removes it."""
WEB_CONFIGURATION = "/etc/nginx/lab.d/ledger.conf"
WEB_LEDGER = f"""\
log_format missing escape=json
    '{{"time":"$time_iso8601","at":$msec,"took":$request_time,"remote":"$remote_addr",'
    '"method":"$request_method","host":"$http_host","uri":"$request_uri","status":$status}}';
map $status $missing {{ 404 urls; default ""; }}
access_log {LEDGER}/$missing.jsonl missing if=$missing;
"""
"""The file's name has a variable, so that the server opens it anew for each line: it is turned over."""
ALWAYS = ("addresses", "pods", "said")
"""The books that are read whole, whatever time is asked for: who had an address does not begin with it."""
_OTHERS = " ".join(f"! -name '{name}*'" for name in ALWAYS)
TELL = f"""\
cd {LEDGER} || exit 1
grep -ah '' {" ".join(f"{name}*.jsonl" for name in ALWAYS)} 2>/dev/null
find . -name '*.jsonl' {_OTHERS} -newermt "@$1" -exec grep -ah '' {{}} +
exit 0
"""
"""Prints every line; of wants, files that were written to since $1 (POSIX time)."""
