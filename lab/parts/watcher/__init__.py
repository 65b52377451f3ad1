"""Seals a container of the lab again as soon as it has a link: when it restarts, nobody runs a command.

It runs in the gatekeeper, beside the collector.
"""
