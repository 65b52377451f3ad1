"""Where unknown names lead in observe mode: it takes every connection and notes what was wanted.

It runs in the sinkhole's container as `python3 -m lab.parts.sinkhole`. Standard library only. `wanted`
reads a client's first bytes, `replies` keeps a client going, `server` holds the sockets.
"""
