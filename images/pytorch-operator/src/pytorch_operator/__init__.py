"""Plays jgaguirr/pytorch-operator:latest, the PyTorchJob v1alpha1 operator of 2018, with its quirks.

From the wire inwards: `handlers` hears of jobs (kopf), `reconcile` brings one job a step further, asking
`cluster` (the API server) and deciding with pure functions: `job` (reading, defaults, validation), `objects`
(what is made for a job) and `status` (what is said about it).
"""
