"""A hostile campaign against a lab that stands: `make hostile`, or `python -m tests.hostile --name LAB [KIND...]`.

Programs inside try to get out, to reach the host, to speak in others' names and to blind the ledger. A tripwire on
the host counts and drops whatever gets past seal and wall, so that no probe leaves. Destinations and forged sources
are documentation ranges and the lab's own addresses; every load is bounded.
"""
