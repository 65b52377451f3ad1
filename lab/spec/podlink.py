"""The lab's own CNI plugin, last in every node's chain. Pure text."""

PLUGIN = "lab-link"
PLUGIN_PATH = f"/opt/cni/bin/{PLUGIN}"
EVENTS_PATH = "/var/log/lab-cni/events.jsonl"
"""In each node: a line for each pod that was given addresses, or whose were taken. It outlives a restart."""

FOLDER = EVENTS_PATH.rpartition("/")[0]
SCRIPT = f"""#!/bin/bash
# A CNI plugin. It writes down which pod has which address from when to when, and gives the pod a way by IPv6
# as far as the node, where the seal refuses and records it: fe80:: and the IPv4 address is the pod's, on its
# link alone, so that Kubernetes and the resolver's order of addresses know of none.
config=$(cat)
case $CNI_COMMAND in
  ADD | DEL) ;;
  VERSION) echo '{{"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}}'; exit ;;
  *) exit ;;
esac
# The runtime writes the keys of the configuration in their order, without spaces.
before=${{config#*'"prevResult":'}}
[ "$before" != "$config" ] || before='{{}}'
before=${{before%%',"type":"{PLUGIN}"'*}}
before=${{before%%',"runtimeConfig":'*}}
argument() {{ [[ ";$CNI_ARGS;" =~ \\;$1=([^\\;]*) ]] && printf -v "$2" %s "${{BASH_REMATCH[1]}}"; }}
argument K8S_POD_NAMESPACE namespace
argument K8S_POD_NAME name
argument K8S_POD_UID uid
[[ $before =~ \\"name\\":\\"(veth[^\\"]*)\\" ]] && veth=${{BASH_REMATCH[1]}}
if [[ $before =~ \\"address\\":\\"([0-9]+)\\.([0-9]+)\\.([0-9]+)\\.([0-9]+)/ ]]; then
  bytes=("${{BASH_REMATCH[@]:1}}")
  printf -v four %s.%s.%s.%s "${{bytes[@]}}"
  printf -v six fe80::%x:%x $((bytes[0] << 8 | bytes[1])) $((bytes[2] << 8 | bytes[3]))
  addresses="\\"$four\\",\\"$six\\""
fi
LC_ALL=C now=$EPOCHREALTIME
TZ=UTC printf -v time '%(%Y-%m-%dT%H:%M:%S)T' "${{now%%.*}}"
[ -d {FOLDER} ] || mkdir -p {FOLDER}
pod="\\"namespace\\":\\"$namespace\\",\\"name\\":\\"$name\\",\\"uid\\":\\"$uid\\",\\"sandbox\\":\\"$CNI_CONTAINERID\\""
link="\\"ifname\\":\\"$CNI_IFNAME\\",\\"veth\\":\\"$veth\\",\\"addresses\\":[$addresses]"
printf '{{"time":"%s.%s+00:00","command":"%s",%s,%s}}\\n' \\
  "$time" "${{now##*.}}" "$CNI_COMMAND" "$pod" "$link" >> {EVENTS_PATH}
[ "$CNI_COMMAND" = ADD ] || exit 0
if [ -n "$veth" ] && [ -n "$four" ]; then
  echo 0 > "/proc/sys/net/ipv6/conf/$veth/disable_ipv6"
  ip -6 address replace fe80::1/64 dev "$veth" nodad &&
    printf '%s\\n' "address replace $six/64 dev $CNI_IFNAME nodad" \\
      "route replace default via fe80::1 dev $CNI_IFNAME src $six" |
    nsenter --net="$CNI_NETNS" ip -6 -batch -
fi >&2
printf '%s\\n' "$before"
"""
