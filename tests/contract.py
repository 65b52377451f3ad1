"""What a container engine promises the lab, as checks: the fake keeps it in `unit`, the real one in `docker`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.errors import ContainerFailed
from lab.spec.config import LabConfig
from lab.spec.topology import CONFIG_LABEL, SPEC_LABEL


class Contract:
    """Subclasses give the fixtures *engine*, *network*, *labels*, *spec* (a container that just sleeps),
    *volumes*, *stop* and *change_image* (what the engine has or does, past the door).
    """

    @pytest.fixture
    def ensure(self, engine, network, labels):
        """Have a container of a spec, on the network that is there for it."""
        engine.ensure_network(network, labels)
        return lambda spec: engine.ensure(spec, network, labels)

    @pytest.fixture
    def standing(self, ensure, spec):
        ensure(spec)
        return spec.name

    @pytest.fixture
    def seen(self, engine, labels):
        return lambda: engine.seen(labels)

    def test_a_network_ensured_twice_is_there_once(self, engine, network, labels):
        engine.ensure_network(network, labels)
        engine.ensure_network(network, labels)

        assert [pair for pair in engine.subnets() if pair[0] == network.name] == [
            (network.name, network.subnet)
        ]
        assert dict(engine.network_labels(network.name)).items() >= dict(labels).items()

    def test_the_network_keeps_the_record(self, engine, network, labels):
        record = LabConfig(name="recorded").model_dump_json()
        engine.ensure_network(replace(network, record=record), labels)

        assert engine.network_labels(network.name)[CONFIG_LABEL] == record

    def test_a_network_that_is_not_there_has_no_labels(self, engine):
        assert engine.network_labels("airgap-no-such-network") is None

    def test_ensuring_says_whether_anything_was_made(self, ensure, spec):
        assert ensure(spec) is True
        assert ensure(spec) is False

    def test_what_is_ensured_twice_is_the_same_container(self, seen, standing, ensure, spec):
        (before,) = seen()
        ensure(spec)

        assert seen() == [before]

    @pytest.mark.parametrize(
        "change", [{"env": {"A": "b"}}, {"files": {"/etc/lab/a": b"b"}}, {"privileged": True}]
    )
    def test_another_spec_makes_another_container(self, seen, ensure, spec, change):
        ensure(spec)
        (before,) = seen()

        assert ensure(replace(spec, **change)) is True
        assert ensure(replace(spec, **change)) is False

        (after,) = seen()
        assert (after.name, after.running) == (spec.name, True)
        assert after.labels[SPEC_LABEL] != before.labels[SPEC_LABEL]

    def test_another_image_of_the_same_name_makes_another_container(
        self, standing, ensure, spec, change_image
    ):
        change_image()

        assert ensure(spec) is True
        assert ensure(spec) is False

    def test_an_image_that_is_not_there_is_named_with_the_mending(self, seen, ensure, spec, no_image):
        with pytest.raises(
            ContainerFailed, match=f"^site: image {no_image} is not there; `lab images build`"
        ):
            ensure(replace(spec, image=no_image))
        assert seen() == []

    def test_one_that_stopped_is_made_again(self, seen, standing, ensure, spec, stop):
        stop(standing)

        (stopped,) = seen()
        assert (stopped.running, stopped.pid, stopped.state.startswith("exited")) == (False, 0, True)
        assert ensure(spec) is True
        assert [one.running for one in seen()] == [True]

    def test_a_namespace_is_shared(self, seen, standing, ensure, network, guest):
        assert ensure(guest) is True
        assert ensure(guest) is False

        addresses = {one.name: one.address for one in seen()}
        assert addresses[guest.name] is None
        assert addresses[standing] in network.subnet

    def test_a_guest_is_made_again_when_its_host_was(self, engine, standing, ensure, spec, guest):
        ensure(guest)
        engine.remove(standing)
        ensure(spec)

        assert ensure(guest) is True
        assert ensure(guest) is False

    def test_a_namespace_is_shared_only_with_what_is_there(self, ensure, guest):
        with pytest.raises(ContainerFailed):
            ensure(guest)

    def test_an_address_that_is_asked_for_is_given(self, seen, ensure, network, spec):
        ensure(replace(spec, address=network.gateway + 8))

        assert [one.address for one in seen()] == [network.gateway + 8]

    def test_labels_select_and_an_empty_value_matches_any(self, engine, standing, labels):
        key, value = next(iter(labels.items()))

        (seen,) = engine.seen({key: value})
        assert (seen.name, seen.running, seen.pid > 0) == (standing, True, True)
        assert seen.labels[SPEC_LABEL]
        assert standing in [one.name for one in engine.seen({key: ""})]
        assert engine.seen({key: "another"}) == []

    def test_removing_is_done_twice_as_well_as_once(self, seen, engine, standing):
        engine.remove(standing)
        engine.remove(standing)

        assert seen() == []

    @pytest.fixture
    def keeping(self, ensure, spec):
        """A container with a volume."""
        ensure(replace(spec, volumes={f"{spec.name}-kept": "/kept"}))
        return spec.name

    def test_sweeping_leaves_no_container_and_no_volume(self, engine, keeping, seen, labels, volumes):
        assert volumes() == [f"{keeping}-kept"]

        engine.sweep({"airgap-lab.name": "another"})
        assert len(seen()) == 1

        engine.sweep(labels)
        assert (seen(), volumes()) == ([], [])

        engine.sweep(labels)

    def test_sweeping_leaves_no_network(self, engine, standing, network, labels):
        assert engine.network_labels(network.name) is not None

        engine.sweep(labels)

        assert engine.network_labels(network.name) is None

    def test_a_volume_outlives_its_container(self, engine, keeping, volumes):
        engine.remove(keeping)

        assert volumes() == [f"{keeping}-kept"]

    def test_a_container_that_is_not_there_cannot_be_asked(self, engine):
        with pytest.raises(ContainerFailed):
            engine.exec("airgap-no-such-container", ["true"], timeout=5)
        with pytest.raises(ContainerFailed):
            engine.put("airgap-no-such-container", {"/a": b""})
        with pytest.raises(ContainerFailed):
            engine.logs("airgap-no-such-container")

    def test_one_that_stopped_cannot_be_asked(self, engine, standing, stop):
        stop(standing)

        with pytest.raises(ContainerFailed, match="is not running"):
            engine.exec(standing, ["true"], timeout=5)

    def test_files_can_be_put_into_it(self, engine, standing):
        engine.put(standing, {"/etc/lab/note": b"written\n"})

    def test_what_runs_uses_something(self, engine, standing):
        used = engine.usage(standing)

        assert used.cpu_seconds > 0
        assert used.memory > 0

    def test_what_has_stopped_or_never_was_uses_nothing(self, engine, standing, stop):
        stop(standing)

        assert engine.usage(standing) is None
        assert engine.usage("airgap-no-such-container") is None
