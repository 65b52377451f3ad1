"""The options of one client, as nfs-utils 2.6.2 reads them. Facts: exports(5) and trials of `exportfs`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

FLAGS = {
    "ro": ("ro", True),
    "rw": ("ro", False),
    "root_squash": ("root_squash", True),
    "no_root_squash": ("root_squash", False),
    "all_squash": ("all_squash", True),
    "no_all_squash": ("all_squash", False),
    "insecure": ("insecure", True),
    "secure": ("insecure", False),
    "crossmnt": ("crossmnt", True),
    "nocrossmnt": ("crossmnt", False),
}
WITHOUT_EFFECT = frozenset(
    {"sync", "async", "wdelay", "no_wdelay", "hide", "nohide", "subtree_check", "no_subtree_check"}
    | {"auth_nlm", "no_auth_nlm", "secure_locks", "insecure_locks", "acl", "no_acl", "pnfs", "no_pnfs"}
    | {"nordirplus", "security_label"}
)
"""They tune the kernel's server and change nothing that a client here could see."""
FLAVORS = {"sys": "sys", "unix": "sys", "krb5": "krb5", "krb5i": "krb5i", "krb5p": "krb5p"} | dict.fromkeys(
    ("none", "null"), "none"
)
ANONYMOUS = 65534

_NUMBER = re.compile(r"\s*([+-]?[0-9]+)")
_FSID = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)")
_IDS = re.compile(r"(-?[0-9]*)(?:-(-?[0-9]*))?")
_UUID_DIGITS = 32


class BadOptionError(Exception):
    """`exportfs` refuses this option, and reads no further."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options so far. The first ones are the defaults of exports(5)."""

    flags: frozenset[str] = frozenset({"ro", "root_squash"})
    anon_uid: int = ANONYMOUS
    anon_gid: int = ANONYMOUS
    fsid: str = ""
    """A number, or an UUID; `0` is the root of all exports."""
    mountpoint: str | None = None
    """Empty: the exported folder itself."""
    referral: bool = False
    flavors: dict[str, frozenset[str]] = field(default_factory=dict)
    """Each kind of security that `sec=` names, with the flags that hold for it."""

    @property
    def held(self) -> frozenset[str]:
        """The flags that hold for a client of the lab: it comes with `sec=sys`."""
        if "sys" not in self.flavors:
            return self.flags
        return self.flavors["sys"] | (self.flags & {"insecure", "crossmnt"})


def parse(text: str, options: Options) -> Options:
    """Return *options* as the list *text* changes them. Raises BadOptionError."""
    active: tuple[str, ...] = ()
    rest = text.lstrip(" \t")
    while rest:
        option, _, rest = rest.partition(",")
        rest = rest.lstrip(" \t")
        name, equals, value = option.partition("=")
        if option in FLAGS:
            options = _flagged(options, active, *FLAGS[option])
        elif option.startswith("sec="):
            options, active = _secured(options, value)
        elif option not in WITHOUT_EFFECT:
            options = _valued(options, option, name, value if equals else None)
    return options


def _flagged(options: Options, active: tuple[str, ...], flag: str, on: bool) -> Options:  # noqa: FBT001 - a pair of FLAGS
    """Set a flag for all, and for the kinds of security that the last `sec=` named."""

    def changed(flags: frozenset[str]) -> frozenset[str]:
        return flags | {flag} if on else flags - {flag}

    flavors = {name: changed(flags) if name in active else flags for name, flags in options.flavors.items()}
    return replace(options, flags=changed(options.flags), flavors=flavors)


def _secured(options: Options, value: str) -> tuple[Options, tuple[str, ...]]:
    names = value.split(":")
    if unknown := [name for name in names if name not in FLAVORS]:
        raise BadOptionError(f"sec={value}: {unknown[0]!r} is no kind of security; write sec=sys")
    active = tuple(FLAVORS[name] for name in names)
    return replace(options, flavors=dict.fromkeys(active, options.flags) | options.flavors), active


def _valued(options: Options, option: str, name: str, value: str | None) -> Options:
    match name, value:
        case ("anonuid", str()):
            return replace(options, anon_uid=_identity(option, value))
        case ("anongid", str()):
            return replace(options, anon_gid=_identity(option, value))
        case ("fsid", str()):
            return replace(options, fsid=_fsid(option, value))
        case (("mountpoint" | "mp"), _):
            return replace(options, mountpoint=value or "")
        case (("refer" | "replicas"), str()):
            return replace(options, referral=True)
        case (("squash_uids" | "squash_gids"), str()):
            found = _IDS.fullmatch(value)
            if found is None or "-1" in found.groups():
                raise BadOptionError(f"{option}: no list of numbers")
            return options
    raise BadOptionError(
        f"{option!r} is no option of exports(5)" if option else "an empty option, a comma too many"
    )


def _identity(option: str, value: str) -> int:
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise BadOptionError(f"{option}: no number")
    return int(found[1]) % 2**32


def _fsid(option: str, value: str) -> str:
    if value == "root":
        return "0"
    found = _FSID.fullmatch(value)
    if found is not None:
        digits = found[2].lower()
        base = 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10
        if base != 8 or not set(digits) & set("89"):
            return str(int(f"{found[1]}{digits}", base) % 2**32)
    if sum(char in "0123456789abcdefABCDEF" for char in value) == _UUID_DIGITS:
        return value
    raise BadOptionError(f"{option}: neither a number nor `root` nor an UUID of {_UUID_DIGITS} hex digits")
