"""The lab's fake DNS: it answers what its zones have, denies all else, and remembers who asked.

It runs inside the site container as `python3 -m fakedns`, from a folder on PYTHONPATH, so it imports nothing
of the lab and nothing outside the standard library. Read `master` (zone files), `lookup` (RFC 1034), then
`responder` and `server`. Answers are packed by `packing` and kept; dnslib, which the tests hold against every
packet, is too slow for that and lets compression pointers run past their 14 bits in long TCP answers.
"""
