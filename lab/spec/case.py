"""A case: what several scenarios share, and what is known of the site that they rehearse for."""

from __future__ import annotations

import enum
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from lab.spec.fields import Model, as_list, compile_pattern
from lab.spec.scenario import Ranges


class Fact(enum.StrEnum):
    """What the lab can be asked for, to compare a claim with."""

    KUBERNETES = "kubernetes"
    """The kubelets' versions."""
    DEFINITIONS = "definitions"
    """The versions in which the API server takes resource definitions."""
    RUNTIMES = "runtimes"
    """The nodes' container runtimes, with their versions."""
    STATIC = "static"
    """`yours` where the web server has files of the user's."""
    SITE = "site"
    PODS = "pods"
    SERVICES = "services"
    """The address of the site; the ranges of pods and services."""


ADDRESSES = frozenset({Fact.SITE, Fact.PODS, Fact.SERVICES})


class Listed(enum.StrEnum):
    ALWAYS = "always"
    WHERE_IT_DIFFERS = "where it differs"


class Claim(Model):
    """One thing that is known of the original site. A claim about what every lab has replaces that row's."""

    what: str = Field(min_length=1)
    there: str = Field(min_length=1)
    """What the site has, in the document's words."""
    lines: Ranges = ()
    """The lines of the document that show it."""
    fact: Fact | None = None
    """What it is compared with. None: it is known to differ, and *here* says how."""
    same: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    """With what nothing differs: for addresses those that the lab's must hold, else regular expressions."""
    here: str | None = None
    """What the lab has, in words; else the fact is shown."""
    so: str = ""
    """What follows for a rehearsal."""
    listed: Listed = Listed.ALWAYS

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for value in self.same:
            if self.fact in ADDRESSES:
                _address(value)
            else:
                compile_pattern(value)
        if self.fact is None and self.here is None and self.same:
            raise ValueError("'same' wants a 'fact' to be compared with")
        return self


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except AddressValueError as error:
        raise ValueError(f"{text!r} is no IPv4 address; write it like 10.142.18.191") from error


class Case(Model):
    """A file beside the scenarios that name it (`case: cases/NAME.yaml`)."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    document: str | None = None
    """The document's file name, for the report."""
    site: tuple[Claim, ...] = ()
    source: str = ""
    """The file's path."""
