"""The trail as proof, on real stores and catalogs: hands that meddle, and anchors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dossiers.trail import dump_entries, extend
from dossiers.trail_check import TrailFault
from operations.trail_anchoring import anchor_if_due, anchor_trail
from operations.trail_verifying import judge_anchor, verify_trail
from samples.generator.dice import Dice
from storage.trail_store import StoredAnchor, segment_key
from tests.integration.conftest import OpenHouse
from tests.support.minio_server import S3TestServer
from tests.support.trails import faults, keys_in, make_events, record_events, root_client


def test_meddling_with_the_bucket_is_told(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    """With the service's key: new versions over old ones, delete markers, foreign objects, a second way on, a cut-off end."""
    client = root_client(s3_server)
    with on_s3() as house:
        record_events(house, 6)
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
        record_events(house, 2)
        first = anchor_trail(house)
        (key,) = house.trail.list_anchors()
        record_events(house, 1)
        stored = house.trail.read_anchor(key)
        assert stored.signature is not None
        house.trail.put_anchor(
            3, first.at + timedelta(days=1), (stored.statement or b"").replace(b":2", b":3"), stored.signature
        )
        assert faults(verify_trail(house)) == {TrailFault.ANCHOR}


def test_an_anchor_taken_out_between_others_is_told(on_s3: OpenHouse, s3_server: S3TestServer) -> None:
    with on_s3() as house:
        for _ in range(3):
            record_events(house, 1)
            anchor_trail(house)
        keys = house.trail.list_anchors()
        root_client(s3_server).remove_object(house.settings.store.s3.originals_bucket, keys[1])
        assert [(problem.fault, problem.where) for problem in verify_trail(house).problems] == [(TrailFault.ANCHOR, keys[2])]


def test_each_of_200_flipped_bytes_of_an_anchor_is_told(on_s3: OpenHouse) -> None:
    chance = Dice(5)
    with on_s3() as house:
        record_events(house, 1)
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
        record_events(house, 1)
        now = datetime.now(UTC)
        assert anchor_if_due(house, now) is not None
        assert anchor_if_due(house, now) is None
        assert anchor_if_due(house, now + timedelta(days=1)) is not None
        assert len(house.trail.list_anchors()) == 2
