"""One soak from its start to its verdict."""

from __future__ import annotations

import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from samples.generator.dice import Dice
from tests.soak.clock import Clock
from tests.soak.dropping import Dropped, Stations
from tests.soak.faults import Disk, Saboteur, is_own_disk
from tests.soak.machine import Machine
from tests.soak.papers import RESULTS, copy_sample, draw_paper
from tests.soak.plan import Fault, Way, Workload, iter_faults, plan_dossiers
from tests.soak.servers import OwnMinio, running_own_minio
from tests.soak.store_check import StoreCheck, check_store
from tests.support.minio_server import free_port
from tests.support.postgresql_server import PostgresqlServer, running_postgresql
from tests.support.sohoa_command import SohoaCommand

_BUCKETS = ("soak-originals", "soak-archive")
_OPEN = ("received", "failed")
_ASKED, _ASKED_AFTER_S = 3, 3.0
_JUDGING_S = 90.0  # of the time given: for the two that judge in the end, and for stopping


@dataclass(frozen=True, slots=True)
class Measure:
    """How much, how long, how often.

    ``steps_a_fault`` files must have been claimed or come to their end before the next fault, so that a slow machine is not
    hit more often than it can get up. ``faults`` bounds their number.
    """

    dossiers: int
    files_a_dossier: int
    real_dossiers: int
    seed: int
    pace_s: float
    steps_a_fault: int
    max_s: float
    faults: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the files stand that were claimed: those that are not at an end by state, and how many are."""

    open: Counter[str] = field(default_factory=Counter)
    ended: int = 0

    @property
    def steps(self) -> int:
        """How far all came: one step for a claim, one for an end."""
        return self.open.total() + 2 * self.ended


Look = Callable[[], Standing | None]


@dataclass(slots=True)
class Verdict:
    """What the soak showed; ``wrong`` is empty when nothing was lost, stored twice or counted twice and the sums agree."""

    dropped: int = 0
    dossiers: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    ways: Counter[Way] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    store: StoreCheck = field(default_factory=StoreCheck)
    reconciled: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Soak:
    """Runs in ``folder``, whose ``home`` may be a small disk of its own. ``tell`` hears how it goes."""

    def __init__(self, folder: Path, measure: Measure, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._measure = measure
        self._tell = tell
        self._rng = Dice(measure.seed)
        self._began_s = time.monotonic()
        self._verdict = Verdict()
        self._dropped: list[Dropped] = []

    def run(self) -> Verdict:
        """Run to the verdict, which says so too when the work was not done in time or the soak itself failed on the way.

        Raises RuntimeError when a server does not start.
        """
        with ExitStack() as stack:
            store = stack.enter_context(running_own_minio(self._folder / "minio"))
            catalog = stack.enter_context(running_postgresql())
            database = catalog.create_database()
            clock = Clock.make(self._folder)
            machine = self._build(store, catalog, database, clock)
            stack.callback(machine.stop)
            machine.start()
            disk = Disk(machine.sohoa.home, is_own_disk(machine.sohoa.home))
            saboteur = Saboteur(machine, store, catalog, disk, clock, Dice(self._measure.seed), (2, 6))
            try:
                self._go_through(machine, saboteur, catalog, database)
                self._judge(machine, store)
            except Exception as fault:  # what the work of many minutes showed so far is told all the same
                self._tell(traceback.format_exc())
                self._verdict.wrong.append(f"no verdict: {type(fault).__name__}: {fault}")
                self._count()
            self._verdict.faults, self._verdict.ended = saboteur.done, machine.ended
        self._verdict.seconds = time.monotonic() - self._began_s
        both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self._verdict.cpu_s = sum(usage.ru_utime + usage.ru_stime for usage in both)
        return self._verdict

    def _build(self, store: OwnMinio, catalog: PostgresqlServer, database: str, clock: Clock) -> Machine:
        address = catalog.locate(database)
        api = {"SOHOA_PREFECT__API_URL": f"http://127.0.0.1:{free_port()}/api"}
        settings = {
            **api,
            "SOHOA_STORE__KIND": "s3",
            "SOHOA_STORE__S3__ENDPOINT": store.endpoint,
            "SOHOA_STORE__S3__ACCESS_KEY": store.access_key,
            "SOHOA_STORE__S3__SECRET_KEY": store.secret_key,
            "SOHOA_STORE__S3__SECURE": "false",
            "SOHOA_STORE__S3__ORIGINALS_BUCKET": _BUCKETS[0],
            "SOHOA_STORE__S3__ARCHIVE_BUCKET": _BUCKETS[1],
            "SOHOA_CATALOG__URL": address.url,
            "SOHOA_CATALOG__PASSWORD": address.password,
            "SOHOA_WATCH__INBOX": str(self._folder / "inbox"),
            "SOHOA_WATCH__SETTLE_S": "2",
            "SOHOA_WATCH__POLL_S": "0.5",
            "SOHOA_WATCH__NOTE_KEEP_S": "0",
            "SOHOA_DISPATCH__POLL_S": "0.5",
            "SOHOA_DISPATCH__RETRY_S": "2",
            "SOHOA_DISPATCH__HEARTBEAT_S": "5",
            "SOHOA_DISPATCH__LEASE_S": "40",
            "SOHOA_DISPATCH__MAX_TRIES": "5",
            "SOHOA_DISPATCH__BATCHES": "3",
            "SOHOA_READING__ENGINE": "null",
        }
        sohoa = SohoaCommand(self._folder / "home", {**settings, **clock.environment()})
        return Machine(sohoa, SohoaCommand(self._folder / "engine", api), self._folder / "logs")

    def _go_through(self, machine: Machine, saboteur: Saboteur, catalog: PostgresqlServer, database: str) -> None:
        """Drop what the null engine takes, then what the real one does, with faults until all is at an end."""
        faults, look = iter_faults(self._rng), partial(_look, catalog, database)
        measure = self._measure
        names = tuple(f"to-{place + 1}.png" for place in range(measure.files_a_dossier))
        small = Workload("260101", measure.dossiers, names, draw_paper)
        ways = tuple(way for way in Way if way not in {Way.TRUNCATED, Way.DUPLICATE})
        real = Workload("260202", measure.real_dossiers, ("don.pdf", f"{RESULTS}/kq.pdf"), copy_sample, ways)
        self._wait_until_up(look)
        for load in (small, real):
            if not load.dossiers:
                continue
            if load is real:
                machine.restart("worker", machine.sohoa.with_settings({"SOHOA_READING__ENGINE": "default"}))
            self._drop(load, machine, saboteur, faults, look)

    def _wait_until_up(self, look: Look) -> None:
        """Wait until the watcher has made the catalog: what is dropped before that tests nothing but patience."""
        while look() is None:
            if time.monotonic() - self._began_s > self._measure.max_s:
                raise TimeoutError(f"the catalog was not made; see {self._folder / 'logs'}")
            time.sleep(0.5)

    def _drop(self, load: Workload, machine: Machine, saboteur: Saboteur, faults: Iterator[Fault], look: Look) -> None:
        """Let the stations drop, bring a fault about after every so many steps ahead, and wait until all is at an end."""
        stations = Stations(self._folder / "inbox", load.make_paper, self._measure.pace_s)
        stations.start(plan_dossiers(load, self._rng))
        try:
            self._watch_over(stations, machine, saboteur, faults, look)
            self._tell(f"{self._describe(stations, look())}: all of {load.name} at an end")
        finally:
            stations.stop()
            stations.clear_litter()
            self._dropped += stations.dropped

    def _watch_over(
        self, stations: Stations, machine: Machine, saboteur: Saboteur, faults: Iterator[Fault], look: Look
    ) -> None:
        standing = look()
        struck_at, fault = standing.steps if standing else 0, next(faults)
        while (is_open := self._is_open(stations, standing)) or self._owes(saboteur):
            if time.monotonic() - self._began_s > self._measure.max_s - _JUDGING_S:
                raise TimeoutError(f"not done in time: {self._describe(stations, standing)}")
            is_due = standing is not None and (not is_open or standing.steps - struck_at >= self._measure.steps_a_fault)
            if is_due and standing is not None and self._may_strike(saboteur):
                is_hit = saboteur.strike(fault)
                self._tell(f"{self._describe(stations, standing)}: {fault}{'' if is_hit else ': nothing to hit yet'}")
                if is_hit or not is_open:
                    struck_at, fault = standing.steps, next(faults)
            if standing and set(standing.open) == {"failed"} and not stations.is_busy() and not stations.list_left():
                self._replay(machine)
            time.sleep(1)
            standing = look()

    @staticmethod
    def _is_open(stations: Stations, standing: Standing | None) -> bool:
        return stations.is_busy() or standing is None or bool(standing.open) or bool(stations.list_left())

    def _owes(self, saboteur: Saboteur) -> bool:
        """Say whether faults were asked for that did not come yet; they then come though all is at an end."""
        return self._measure.faults is not None and saboteur.done.total() < self._measure.faults

    def _may_strike(self, saboteur: Saboteur) -> bool:
        return self._measure.faults is None or saboteur.done.total() < self._measure.faults

    def _replay(self, machine: Machine) -> None:
        """Do what an administrator does with what was given up: a dossier that was hit again and again."""
        done = machine.try_to("replay", "--failed", "--queue", "--json")
        if done is not None and done.exit_code == 0:
            self._verdict.replayed += len(done.rows())

    def _count(self) -> None:
        verdict, dropped = self._verdict, self._dropped
        verdict.dropped, verdict.ways = len(dropped), Counter(file.way for file in dropped)
        verdict.dossiers = len({file.dossier for file in dropped})

    def _judge(self, machine: Machine, store: OwnMinio) -> None:
        self._count()
        verdict, dropped = self._verdict, self._dropped
        verdict.store = check_store(store.connect(), *_BUCKETS, dropped)
        verdict.wrong += verdict.store.wrong
        verdict.reconciled = _ask(machine, "reconcile", exit_codes=(0, 8))
        verdict.progress = _ask(machine, "progress")["total"]
        verdict.wrong += _compare_sums(verdict, dropped)

    def _describe(self, stations: Stations, standing: Standing | None) -> str:
        told = f"{len(stations.dropped)} dropped, {len(stations.list_left())} in the inbox"
        if standing is None:
            return f"{time.monotonic() - self._began_s:.0f} s: {told}, the catalog is away"
        opened = ", ".join(f"{count} {state}" for state, count in standing.open.items()) or "none open"
        return f"{time.monotonic() - self._began_s:.0f} s: {told}, {standing.ended} at an end, {opened}"


def _ask(machine: Machine, command: str, exit_codes: Sequence[int] = (0,)) -> dict[str, Any]:
    """Return what a command of Sohoa tells as JSON; one that fails in passing is asked again. Raises RuntimeError."""
    told = ""
    for _ in range(_ASKED):
        done = machine.try_to(command, "--json")
        if done is not None and done.exit_code in exit_codes:
            return done.one()
        told = done.err[-3000:] if done is not None else "it did not end"
        time.sleep(_ASKED_AFTER_S)
    raise RuntimeError(f"{command} failed: {told}")


def _look(catalog: PostgresqlServer, database: str) -> Standing | None:
    """Return how the files stand; None while the catalog is away or not made yet."""
    try:
        with catalog.connect(database) as connection:
            rows = connection.execute("SELECT state, count(*) FROM submissions GROUP BY state").fetchall()
    except psycopg.Error:
        return None
    counts = Counter({str(state): int(str(count)) for state, count in rows})
    still_open = Counter({state: count for state, count in counts.items() if state in _OPEN})
    return Standing(still_open, counts.total() - still_open.total())


def _compare_sums(verdict: Verdict, dropped: Sequence[Dropped]) -> Iterator[str]:
    """Yield every sum of ``sohoa reconcile`` and ``sohoa progress`` that is not the stations' own."""
    first = {file.sha256 for file in dropped}
    refused = {file.sha256 for file in dropped if file.way is Way.TRUNCATED}
    told, endings = verdict.reconciled, verdict.reconciled["endings"]
    sums = {
        "files seen": (told["total"], len(dropped)),
        "distinct files": (told["submissions"], len(first)),
        "files seen again": (told["sightings"], len(dropped) - len(first)),
        "duplicates": (endings["duplicate"], len(dropped) - len(first)),
        "rejected": (endings["rejected"], len(refused)),
        "archived or with a person": (endings["archived"] + endings["needs_person"], len(first - refused)),
        "in progress": (endings["in_progress"], 0),
        "originals": (told["originals"], verdict.store.originals),
        "documents": (told["documents"], verdict.store.documents),
        "dossiers seen": (verdict.progress["dossiers"], verdict.dossiers),
        "dossiers digitized": (verdict.progress["digitized"], len(verdict.store.digitized)),
    }
    for what, (is_told, expected) in sums.items():
        if is_told != expected:
            yield f"{what}: {is_told}, must be {expected}"
    if not told["agrees"]:
        yield from (f"sohoa reconcile: {one}" for one in told["differences"])
