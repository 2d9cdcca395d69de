"""The trail on real stores and catalogs: several writers, killed ones, stores that go away, and hands that meddle."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio import Minio
from minio.error import S3Error

from dossiers.errors import SohoaError, StorageUnavailableError
from dossiers.model import Actor
from dossiers.trail import TrailAction, TrailEntry, TrailHead, dump_entries, extend
from dossiers.trail_check import TrailFault
from operations.reindexing import reindex_catalog
from operations.searching import search_archive
from operations.trail import flush_trail, record_event
from operations.trail_anchoring import anchor_if_due, anchor_trail
from operations.trail_reading import TrailChoice, read_trail
from operations.trail_verifying import TrailVerdict, judge_anchor, verify_trail
from runtime.settings import load_settings
from runtime.wiring import House
from storage.trail_store import StoredAnchor, segment_key
from tests.support.minio_server import S3TestServer, free_port
from tests.support.postgresql_server import PostgresqlServer
from tests.support.trail_writer import start_writer
from tests.support.trails import make_events

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa")
OpenHouse = Callable[[], House]


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    with server.fresh_catalog() as address:
        yield {"SOHOA_CATALOG__URL": address.url, "SOHOA_CATALOG__PASSWORD": address.password}


@pytest.fixture
def on_minio(
    tmp_path: Path, s3_settings: dict[str, str], catalog_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> OpenHouse:
    """Open houses on a real MinIO and one of the two catalogs."""
    return _opener({"SOHOA_HOME": str(tmp_path / "home"), **s3_settings, **catalog_settings}, monkeypatch)


@pytest.fixture
def on_s3(tmp_path: Path, s3_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    """Open houses on a real MinIO, with SQLite."""
    return _opener({"SOHOA_HOME": str(tmp_path / "home"), **s3_settings}, monkeypatch)


def _opener(settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> OpenHouse:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return lambda: House(load_settings())


def write(house: House, count: int, name: str = "event") -> None:
    for number in range(count):
        record_event(house, CLERK, TrailAction.READ, f"{name}-{number}")


def subjects(house: House) -> list[str]:
    return [entry.event.subject for _, entries in house.trail.iter_entries() for entry in entries]


def faults(verdict: TrailVerdict) -> set[TrailFault]:
    return {problem.fault for problem in verdict.problems}


def root_client(server: S3TestServer) -> Minio:
    return Minio(server.endpoint, server.access_key, server.secret_key, secure=False)


def keys_in(house: House) -> list[str]:
    return [segment if isinstance(segment, str) else segment.key for segment in house.trail.iter_segments()]


def test_processes_that_write_at_once_make_one_chain(on_minio: OpenHouse, tmp_path: Path) -> None:
    """On SQLite they share a machine; on PostgreSQL each has a home, and so a machine, of its own."""
    told = tmp_path / "told"
    has_machines = "SOHOA_CATALOG__URL" in os.environ
    writers = [start_writer(name, 25, told, tmp_path / name if has_machines else None) for name in ("one", "two", "three")]
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with on_minio() as house:
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.entries, verdict.waiting) == ((), 75, 0)
        assert verdict.head == house.catalog.trail.head()
        assert sorted(subjects(house)) == sorted(told.read_text().split())
        for name in ("one", "two", "three"):
            mine = [subject for subject in subjects(house) if subject.startswith(name)]
            assert mine == [f"{name}-{number}" for number in range(25)]


def test_a_writer_killed_at_any_moment_leaves_a_sound_trail_that_holds_all_it_told(on_minio: OpenHouse, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - when to kill, no secret
    told = tmp_path / "told"
    for turn in range(5):
        writer = start_writer(f"turn{turn}", 10_000, told)
        while not told.exists() or f"turn{turn}-" not in told.read_text():
            assert writer.is_alive()
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        writer.kill()
        writer.join()
    with on_minio() as house:
        write(house, 1, "after")
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.waiting) == ((), 0)
        assert verdict.head == house.catalog.trail.head()
        lines = set(told.read_text().split("\n")[:-1])
        assert lines <= set(subjects(house))
        assert verdict.entries - len(lines) - 1 <= 5  # at most the entry in hand, which nobody was told of


def test_what_cannot_reach_the_store_waits_and_goes_in_first(
    on_s3: OpenHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with on_s3() as house:
        write(house, 1, "before")
    address = os.environ["SOHOA_STORE__S3__ENDPOINT"]
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", f"127.0.0.1:{free_port()}")
    with on_s3() as house:
        assert search_archive(house, "giấy phép", CLERK).total == 0
        begun_s = time.monotonic()
        write(house, 3, "away")
        assert time.monotonic() - begun_s < 5  # the store is not asked again at once
        assert house.trail_spool.count() == 4
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", address)
    with on_s3() as house:
        assert verify_trail(house).waiting == 4
        os.utime(house.home / "trail-spool" / "rest", (0, 0))
        write(house, 1, "after")
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.waiting) == ((), 0)
        assert subjects(house) == ["before-0", "", "away-0", "away-1", "away-2", "after-0"]


def test_what_waited_is_not_written_twice_when_it_was_on_its_way(on_minio: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is killed after the store took the segment: before the catalog knows, and before the spool is cleared."""
    with on_minio() as house:
        write(house, 1, "before")
        events = make_events(3)
        house.trail_spool.add(events)
        entries = extend(house.catalog.trail.head(), events)
        house.trail.append(entries)
        flush_trail(house)
        house.trail_spool.add(events)
        flush_trail(house)
        assert subjects(house) == ["before-0", *(event.subject for event in events)]
        assert verify_trail(house).problems == ()


def test_a_machine_that_loses_its_lock_while_it_writes_parts_the_chain_and_loses_nothing(
    on_minio: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection to the catalog breaks behind its segment, and another machine has taken the same place meanwhile."""
    with on_minio() as house:
        write(house, 1, "before")
        whole_append = house.trail.append

        def append_and_lose(entries: Sequence[TrailEntry]) -> str:
            whole_append(entries)
            whole_append(extend(TrailHead(entries[0].sequence - 1, entries[0].previous), make_events(1)))
            raise StorageUnavailableError(detail="the connection is gone")

        with monkeypatch.context() as broken:
            broken.setattr(house.trail, "append", append_and_lose)
            write(house, 1, "mine")
        assert house.trail_spool.count() == 1
        flush_trail(house)
        verdict = verify_trail(house)
        assert faults(verdict) == {TrailFault.DUPLICATED}
        assert verdict.waiting == 0
        noted = [entry.event.subject for entry in read_trail(house, TrailChoice(), CLERK)]
        assert "mine-0" in noted
        assert noted.count("before-0") == 1


def test_a_file_taken_out_of_the_spool_is_told_by_the_trail(on_s3: OpenHouse) -> None:
    with on_s3() as house:
        house.trail_spool.add(make_events(3))
        (house.home / "trail-spool" / "000000000002.json").unlink()
        flush_trail(house)
        (told,) = read_trail(house, TrailChoice(action="spool_broken"), CLERK)
        assert told.event.details["fault"] == "000000000003.json does not follow the file before it"


def test_what_neither_store_nor_disk_takes_does_not_succeed(on_s3: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", f"127.0.0.1:{free_port()}")
    with on_s3() as house:
        (house.home / "trail-spool").write_bytes(b"")
        with pytest.raises(SohoaError):
            search_archive(house, "giấy phép", CLERK)


def test_a_personal_id_number_in_a_search_is_masked(on_s3: OpenHouse) -> None:
    with on_s3() as house:
        search_archive(house, "giấy khai sinh 001085012345", CLERK, purpose="cấp bản sao")
        (found,) = read_trail(house, TrailChoice(action="search"), CLERK)
        assert found.event.details["query"] == "giấy khai sinh •••••••••345"
        assert (found.event.purpose, found.event.actor, found.event.unit) == ("cấp bản sao", CLERK.id, CLERK.unit)


def test_an_index_built_from_the_store_alone_has_the_same_head(on_minio: OpenHouse, tmp_path: Path) -> None:
    with on_minio() as house:
        write(house, 5)
        anchor_trail(house)
        head = verify_trail(house).head
    shutil.rmtree(tmp_path / "home" / "trail-spool", ignore_errors=True)
    for file in (tmp_path / "home").glob("catalog.sqlite3*"):
        file.unlink()
    with on_minio() as house:
        assert reindex_catalog(house, CLERK, lambda: None).trail_head == head
        assert [entry.event.action for entry in read_trail(house, TrailChoice(limit=2), CLERK)] == ["read_trail", "reindex"]
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.entries, verdict.head) == ((), 7, house.catalog.trail.head())


def test_a_catalog_from_an_old_backup_is_brought_forward_instead_of_parting_the_chain(on_s3: OpenHouse, tmp_path: Path) -> None:
    catalog = tmp_path / "home" / "catalog.sqlite3"
    with on_s3() as house:
        write(house, 2)
    shutil.copy(catalog, tmp_path / "old")
    with on_s3() as house:
        write(house, 3)
    shutil.copy(tmp_path / "old", catalog)
    with on_s3() as house:
        write(house, 1)
        assert (verify_trail(house).problems, verify_trail(house).entries) == ((), 6)


def test_an_index_goes_on_behind_what_is_gone_and_takes_no_place_twice(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        write(house, 6)
        segments = keys_in(house)
        root_client(s3_server).remove_object(house.settings.store.s3.originals_bucket, segments[2])
        house.trail._store.put(segments[4], b"damaged", "application/x-ndjson", {})
        assert reindex_catalog(house, CLERK, lambda: None).trail_head.sequence == 6
        write(house, 1)
        assert faults(verify_trail(house)) == {TrailFault.REMOVED, TrailFault.ALTERED}
        assert house.catalog.trail.head().sequence == 8


def test_entries_are_found_by_who_what_which_and_when(on_minio: OpenHouse) -> None:
    with on_minio() as house:
        write(house, 3)
        record_event(house, Actor("other", "Other"), "destroy", "event-1", {"certificate": "ab" * 32}, purpose="hết hạn")
        assert [entry.sequence for entry in read_trail(house, TrailChoice(subject="event-1"), CLERK)] == [4, 2]
        assert [entry.sequence for entry in read_trail(house, TrailChoice(actor="other"), CLERK)] == [4]
        assert [entry.sequence for entry in read_trail(house, TrailChoice(action="destroy"), CLERK)] == [4]
        later = datetime.now(UTC) + timedelta(hours=1)
        assert read_trail(house, TrailChoice(since=later), CLERK) == []
        assert len(read_trail(house, TrailChoice(until=later, limit=2), CLERK)) == 2


def test_segments_are_locked_for_a_year_at_least(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        write(house, 1)
        anchor_trail(house)
        bucket = house.settings.store.s3.originals_bucket
    client = root_client(s3_server)
    found = list(client.list_objects(bucket, prefix="trail/", recursive=True, include_version=True))
    assert len(found) == 3
    for one in found:
        assert one.object_name is not None
        locked = client.get_object_retention(bucket, one.object_name, version_id=one.version_id)
        assert locked is not None
        assert locked.retain_until_date > datetime.now(UTC) + timedelta(days=366)
        with pytest.raises(S3Error, match="WORM protected"):
            client.remove_object(bucket, one.object_name, version_id=one.version_id)


def test_meddling_with_the_bucket_is_told(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    """With the service's key: new versions over old ones, delete markers, foreign objects, a second way on, a cut-off end."""
    client = root_client(s3_server)
    with on_s3() as house:
        write(house, 6)
        anchor_trail(house)
        bucket, segments = house.settings.store.s3.originals_bucket, keys_in(house)
        put = house.trail._store.put
        altered = house.trail._store.get(segments[1]).replace(b"event-1", b"event-9")
        put(segments[1], altered, "application/x-ndjson", {})
        assert {problem.where for problem in verify_trail(house).problems} == {segments[1]}
        assert faults(verify_trail(house)) == {TrailFault.ALTERED}
        client.remove_object(bucket, segments[3])
        assert faults(verify_trail(house)) == {TrailFault.ALTERED, TrailFault.REMOVED}
        put("trail/segments/000000000/readme.txt", b"x", "text/plain", {})
        assert TrailFault.FOREIGN in faults(verify_trail(house))
        second = extend(house.trail.read(segments[0])[-1].head, make_events(1))
        put(segment_key(second), dump_entries(second), "application/x-ndjson", {})
        assert TrailFault.DUPLICATED in faults(verify_trail(house))
        client.remove_object(bucket, segments[5])
        cut = [problem for problem in verify_trail(house).problems if problem.fault is TrailFault.TRUNCATED]
        assert len(cut) == 2  # by what the catalog knows, and by the anchor


def test_an_anchor_that_is_not_the_agencys_is_told(on_s3: OpenHouse) -> None:
    with on_s3() as house:
        write(house, 2)
        first = anchor_trail(house)
        (key,) = house.trail.list_anchors()
        write(house, 1)
        stored = house.trail.read_anchor(key)
        assert stored.signature is not None
        house.trail.put_anchor(
            3, first.at + timedelta(days=1), (stored.statement or b"").replace(b":2", b":3"), stored.signature
        )
        assert faults(verify_trail(house)) == {TrailFault.ANCHOR}


def test_an_anchor_taken_out_between_others_is_told(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        for _ in range(3):
            write(house, 1)
            anchor_trail(house)
        keys = house.trail.list_anchors()
        root_client(s3_server).remove_object(house.settings.store.s3.originals_bucket, keys[1])
        assert [(problem.fault, problem.where) for problem in verify_trail(house).problems] == [(TrailFault.ANCHOR, keys[2])]


def test_each_of_200_flipped_bytes_of_an_anchor_is_told(on_s3: OpenHouse) -> None:
    chance = random.Random(5)  # noqa: S311 - which bytes are flipped, no secret
    with on_s3() as house:
        write(house, 1)
        anchor_trail(house)
        stored = house.trail.read_anchor(house.trail.list_anchors()[0])
        statement, signature = stored.statement or b"", stored.signature or b""
        assert judge_anchor(house, stored)[1] == ""
        for _ in range(200):
            both = bytearray(statement + signature)
            both[chance.randrange(len(both))] ^= 1 << chance.randrange(8)
            flipped = StoredAnchor(stored.key, bytes(both[: len(statement)]), bytes(both[len(statement) :]))
            assert judge_anchor(house, flipped)[1] != ""


def test_the_trail_is_anchored_once_a_day_even_when_nothing_happened(on_minio: OpenHouse) -> None:
    with on_minio() as house:
        write(house, 1)
        now = datetime.now(UTC)
        assert anchor_if_due(house, now) is not None
        assert anchor_if_due(house, now) is None
        assert anchor_if_due(house, now + timedelta(days=1)) is not None
        assert len(house.trail.list_anchors()) == 2


def test_a_clock_that_jumps_back_does_not_part_the_chain(on_s3: OpenHouse) -> None:
    with on_s3() as house:
        late, early = make_events(2)[1], make_events(2)[0]
        for event in (late, early):
            entries = extend(house.catalog.trail.head(), [event])
            with house.catalog.trail.holding_head() as held:
                held.move(entries, house.trail.append(entries))
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.clock_steps) == ((), 1)
