"""dnslib's UDP server with the resolver that its zoneresolver shows: names compared one by one. ZONE PORT."""

from __future__ import annotations

import sys
from pathlib import Path

from dnslib import QTYPE, RCODE, RR
from dnslib.server import BaseResolver, DNSLogger, DNSServer


class ZoneResolver(BaseResolver):
    def __init__(self, text: str, origin: str) -> None:
        self.zone = [(rr.rname, QTYPE[rr.rtype], rr) for rr in RR.fromZone(text, origin=origin)]

    def resolve(self, request, handler):
        reply = request.reply()
        for name, rtype, rr in self.zone:
            if request.q.qname == name and QTYPE[request.q.qtype] in {rtype, "ANY"}:
                reply.add_answer(rr)
        if not reply.rr:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


if __name__ == "__main__":
    zone, port = Path(sys.argv[1]).read_text(), int(sys.argv[2])
    quiet = DNSLogger(log="error", logf=lambda _: None)
    DNSServer(ZoneResolver(zone, "lecun.com."), port=port, address="127.0.0.1", logger=quiet).start()
