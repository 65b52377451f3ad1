"""Where unknown names lead in observe mode: it takes every connection and notes what was wanted.

It runs inside the site container as `python3 -m sinkhole`, so it imports only the standard library. `wanted`
reads a client's first bytes, `replies` keeps a client going, `server` holds the sockets.
"""
