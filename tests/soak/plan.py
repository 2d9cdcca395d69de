"""What is dropped by whom, in which way, and which fault comes when: all from one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from samples.generator.dice import Dice

STATIONS = ("quay-1", "quay-2", "quay-3", "quay-4")


class Way(StrEnum):
    """How a file comes into the inbox."""

    WHOLE = "whole"
    SLOW = "slow"  # half of it, a pause with the file held open, the rest
    PART = "part"  # under a name that says it is unfinished, then renamed
    RENAMED = "renamed"  # whole under another name, then renamed
    ABANDONED = "abandoned"  # half of it under an unfinished name, which stays lying there; then whole
    TRUNCATED = "truncated"  # half of it, and the scanner calls that all: at fault itself
    DUPLICATE = "duplicate"  # bytes that were dropped before, under another name or in another dossier


class Fault(StrEnum):
    """What is done to the machine."""

    KILL_WATCHER = "watcher killed"
    KILL_DISPATCHER = "dispatcher killed"
    KILL_WORKER = "worker killed"
    KILL_FLOW = "flow process killed"
    KILL_ENGINE = "Prefect API killed"
    STOP_STORE = "MinIO killed, started again"
    STOP_CATALOG = "PostgreSQL stopped, started again"
    FILL_DISK = "disk filled"
    JUMP_CLOCK = "clock put forward, then back"


_WEIGHTS = {
    Way.WHOLE: 40,
    Way.SLOW: 10,
    Way.PART: 15,
    Way.RENAMED: 15,
    Way.ABANDONED: 5,
    Way.TRUNCATED: 2,
    Way.DUPLICATE: 13,
}


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to drop. ``paper`` is the number of its paper; a duplicate bears that of an earlier one of any station."""

    name: str
    paper: int
    way: Way


@dataclass(frozen=True, slots=True)
class PlannedDossier:
    """A dossier to drop."""

    station: str
    number: str
    files: tuple[PlannedFile, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """So many dossiers, each of the files ``names``. ``make_paper`` gives the bytes of a paper."""

    name: str
    dossiers: int
    names: tuple[str, ...]
    make_paper: Callable[[int], bytes]
    ways: tuple[Way, ...] = tuple(Way)


def plan_dossiers(load: Workload, rng: Dice) -> list[PlannedDossier]:
    """Return the dossiers, turn by turn for each station. Every way comes up when there are files enough."""
    count = load.dossiers * len(load.names)
    chosen = [*load.ways, *rng.choices(load.ways, [_WEIGHTS[way] for way in load.ways], k=max(0, count - len(load.ways)))]
    rng.shuffle(chosen)
    first = next(way for way in chosen if way not in {Way.DUPLICATE, Way.TRUNCATED})
    chosen.remove(first)
    chosen.insert(0, first)  # what a duplicate could be one of
    papers: list[int] = []
    dossiers = []
    for index in range(load.dossiers):
        number = f"H01.31.12-{load.name}-{index + 1:04d}"
        files = []
        for place, name in enumerate(load.names):
            way = chosen[index * len(load.names) + place]
            can_repeat = way is Way.DUPLICATE and papers
            paper = rng.choice(papers) if can_repeat else index * len(load.names) + place
            if way is not Way.TRUNCATED and not can_repeat:
                papers.append(paper)
            files.append(PlannedFile(name, paper, way))
        dossiers.append(PlannedDossier(STATIONS[index % len(STATIONS)], number, tuple(files)))
    return dossiers


def iter_faults(rng: Dice) -> Iterator[Fault]:
    """Yield faults for ever: each once in every round, each round in an order of its own; a flow's death comes first."""
    yield Fault.KILL_FLOW
    yield from rng.sample(others := [fault for fault in Fault if fault is not Fault.KILL_FLOW], len(others))
    while True:
        yield from rng.sample(tuple(Fault), len(Fault))
