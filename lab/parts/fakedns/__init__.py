"""The lab's fake DNS: it answers what its zones have, denies all else, and remembers who asked.

It runs in the dns container as `python3 -m lab.parts.fakedns`. dnslib reads and packs what goes over the
wire. Read `master` (zone files), `lookup` (RFC 1034), `wire` (packets), then `responder`, whose cache makes
up for dnslib's pace, and `server`.
"""
