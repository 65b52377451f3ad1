"""An air-gap simulation lab.

`lab up` stands a three-node kind cluster, a registry, a DNS, a web and an NFS server on one machine,
with no way out; `lab run` replays a deployment document against it and says which steps hold.
Read `lab.spec` first (what is wanted), then `lab.components` (what stands), then `lab.replay` (what happens).
"""
