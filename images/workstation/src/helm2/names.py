"""Names for releases that were given none: an adjective and an animal, as Helm 2 made them up."""

from __future__ import annotations

import random

ADJECTIVES = (
    "amber", "brave", "breezy", "calm", "clever", "crisp", "daring", "dusty", "eager", "early",
    "fuzzy", "gentle", "giddy", "hasty", "honest", "humble", "icy", "jolly", "keen", "kindly",
    "lanky", "lively", "lucky", "mellow", "merry", "misty", "modest", "nimble", "odd", "patient",
    "plucky", "polite", "proud", "quiet", "rosy", "rusty", "silent", "sleepy", "sturdy", "tidy",
    "vivid", "wiry", "wise", "witty", "wry", "young", "zany", "zesty",
)  # fmt: skip
ANIMALS = (
    "badger", "beaver", "bison", "camel", "crane", "dingo", "dove", "eagle", "ferret", "finch",
    "fox", "gecko", "gopher", "hare", "heron", "hornet", "ibis", "jackal", "jay", "koala", "lemur",
    "lizard", "llama", "lynx", "magpie", "marmot", "mole", "moth", "newt", "ocelot", "orca",
    "otter", "owl", "panda", "puffin", "quail", "rabbit", "raven", "robin", "seal", "shrew",
    "snail", "stork", "tapir", "toad", "vole", "walrus", "yak",
)  # fmt: skip


def make_up(chance: random.Random) -> str:
    return f"{chance.choice(ADJECTIVES)}-{chance.choice(ANIMALS)}"
