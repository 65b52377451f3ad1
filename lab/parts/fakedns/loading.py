"""Settings, configuration and zone files into a world, and again whenever one of them changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from .conf import Conf, Entry, read_conf
from .master import read_zone, reason
from .names import Name, spell
from .settings import Settings, read_settings
from .world import World, pointers_of
from .zone import Zone

Mark: TypeAlias = tuple[int, int, int] | None
"""Modification time, size and inode; None where there is no file."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A world, what was said about its files, and the marks by which a change is seen."""

    world: World
    marks: Mapping[str, Mark]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """One pass over the files. A mark is taken before its file is read, so a change between is seen later."""

    marks: dict[str, Mark] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def text(self, path: str) -> str:
        self.marks[path] = mark(path)
        return Path(path).read_text(encoding="utf-8", errors="surrogateescape")


def mark(path: str) -> Mark:
    try:
        seen = os.stat(path)  # noqa: PTH116  # Path.stat costs twice as much, and this runs for ever
    except (OSError, ValueError):
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def changed(loaded: Loaded) -> bool:
    return any(mark(path) != before for path, before in loaded.marks.items())


def load(settings_path: str, last: World | None = None) -> Loaded:
    """Read everything. What is bad keeps its form in *last*: the settings, or a zone."""
    reading = _Reading()
    settings = _settings(reading, settings_path, Settings() if last is None else last.settings)
    conf = _conf(reading, settings.conf)
    zones: dict[Name, Zone] = {}
    broken = set()
    for entry in conf.entries:
        zone = _zone(reading, entry)
        if zone is None and last is not None:
            zone = last.zones.get(entry.origin)
        if zone is None:
            broken.add(entry.origin)
        else:
            zones[entry.origin] = zone
    if conf.problems and last is not None:
        zones = {**last.zones, **zones}  # a half-read configuration takes no zone away
        broken |= last.broken - set(zones)
    world = World(settings, zones, frozenset(broken), pointers_of(settings))
    return Loaded(world, reading.marks, tuple(reading.problems), tuple(reading.warnings))


def _settings(reading: _Reading, path: str, last: Settings) -> Settings:
    try:
        return read_settings(reading.text(path))
    except FileNotFoundError:
        used = "defaults are" if last == Settings() else "the last is"
        reading.warnings.append(f"{path}: not there; {used} used")
    except (OSError, ValueError) as error:
        reading.problems += [f"{path}: {line}" for line in reason(error).splitlines()]
    return last


def _conf(reading: _Reading, path: str) -> Conf:
    try:
        conf = read_conf(reading.text(path), path)
    except FileNotFoundError:
        return Conf()
    except (OSError, ValueError) as error:
        reading.problems.append(f"{path}: {reason(error)}")
        return Conf()
    reading.problems += map(str, conf.problems)
    reading.warnings += map(str, conf.warnings)
    return conf


def _zone(reading: _Reading, entry: Entry) -> Zone | None:
    folder = Path(entry.file).parent.resolve()

    def include(wanted: str) -> tuple[str, str]:
        path = (folder / wanted).resolve()
        if not path.is_relative_to(folder):
            raise ValueError(f"lies outside of {folder}; put it beside the zone file")
        return str(path), reading.text(str(path))

    try:
        text = reading.text(entry.file)
    except (OSError, ValueError) as error:
        reading.problems.append(f"{entry.file}: {reason(error)}; zone {spell(entry.origin)} needs it")
        return None
    zone = read_zone(text, origin=spell(entry.origin), source=entry.file, include=include)
    reading.problems += map(str, zone.problems)
    reading.warnings += map(str, zone.warnings + zone.advice)
    return None if zone.problems else zone
