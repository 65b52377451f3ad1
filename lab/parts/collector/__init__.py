"""Reads what the seals and the wall have counted, once a second, and prints what is new as JSON lines.

Runs in the seal container: `python3 -m lab.parts.collector /etc/lab/collector.json`. Standard library only.
"""
