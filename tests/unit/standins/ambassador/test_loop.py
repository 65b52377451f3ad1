from __future__ import annotations

import logging

import pytest

from ambassador.loop import Loop
from ambassador.state import State
from ambassador.targets import Targets

from .bodies import mapping as body
from .bodies import service


class Carrier:
    def __init__(self):
        self.texts = []

    def take(self, text):
        self.texts.append(text)


class World:
    """A loop with a clock, services and names to set by hand."""

    def __init__(self):
        self.now = 100.0
        self.services = [service("web", body("web", service="web.default"))]
        self.names = {"web.default": "10.0.0.2"}
        self.asked = []
        self.carrier = Carrier()
        self.state = State(lambda: self.now, lambda: True, self.now)
        targets = Targets(lambda: self.now, self.ask)
        self.loop = Loop(lambda: self.services, targets, self.carrier, self.state)

    def ask(self, host):
        self.asked.append(host)
        return self.names.get(host)


@pytest.fixture
def world():
    return World()


def test_the_first_turn_takes_the_settings_and_the_gateway_is_ready(world):
    assert not world.state.ready

    assert world.loop.turn() is True
    assert "http://10.0.0.2:80$path_" in world.carrier.texts[0]
    assert world.state.ready


def test_the_same_services_change_nothing(world):
    world.loop.turn()
    world.now += 60

    assert world.loop.turn() is False
    assert len(world.carrier.texts) == 1


def test_a_change_is_taken_no_oftener_than_every_15_seconds(world):
    world.loop.turn()
    world.services = [service("web", body("web", service="web.default", prefix="/new/"))]
    world.now += 14

    assert world.loop.turn() is False
    world.now += 1
    assert world.loop.turn() is True
    assert "/new/" in world.carrier.texts[1]


def test_a_name_without_address_is_asked_again_only_after_a_minute(world):
    world.names = {}
    world.loop.turn()
    assert "no healthy upstream" in world.carrier.texts[0]
    world.names = {"web.default": "10.0.0.2"}
    world.now += 59
    world.loop.turn()
    assert world.asked.count("web.default") == 1

    world.now += 1
    assert world.loop.turn() is True
    assert world.asked.count("web.default") == 2


def test_an_error_is_logged_once_and_shown(world, caplog):
    world.services = [service("bad", body("bad", prefix="no-slash"))]
    with caplog.at_level(logging.ERROR):
        world.loop.turn()
        world.now += 60
        world.loop.turn()

    assert [record.message for record in caplog.records] == list(world.state.reading.errors)


def test_a_gateway_that_hears_nothing_for_long_is_not_alive(world):
    world.loop.turn()
    world.now += 119
    assert world.state.alive
    world.now += 1
    assert not world.state.alive
