"""Plays quay.io/external_storage/nfs-client-provisioner:v3.1.0-k8s1.11: a folder of an NFS export a claim.

From the wire inwards: `loop` hears of claims and volumes through `api` (the API server) and gives each to
`work`, which decides with pure functions: `claims` (what a claim wants), `objects` (what is made for it),
`folders` (where it is). `attempts` says when to try again. The standard library is all that it needs.
"""
