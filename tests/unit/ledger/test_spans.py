"""Histories of any kind, whose truth is known because it was made first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.test_people import added, deleted, people, want

SPAN_SECONDS = 100


@st.composite
def histories(draw):
    """Owners of one address, one after the other: (name, from, to), with gaps or none, and names that recur."""
    edges = sorted(draw(st.lists(st.integers(0, SPAN_SECONDS * 10), min_size=2, max_size=12, unique=True)))
    owners = []
    for number, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=False)):
        owners.append((draw(st.sampled_from("abc")), number, start / 10, end / 10))
    if draw(st.booleans()) and len(edges) % 2 == 0:  # the next one at the very moment
        _, number, start, end = owners[-1]
        owners.append((draw(st.sampled_from("abc")), number + 1, end, end + 1))
    return owners


@st.composite
def histories_and_losses(draw):
    owners = draw(histories())
    return owners, draw(st.sets(st.sampled_from(range(len(owners))), max_size=len(owners)))


def lines_of(owners, *, without_end=frozenset()):
    lines = []
    for name, number, start, end in owners:
        lines.append(added(start, name, "10.233.65.9", sandbox=f"s{number}"))
        if number not in without_end:
            lines += [deleted(end, f"s{number}"), deleted(end + 50, f"s{number}")]
    return lines


def truth(owners, second):
    return {f"pod default/{name}" for name, _, start, end in owners if start <= second < end}


@given(histories(), st.integers(0, SPAN_SECONDS * 10), st.randoms(use_true_random=False))
def test_at_any_time_it_is_the_owner_or_unknown(owners, tenths, random):
    lines = lines_of(owners)
    random.shuffle(lines)

    who = people(*lines).who(want(tenths / 10, "10.233.65.9"))

    assert {who} == (truth(owners, tenths / 10) or {who})
    assert who.startswith("unknown") is not bool(truth(owners, tenths / 10))


@given(histories(), st.integers(0, SPAN_SECONDS * 10), st.integers(0, 15))
def test_between_two_readings_it_is_surely_the_owner_or_unknown(owners, tenths, width):
    """The packet came at any moment of the window: a name that is given was the only one in all of it."""
    since, until = (tenths - width) / 10, tenths / 10
    there = {
        f"pod default/{name}"
        for name, _, start, end in owners
        if start <= until and since < max(end, start + 0.01)
    }

    who = people(*lines_of(owners)).who(want(until, "10.233.65.9", since=since))

    assert who.startswith("unknown") if len(there) != 1 else who in there


@given(histories_and_losses(), st.integers(0, SPAN_SECONDS * 10))
def test_an_end_that_was_never_told_never_names_a_later_owner(history, tenths):
    """A node that lost power tells no end: until the next owner the last one is named, and no other."""
    owners, lost = history
    before = [f"pod default/{name}" for name, _, start, _ in owners if start <= tenths / 10]

    who = people(*lines_of(owners, without_end=lost)).who(want(tenths / 10, "10.233.65.9"))

    assert who.startswith("unknown") or who == before[-1]


@given(st.lists(st.sampled_from(["localnode-1", "localnode-2", "localnode-3"]), min_size=2, max_size=12))
def test_one_address_on_three_nodes_is_each_ones_own_there(nodes):
    lines = [
        added(number, f"p{number}", "fe80::1", sandbox=f"s{number}", node=node)
        for number, node in enumerate(nodes)
    ]
    known = people(*lines)

    for node in set(nodes):
        last = max(number for number, one in enumerate(nodes) if one == node)
        assert known.who(want(len(nodes), "fe80::1", place=node)) == f"pod default/p{last}"
