"""The numbers of DNS that this server knows, from IANA's registry."""

from __future__ import annotations

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DS, CAA = 1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 257
OPT, IXFR, AXFR, MAILB, MAILA, ANY = 41, 251, 252, 253, 254, 255

TYPES = {
    A: "A", NS: "NS", CNAME: "CNAME", SOA: "SOA", PTR: "PTR", 13: "HINFO", MX: "MX", TXT: "TXT", AAAA: "AAAA",
    29: "LOC", SRV: "SRV", 35: "NAPTR", 39: "DNAME", OPT: "OPT", DS: "DS", 44: "SSHFP", 46: "RRSIG",
    47: "NSEC", 48: "DNSKEY", 50: "NSEC3", 52: "TLSA", 64: "SVCB", 65: "HTTPS", 99: "SPF",
    IXFR: "IXFR", AXFR: "AXFR", MAILB: "MAILB", MAILA: "MAILA", ANY: "ANY", 256: "URI", CAA: "CAA",
}  # fmt: skip

IN, ANY_CLASS = 1, 255
CLASSES = frozenset({"IN", "CH", "HS", "CS"})

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, BADVERS = 0, 1, 2, 3, 4, 5, 16
RCODES = {
    NOERROR: "NOERROR", FORMERR: "FORMERR", SERVFAIL: "SERVFAIL", NXDOMAIN: "NXDOMAIN",
    NOTIMP: "NOTIMP", REFUSED: "REFUSED", BADVERS: "BADVERS",
}  # fmt: skip


def type_name(number: int) -> str:
    """Return the mnemonic, or RFC 3597's `TYPE123`."""
    return TYPES.get(number, f"TYPE{number}")
