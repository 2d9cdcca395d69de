"""The trail on real stores and catalogs: several writers, killed ones, and stores that go away."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from minio.error import S3Error

from dossiers.errors import SohoaError, StorageUnavailableError
from dossiers.model import Actor
from dossiers.trail import TrailEntry, TrailHead, extend
from dossiers.trail_check import TrailFault
from operations.reindexing import reindex_catalog
from operations.searching import search_archive
from operations.trail import flush_trail, record_event
from operations.trail_anchoring import anchor_trail
from operations.trail_reading import TrailChoice, read_trail
from operations.trail_verifying import verify_trail
from samples.generator.dice import Dice
from tests.integration.conftest import OpenHouse
from tests.support.minio_server import S3TestServer, free_port
from tests.support.trail_writer import start_writer
from tests.support.trails import CLERK, faults, keys_in, make_events, record_events, root_client, subjects


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
    chance = Dice(7)
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
        record_events(house, 1, "after")
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
        record_events(house, 1, "before")
    address = os.environ["SOHOA_STORE__S3__ENDPOINT"]
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", f"127.0.0.1:{free_port()}")
    with on_s3() as house:
        assert search_archive(house, "giấy phép", CLERK).total == 0
        begun_s = time.monotonic()
        record_events(house, 3, "away")
        assert time.monotonic() - begun_s < 5  # the store is not asked again at once
        assert house.trail_spool.count() == 4
    monkeypatch.setenv("SOHOA_STORE__S3__ENDPOINT", address)
    with on_s3() as house:
        assert verify_trail(house).waiting == 4
        os.utime(house.home / "trail-spool" / "rest", (0, 0))
        record_events(house, 1, "after")
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.waiting) == ((), 0)
        assert subjects(house) == ["before-0", "", "away-0", "away-1", "away-2", "after-0"]


def test_what_waited_is_not_written_twice_when_it_was_on_its_way(on_minio: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is killed after the store took the segment: before the catalog knows, and before the spool is cleared."""
    with on_minio() as house:
        record_events(house, 1, "before")
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
        record_events(house, 1, "before")
        whole_append = house.trail.append

        def append_and_lose(entries: Sequence[TrailEntry]) -> str:
            whole_append(entries)
            whole_append(extend(TrailHead(entries[0].sequence - 1, entries[0].previous), make_events(1)))
            raise StorageUnavailableError(detail="the connection is gone")

        with monkeypatch.context() as broken:
            broken.setattr(house.trail, "append", append_and_lose)
            record_events(house, 1, "mine")
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
        record_events(house, 5)
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
        record_events(house, 2)
    shutil.copy(catalog, tmp_path / "old")
    with on_s3() as house:
        record_events(house, 3)
    shutil.copy(tmp_path / "old", catalog)
    with on_s3() as house:
        record_events(house, 1)
        assert (verify_trail(house).problems, verify_trail(house).entries) == ((), 6)


def test_an_index_goes_on_behind_what_is_gone_and_takes_no_place_twice(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        record_events(house, 6)
        segments = keys_in(house)
        root_client(s3_server).remove_object(house.settings.store.s3.originals_bucket, segments[2])
        house.trail._store.put(segments[4], b"damaged", "application/x-ndjson", {})
        assert reindex_catalog(house, CLERK, lambda: None).trail_head.sequence == 6
        record_events(house, 1)
        assert faults(verify_trail(house)) == {TrailFault.REMOVED, TrailFault.ALTERED}
        assert house.catalog.trail.head().sequence == 8


def test_entries_are_found_by_who_what_which_and_when(on_minio: OpenHouse) -> None:
    with on_minio() as house:
        record_events(house, 3)
        record_event(house, Actor("other", "Other"), "destroy", "event-1", {"certificate": "ab" * 32}, purpose="hết hạn")
        assert [entry.sequence for entry in read_trail(house, TrailChoice(subject="event-1"), CLERK)] == [4, 2]
        assert [entry.sequence for entry in read_trail(house, TrailChoice(actor="other"), CLERK)] == [4]
        assert [entry.sequence for entry in read_trail(house, TrailChoice(action="destroy"), CLERK)] == [4]
        later = datetime.now(UTC) + timedelta(hours=1)
        assert read_trail(house, TrailChoice(since=later), CLERK) == []
        assert len(read_trail(house, TrailChoice(until=later, limit=2), CLERK)) == 2


def test_segments_are_locked_for_a_year_at_least(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        record_events(house, 1)
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


def test_a_clock_that_jumps_back_does_not_part_the_chain(on_s3: OpenHouse) -> None:
    with on_s3() as house:
        late, early = make_events(2)[1], make_events(2)[0]
        for event in (late, early):
            entries = extend(house.catalog.trail.head(), [event])
            with house.catalog.trail.holding_head() as held:
                held.move(entries, house.trail.append(entries))
        verdict = verify_trail(house)
        assert (verdict.problems, verdict.clock_steps) == ((), 1)
