"""What a container engine promises the lab, as checks: the fake keeps it in `unit`, the real one in `docker`."""

from __future__ import annotations

import pytest

from lab.errors import ContainerFailed
from lab.spec.topology import SPEC_LABEL


class Contract:
    """Subclasses give the fixtures *engine*, *network*, *labels* and *spec* (a container that just sleeps)."""

    @pytest.fixture
    def standing(self, engine, network, labels, spec):
        engine.ensure_network(network, labels)
        engine.ensure(spec, network, labels)
        return spec.name

    def test_a_network_ensured_twice_is_there_once(self, engine, network, labels):
        engine.ensure_network(network, labels)
        engine.ensure_network(network, labels)

        assert [name for name, _ in engine.subnets() if name == network.name] == [network.name]
        assert dict(engine.network_labels(network.name)).items() >= dict(labels).items()

    def test_a_network_that_is_not_there_has_no_labels(self, engine):
        assert engine.network_labels("airgap-no-such-network") is None

    def test_ensuring_says_whether_anything_was_made(self, engine, network, labels, spec):
        engine.ensure_network(network, labels)

        assert engine.ensure(spec, network, labels) is True
        assert engine.ensure(spec, network, labels) is False

    def test_labels_select_and_an_empty_value_matches_any(self, engine, standing, labels):
        key, value = next(iter(labels.items()))

        (seen,) = engine.seen({key: value})
        assert (seen.name, seen.running, seen.pid > 0) == (standing, True, True)
        assert seen.labels[SPEC_LABEL]
        assert standing in [one.name for one in engine.seen({key: ""})]
        assert engine.seen({key: "another"}) == []

    def test_removing_is_done_twice_as_well_as_once(self, engine, standing, labels):
        engine.remove(standing)
        engine.remove(standing)

        assert engine.seen(labels) == []

    def test_sweeping_leaves_nothing_with_the_labels(self, engine, standing, network, labels):
        engine.sweep(labels)

        assert engine.seen(labels) == []
        assert engine.network_labels(network.name) is None

    def test_a_container_that_is_not_there_cannot_be_asked(self, engine):
        with pytest.raises(ContainerFailed):
            engine.exec("airgap-no-such-container", ["true"], timeout=5)

    def test_files_can_be_put_into_it(self, engine, standing):
        engine.put(standing, {"/etc/lab/note": b"written\n"})
