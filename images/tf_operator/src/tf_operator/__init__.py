"""Plays tf_operator:v0.2.0, the TFJob v1alpha2 operator of June 2018, with its quirks.

From the wire inwards: `handlers` hears of jobs, pods and services (kopf), `reconcile` brings one job a step
further, deciding with pure functions: `job` (reading and defaults), `objects` (what is made for a job) and
`status` (what is said about it).
"""
