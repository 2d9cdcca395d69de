"""Read everything again: the manifest with its signatures, then every object. Damage is found, told, healed where it can be.

What was read is written down in a ledger after every few objects, so that an audit that is killed goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from dossiers.errors import SohoaError
from dossiers.manifest import Digested, EntryKind
from dossiers.model import Actor
from dossiers.trail import TrailAction
from operations.healing import find_mirror, heal
from operations.locking import acting_alone
from operations.manifesting import ManifestFault, SegmentFound, iter_new_segments, iter_segments_found, verify_heads
from operations.rereading import RateLimit, Rereader
from operations.trail import Deed, record_deeds
from runtime.wiring import House
from storage import keys
from storage.audit_ledger import AuditLedger, LedgerFinding
from storage.audits import AuditFinding, AuditRecord
from storage.files import make_folder
from storage.keeping import Bucket
from storage.manifests import PREFIX
from storage.object_store import ObjectStore

_PIECE = 128
_SEGMENTS = 500
READERS = 4
_MB = 1_000_000
_log = logging.getLogger("sohoa.audit")


def audit(
    house: House,
    actor: Actor,
    *,
    rate_mb_s: float = 0.0,
    resume: bool = False,
    advance: Callable[[int], None] = lambda _objects: None,
) -> AuditRecord:
    """Read everything again at most so quickly, heal what can be healed, keep the report in the bucket and return it.

    ``resume`` goes on with an audit that was interrupted; without one, or without ``resume``, a new one begins. Raises
    StorageUnavailableError when the store is away; the audit can then be resumed.
    """
    with acting_alone(house, "audit", str(house.home)):
        path = _ledger_path(house)
        if not resume:
            AuditLedger(path).remove()
        ledger = AuditLedger(path)
        with closing(ledger):
            if not ledger.get("started_at"):
                ledger.set("started_at", datetime.now(UTC).isoformat())
            if not ledger.get("manifest"):
                _read_manifest(house, ledger)
            limit = RateLimit(rate_mb_s * _MB)
            for bucket, store in _stores(house):
                _reread_bucket(bucket, store, ledger, limit, advance)
            _read_new_segments(house, ledger)
            _tell_missing(house, ledger)
            record = _conclude(house, ledger, actor)
        ledger.remove()
    return record


def find_last_audit(house: House) -> AuditRecord | None:
    """Return the report of the last audit that came to its end, or None."""
    return house.audits.find_last()


def is_interrupted(house: House) -> bool:
    """Say whether an audit of this machine was begun and not finished."""
    return _ledger_path(house).exists()


def _stores(house: House) -> tuple[tuple[Bucket, ObjectStore], ...]:
    return (Bucket.ORIGINALS, house.archive.originals), (Bucket.ARCHIVE, house.archive.documents)


def _ledger_path(house: House) -> Path:
    folder = house.home / "audit"
    make_folder(folder)
    return folder / "ledger.sqlite3"


def _read_manifest(house: House, ledger: AuditLedger) -> None:
    faults: list[ManifestFault] = []
    with ledger.together():
        found = iter_segments_found(house, faults)
        while piece := list(islice(found, _SEGMENTS)):
            _enter(ledger, piece)
        ledger.settle()
        heads, of_heads = verify_heads(house, ledger.find_segment)
        told = {fault.key: fault for fault in (*faults, *of_heads)}  # what a head expects is told rather than what a line shows
        ledger.add_findings(
            LedgerFinding("manifest", Bucket.ARCHIVE.value, key, "", fault.expected_sha256, fault.detail)
            for key, fault in told.items()
        )
        mirror = find_mirror(house)
        if mirror is not None and (known := _count_mirrored_heads(mirror[1])) > heads:
            detail = f"the second copy has {known} heads, the archive {heads}"
            ledger.add_findings([LedgerFinding("manifest", Bucket.ARCHIVE.value, "heads", "", None, detail)])
        ledger.set("heads", heads)
        ledger.set("manifest", "read")


def _count_mirrored_heads(copy: ObjectStore) -> int:
    return sum(found.key.endswith(".json") for found in copy.list(f"{PREFIX}heads/"))


def _enter(ledger: AuditLedger, segments: Sequence[SegmentFound]) -> list[tuple[str, str, str]]:
    """Write down what segments tell; return the versions of which they do."""
    entries = [entry for segment in segments for entry in segment.entries]
    kept = [entry.what for entry in entries if entry.kind is not EntryKind.DESTROYED]
    gone = [entry.what for entry in entries if entry.kind is EntryKind.DESTROYED]
    ledger.expect(kept)
    ledger.drop((one.bucket, one.key, one.version_id) for one in gone)
    ledger.drop((one.bucket, one.key, one.replaces) for one in kept if one.replaces)
    ledger.add_segments((segment.key, segment.sha256) for segment in segments)
    ledger.add_to("objects", len(segments))
    ledger.add_to("bytes", sum(segment.size_bytes for segment in segments))
    return [(one.bucket, one.key, one.version_id) for one in kept]


def _read_new_segments(house: House, ledger: AuditLedger) -> None:
    """Enter what came in while everything was read, so that it counts neither as unlisted nor as missing."""
    if not ledger.has_open_questions():
        return
    with ledger.together():
        began_on = datetime.fromisoformat(ledger.get("started_at")) - timedelta(days=1)  # a writer's clock may be behind
        found = iter_new_segments(house, lambda key: ledger.find_segment(key) is not None, began_on.date())
        while piece := list(islice(found, _SEGMENTS)):
            ledger.mark_seen(_enter(ledger, piece))
        ledger.settle()


def _reread_bucket(
    bucket: Bucket, store: ObjectStore, ledger: AuditLedger, limit: RateLimit, advance: Callable[[int], None]
) -> None:
    rereader = Rereader(bucket, store, limit, ledger.is_gone)
    keys_left = _iter_keys(store, ledger.get(f"{bucket.value} until"))
    with ThreadPoolExecutor(READERS) as pool:
        while piece := list(islice(keys_left, _PIECE)):
            expected = [ledger.list_expected(bucket.value, key) for key in piece]
            seen = list(pool.map(rereader.examine, piece, expected))
            with ledger.together():
                for one in seen:
                    ledger.mark_seen(one.met)
                    ledger.add_unlisted(one.unlisted)
                    ledger.add_findings(one.findings)
                    for finding in one.findings:
                        _log.error("DAMAGE: %s/%s: %s", finding.bucket, finding.key, finding.detail)
                ledger.add_to("objects", len(piece))
                ledger.add_to("bytes", sum(one.size_bytes for one in seen))
                ledger.set(f"{bucket.value} until", piece[-1])
            advance(len(piece))


def _iter_keys(store: ObjectStore, after: str) -> Iterator[str]:
    """Yield the keys to read again; the manifest was read again already, probes of the store are nobody's."""
    for found in store.list(after=after):
        if found.key.startswith(PREFIX):  # long, and in one piece
            yield from _iter_keys(store, f"{PREFIX.rstrip('/')}0")  # "0" comes behind "/"
            return
        if not found.key.startswith(keys.CHECK_PREFIX):
            yield found.key


def _tell_missing(house: House, ledger: AuditLedger) -> None:
    stores = dict(_stores(house))
    for expected in ledger.iter_unseen():
        kind, detail = _look_for(stores[Bucket(expected.bucket)], expected)
        if kind:
            where = (expected.bucket, expected.key, expected.version_id)
            ledger.add_findings([LedgerFinding(kind, *where, expected.sha256, detail)])
            _log.error("%s: %s/%s: %s", kind.upper(), expected.bucket, expected.key, detail)


def _look_for(store: ObjectStore, expected: Digested) -> tuple[str, str]:
    """Return what is wrong with a version that no listing showed; nothing when it is there after all."""
    try:
        stored = store.stat(expected.key, version_id=expected.version_id or None)
        is_hidden = stored is not None and store.stat(expected.key) is None
    except SohoaError as error:  # some servers leave what they cannot read out of their listings
        store.check()  # raises when the store is away
        return "damaged", f"it is not listed and cannot be read: {error.message_en}"
    if is_hidden:
        return "missing", "a deletion hides it; the version itself is still there"
    return ("", "") if stored is not None else ("missing", "it is not in the store")


def _was_passing(house: House, ledger: AuditLedger, found: LedgerFinding) -> bool:
    """Say whether what could not be read can be now: a server that is overloaded answers as one whose disk is damaged."""
    if found.kind != "damaged" or "cannot be read" not in found.detail:
        return False
    bucket = Bucket(found.bucket)
    rereader = Rereader(bucket, dict(_stores(house))[bucket], RateLimit(0), ledger.is_gone)
    return not rereader.examine(found.key, ledger.list_expected(found.bucket, found.key)).findings


def _conclude(house: House, ledger: AuditLedger, actor: Actor) -> AuditRecord:
    """Heal, take what is whole and unlisted into the manifest, and keep the report."""
    findings: list[AuditFinding] = []
    for found in ledger.list_findings():
        if ledger.is_gone(found.bucket, found.key, found.version_id) or _was_passing(house, ledger, found):
            continue  # what was destroyed meanwhile is neither missed nor put back
        reason = heal(house, found) if found.kind != "manifest" or found.sha256 else "a manifest is not healed by itself"
        findings.append(
            AuditFinding(
                kind=found.kind,
                bucket=found.bucket,
                key=found.key,
                version_id=found.version_id,
                detail=found.detail,
                is_healed=not reason,
                not_healed_because=reason,
            )
        )
    adopted = 0
    for unlisted in ledger.iter_unlisted():
        house.archive.manifest.add(EntryKind.ADOPTED, *unlisted)
        adopted += len(unlisted)
    record_deeds(house, actor, _list_deeds(findings, int(ledger.get("objects", "0"))))
    return house.audits.keep(
        started_at=datetime.fromisoformat(ledger.get("started_at")),
        actor=actor,
        objects=int(ledger.get("objects", "0")),
        size_bytes=int(ledger.get("bytes", "0")),
        heads=int(ledger.get("heads", "0")),
        adopted=adopted,
        findings=tuple(findings),
    )


def _list_deeds(findings: Sequence[AuditFinding], objects: int) -> list[Deed]:
    """Return what the trail is told: the audit, and each object that was put back."""
    healed = [found for found in findings if found.is_healed]
    summary = {"objects": objects, "findings": len(findings), "healed": len(healed)}
    return [
        Deed(TrailAction.AUDIT, "", summary),
        *(Deed(TrailAction.HEAL, f"{found.bucket}/{found.key}", {"version": found.version_id}) for found in healed),
    ]
