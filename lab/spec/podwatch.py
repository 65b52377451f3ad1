"""Who had which address, when: the workstation's main process, so that the ledger can name pods long gone."""

from __future__ import annotations

WATCH_PATH = "/usr/local/bin/watch-pods"

WATCH_PODS = """\
#!/bin/bash
# One JSON line on stdout for every event of every pod: time, namespace, name, ip, node, host_network.
trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM INT
template='{{printf "\\"namespace\\":%q,\\"name\\":%q,\\"ip\\":%q,\\"node\\":%q,\\"host_network\\":%t"
  .metadata.namespace .metadata.name (or .status.podIP "") (or .spec.nodeName "")
  (or .spec.hostNetwork false)}}
'
watch() {
  kubectl get pods --all-namespaces --watch -o go-template="$template" 2>/dev/null |
    while IFS= read -r line; do
      [ -n "$line" ] && printf '{"time":"%(%Y-%m-%dT%H:%M:%SZ)T",%s}\\n' -1 "$line"
    done
}
while :; do
  if [ -f /root/.kube/config ]; then watch & wait $!; fi
  sleep 1 & wait $!
done
"""
"""kubectl ends a watch now and then, and there is no API server at first: begin again. A repeated line
does no harm."""
