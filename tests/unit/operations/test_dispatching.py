"""The dispatcher sends each scan once, takes back what dead batches hold, and gives up what is tried too often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog import OpenBatch
from catalog.dispatches import Dispatches
from dossiers.dispatching import FAST_PRIORITY, Lane, PlannedBatch
from dossiers.errors import EngineUnavailableError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from operations.dispatching import Dispatcher, Round
from operations.engine import RunState
from runtime.service_settings import DispatchSettings
from runtime.settings import Settings
from runtime.wiring import House

ACTOR = Actor("dispatcher", "Dispatcher")
DISPATCH = DispatchSettings(batches=1, ahead=0, max_dossiers=2, max_tries=2, retry_s=0, lease_s=90, heartbeat_s=15)


class ScriptedEngine:
    """An engine that keeps what it is sent and says of it what the test wants."""

    def __init__(self) -> None:
        self.sent: list[PlannedBatch] = []
        self.states: dict[str, RunState] = {}
        self.buried: list[str] = []
        self.is_away = False
        self.refused: set[str] = set()

    def send(self, batch: PlannedBatch, actor: Actor) -> str:
        self._require()
        if self.refused.intersection(batch.scans):
            raise EngineUnavailableError(detail="PrefectHTTPStatusError 422")
        if f"run-{batch.key}" not in self.states:
            self.sent.append(batch)
            self.states[f"run-{batch.key}"] = RunState.RUNNING
        return f"run-{batch.key}"

    def look(self, flow_run_ids: Sequence[str]) -> Mapping[str, RunState]:
        self._require()
        return {run: self.states.get(run, RunState.UNKNOWN) for run in flow_run_ids}

    def bury(self, flow_run_id: str, why: str) -> None:
        self._require()
        self.buried.append(flow_run_id)

    def cancel(self, flow_run_id: str) -> None:
        self.states[flow_run_id] = RunState.CANCELLED

    def check(self) -> None:
        self._require()

    def set_all(self, state: RunState) -> None:
        self.states = dict.fromkeys(self.states, state)

    def _require(self) -> None:
        if self.is_away:
            raise EngineUnavailableError(detail="away")


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(Settings(home=tmp_path / "home", dispatch=DISPATCH)) as opened:
        yield opened


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dispatcher(house: House, engine: ScriptedEngine, clock: Clock) -> Dispatcher:
    return Dispatcher(house, engine, ACTOR, now_s=clock)


def receive(house: House, count: int, folder: str = "/quet") -> list[str]:
    scans = [f"{len(folder) * 100 + number:064x}" for number in range(count)]
    for number, scan in enumerate(scans):
        house.catalog.submissions.receive(
            scan,
            name=f"{number}.pdf",
            path=f"{folder}/{number}.pdf",
            size_bytes=10,
            dossier_number=f"H15-261008-{len(folder) * 100 + number:04d}",
            actor=ACTOR,
            at=datetime(2026, 11, 20, 8, number, tzinfo=UTC),
        )
    return scans


def test_the_oldest_go_first_and_no_more_than_there_is_room_for(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher
) -> None:
    scans = receive(house, 5)
    assert dispatcher.look() == Round(sent=1)
    assert dispatcher.look() == Round()
    assert engine.sent[0].scans == tuple(scans[:2])
    house.catalog.submissions.mark(scans[0], SubmissionState.ARCHIVED, actor=ACTOR)
    house.catalog.submissions.mark(scans[1], SubmissionState.ARCHIVED, actor=ACTOR)
    engine.set_all(RunState.ENDED)
    assert dispatcher.look() == Round(sent=1, taken_back=1)
    assert engine.sent[1].scans == tuple(scans[2:4])


def test_an_urgent_dossier_and_an_urgent_station_use_the_fast_lane(tmp_path: Path, engine: ScriptedEngine) -> None:
    dispatch = DISPATCH.model_copy(update={"fast_stations": ("quay-1",)})
    with House(Settings(home=tmp_path / "home", dispatch=dispatch)) as house:
        normal = receive(house, 3)
        station = receive(house, 1, "/inbox/quay-1/H15")
        house.catalog.dispatches.set_priority(normal[2:], FAST_PRIORITY)
        assert Dispatcher(house, engine, ACTOR).look() == Round(sent=2)
        sent = {batch.lane: set(batch.scans) for batch in engine.sent}
        assert sent == {Lane.FAST: {normal[2], station[0]}, Lane.NORMAL: set(normal[:2])}


def test_two_dispatchers_never_send_the_same_scan(house: House, engine: ScriptedEngine) -> None:
    scans = receive(house, 2)
    for _ in range(3):
        Dispatcher(house, engine, ACTOR).look()
    assert [batch.scans for batch in engine.sent] == [tuple(scans)]


def test_a_batch_that_ended_without_its_scans_returns_them_under_a_new_key(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher
) -> None:
    receive(house, 2)
    dispatcher.look()
    engine.set_all(RunState.ENDED)
    assert dispatcher.look() == Round(sent=1, taken_back=1)
    first, second = engine.sent
    assert set(first.scans) == set(second.scans)
    assert first.key != second.key


def test_a_silent_batch_is_taken_back_and_buried_but_not_one_whose_heart_beats(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock
) -> None:
    receive(house, 1)
    dispatcher.look()
    (batch,) = house.catalog.dispatches.list_batches()
    assert dispatcher.look() == Round()
    for _ in range(4):
        clock.now_s += 80
        house.catalog.dispatches.beat(batch.batch_id)
        assert dispatcher.look() == Round()
    clock.now_s += 91
    assert dispatcher.look() == Round(sent=1, taken_back=1)
    assert engine.buried == [f"run-{batch.batch_id}"]


def test_a_batch_that_waits_in_the_engine_is_left_there(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock
) -> None:
    receive(house, 1)
    dispatcher.look()
    engine.set_all(RunState.WAITING)
    clock.now_s += 10_000
    assert dispatcher.look() == Round()
    engine.set_all(RunState.RUNNING)
    assert dispatcher.look() == Round()


def test_a_batch_that_is_starting_is_given_more_time(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock
) -> None:
    receive(house, 1)
    dispatcher.look()
    engine.set_all(RunState.STARTING)
    dispatcher.look()
    clock.now_s += 300
    assert dispatcher.look() == Round()
    clock.now_s += 100
    assert dispatcher.look() == Round(sent=1, taken_back=1)


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING])
def test_however_long_a_batch_takes_to_start_it_gets_to_its_work_in_the_end(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock, state: RunState
) -> None:
    start_s, spent_s = 2_000, 0
    receive(house, 1)
    dispatcher.look()
    while spent_s < start_s:
        assert len(engine.sent) < 10, "it is taken back for ever"
        engine.set_all(state)
        clock.now_s += 10
        sent = len(engine.sent)
        dispatcher.look()
        spent_s = spent_s + 10 if len(engine.sent) == sent else 0
    (batch,) = house.catalog.dispatches.list_batches()
    house.catalog.dispatches.beat(batch.batch_id)
    dispatcher.look()
    clock.now_s += 91
    assert dispatcher.look().taken_back == 1, "once its heart has beaten, the lease is the usual one"


def test_batches_that_end_before_they_begin_are_not_sent_without_a_pause(
    tmp_path: Path, engine: ScriptedEngine, clock: Clock
) -> None:
    """As when a worker cannot read its settings: it fails within a second whatever it is given."""
    with House(Settings(home=tmp_path / "home", dispatch=DISPATCH.model_copy(update={"retry_s": 60}))) as house:
        receive(house, 1)
        dispatcher = Dispatcher(house, engine, ACTOR, now_s=clock)
        for _ in range(180):
            clock.now_s += 20
            dispatcher.look()
            engine.set_all(RunState.ENDED)
    assert 5 < len(engine.sent) < 15


def test_what_waits_in_an_engine_that_is_away_is_left_there(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock
) -> None:
    receive(house, 1)
    dispatcher.look()
    before = house.catalog.dispatches.list_batches()
    engine.is_away = True
    for _ in range(5):
        clock.now_s += 80
        assert dispatcher.look() == Round()
    assert house.catalog.dispatches.list_batches() == before
    house.catalog.dispatches.beat(before[0].batch_id)
    dispatcher.look()
    clock.now_s += 91
    with pytest.raises(EngineUnavailableError):
        dispatcher.look()
    assert house.catalog.dispatches.list_batches() == [], "one that began and then fell silent is dead all the same"


def test_silence_while_the_catalog_was_away_is_held_against_no_batch(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(house, 1)
    dispatcher.look()
    (batch,) = house.catalog.dispatches.list_batches()
    house.catalog.dispatches.beat(batch.batch_id)
    dispatcher.look()

    def refuse(_table: Dispatches) -> list[OpenBatch]:
        raise StorageUnavailableError(detail="away")

    with monkeypatch.context() as away:
        away.setattr(Dispatches, "list_batches", refuse)
        for _ in range(5):
            clock.now_s += 60
            with pytest.raises(StorageUnavailableError):
                dispatcher.look()
    assert dispatcher.look() == Round()
    clock.now_s += 91
    assert dispatcher.look() == Round(sent=1, taken_back=1)


def test_a_cancelled_batch_leaves_its_scans_to_a_person(house: House, engine: ScriptedEngine, dispatcher: Dispatcher) -> None:
    (scan,) = receive(house, 1)
    dispatcher.look()
    engine.set_all(RunState.CANCELLED)
    assert dispatcher.look() == Round(taken_back=1)
    stopped = house.catalog.submissions.get(scan)
    assert (stopped.state, stopped.error_code) == (SubmissionState.FAILED, "processing.cancelled")
    assert dispatcher.look() == Round()


def test_a_poisoned_scan_stops_after_its_tries_and_blocks_nobody(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher
) -> None:
    poisoned, *others = receive(house, 3)
    for _ in range(2):
        dispatcher.look()
        house.catalog.submissions.start_attempt(poisoned, actor=ACTOR)  # and then the process dies
        for scan in others:
            house.catalog.submissions.mark(scan, SubmissionState.ARCHIVED, actor=ACTOR)
        engine.set_all(RunState.ENDED)
    assert engine.sent[1].scans == (poisoned,)
    assert dispatcher.look() == Round(taken_back=1, given_up=1)
    stopped = house.catalog.submissions.get(poisoned)
    assert (stopped.state, stopped.error_code) == (SubmissionState.FAILED, "processing.poisoned")
    assert dispatcher.look() == Round()


def test_what_was_claimed_while_the_engine_was_away_is_sent_when_it_is_back(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher
) -> None:
    scans = receive(house, 2)
    engine.is_away = True
    with pytest.raises(EngineUnavailableError):
        dispatcher.look()
    engine.is_away = False
    Dispatcher(house, engine, ACTOR).look()  # also when the dispatcher died meanwhile
    assert [batch.scans for batch in engine.sent] == [tuple(scans)]


def test_a_batch_that_the_engine_refuses_stops_no_other(house: House, engine: ScriptedEngine, clock: Clock) -> None:
    settings = house.settings.model_copy(update={"dispatch": DISPATCH.model_copy(update={"batches": 2, "max_dossiers": 1})})
    refused, good, later = receive(house, 3)
    engine.refused = {refused}
    with House(settings) as wider:
        dispatcher = Dispatcher(wider, engine, ACTOR, clock)
        assert dispatcher.look().sent == 1
        assert [batch.scans for batch in engine.sent] == [(good,)]
        engine.set_all(RunState.ENDED)
        wider.catalog.submissions.mark(good, SubmissionState.ARCHIVED, actor=ACTOR)
        assert dispatcher.look().sent == 1
        assert engine.sent[-1].scans == (later,)
        engine.refused = set()
        dispatcher.look()
        assert engine.sent[-1].scans == (refused,)


def test_nothing_is_sent_while_the_store_is_away(
    house: House, engine: ScriptedEngine, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(house, 1)

    def refuse() -> None:
        raise StorageUnavailableError(detail="away")

    monkeypatch.setattr(house.archive, "check", refuse)
    with pytest.raises(StorageUnavailableError):
        dispatcher.look()
    assert (engine.sent, house.catalog.dispatches.list_batches()) == ([], [])
