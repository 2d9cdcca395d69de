"""Prove what a bucket of an S3 server really does, by trying to do with our own key what must be refused.

Probes stand below ``_custody/check/`` and hold a few bytes. The lock of one is short and is used again while it lasts; what our
key may delete is deleted again. A key without the right to delete leaves some probes a day, each of a few bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from secrets import token_hex

from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.retention import Retention

from dossiers.errors import IntegrityError, SohoaError, StorageDeniedError, StorageUnavailableError
from dossiers.store_properties import CheckedProperty, StoreProperty, Verdict
from storage.keys import CHECK_PREFIX
from storage.object_store import StoredObject
from storage.s3_store import S3Store

LOCK_FOR = timedelta(minutes=10)
"""How long a probe is locked: long enough for one check by two clocks that differ, and for the next to use it again."""

MAX_SKEW_S = 60.0
_STILL_LOCKED = timedelta(minutes=3)
_LETTERS = "Giấy chứng nhận quyền sử dụng đất — số 47/QĐ-UBND"
_PLAIN, _LOCKED, _HELD, _HIDDEN = (f"{CHECK_PREFIX}{name}" for name in ("plain", "locked", "held", "hidden"))

_Seen = tuple[Verdict, str]


class S3Probe:
    """One check of one bucket. Each property is tried by itself, so that one failure does not hide the next."""

    def __init__(self, store: S3Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now
        self._may_delete = False
        self._older: StoredObject | None = None

    def run(self) -> Iterator[CheckedProperty]:
        """Try every property in its order. Raises nothing of the store's: what cannot be tried is unknown."""
        tries: dict[StoreProperty, Callable[[], _Seen]] = {
            StoreProperty.REACHABLE: self._reach,
            StoreProperty.CLOCK: self._compare_clocks,
            StoreProperty.VERSIONING: lambda: _told(self._store.check().versioning, "versioning of the bucket"),
            StoreProperty.OBJECT_LOCK: lambda: _told(self._store.check().object_lock, "object lock of the bucket"),
            StoreProperty.READ_BACK: self._read_back,
            StoreProperty.LETTERS: self._carry_letters,
            StoreProperty.LISTING: self._list,
            StoreProperty.OVERWRITE_KEEPS: self._overwrite,
            StoreProperty.DELETE_HIDES: self._hide,
            StoreProperty.LOCKED_DELETE_REFUSED: self._delete_locked,
            StoreProperty.LOCKED_OVERWRITE_KEEPS: self._overwrite_locked,
            StoreProperty.SHORTENING_REFUSED: self._shorten,
            StoreProperty.HOLD_BLOCKS: self._hold,
            StoreProperty.BYPASS_REFUSED: self._bypass,
        }
        is_reachable = True
        for name, attempt in tries.items():
            verdict, seen = _try(attempt) if is_reachable else (Verdict.UNKNOWN, "not tried: the bucket does not answer")
            if name is StoreProperty.REACHABLE:
                is_reachable = verdict is Verdict.HOLDS
            yield CheckedProperty(self._store.bucket, name, verdict, seen)
        if is_reachable:
            self._clear_away()

    def _reach(self) -> _Seen:
        try:
            self._store.check()
        except SohoaError as error:
            return Verdict.FAILS, error.message_en
        return Verdict.HOLDS, "the bucket answers a signed request"

    def _compare_clocks(self) -> _Seen:
        self._older = self._find(_PLAIN)
        asked = self._now()
        with self._store.errors_mapped(_PLAIN):
            found = self._store.client.stat_object(self._store.bucket, _PLAIN)
        header = {name.lower(): value for name, value in (found.metadata or {}).items()}.get("date")
        if header is None:
            return Verdict.UNKNOWN, "the server does not tell its time"
        skew_s = (parsedate_to_datetime(header) - asked).total_seconds()
        return _told(abs(skew_s) <= MAX_SKEW_S, f"the server's clock differs by {skew_s:+.0f} s")

    def _read_back(self) -> _Seen:
        stored = self._find(_PLAIN)
        found = self._store.reread(_PLAIN, version_id=stored.version_id).found_sha256
        return _told(found == stored.sha256, "SHA-256 of what was read is that of what was written")

    def _carry_letters(self) -> _Seen:
        found = self._store.stat(_PLAIN)
        return _told(found is not None and found.metadata.get("subject") == _LETTERS, "metadata with Vietnamese letters")

    def _list(self) -> _Seen:
        listed = [found.key for found in self._store.list(CHECK_PREFIX)]
        return _told(_PLAIN in listed and listed == sorted(listed), "what was written is listed at once, in order of keys")

    def _overwrite(self) -> _Seen:
        older = self._older or self._find(_PLAIN)
        newer = self._put(_PLAIN)
        kept = self._store.digest(_PLAIN, version_id=older.version_id)
        is_kept = older.version_id != newer.version_id and kept == older.sha256
        return _told(is_kept, "the version before can still be read")

    def _hide(self) -> _Seen:
        hidden = self._find(_HIDDEN)
        try:
            self._delete(_HIDDEN, None)
        except StorageDeniedError:
            return Verdict.HOLDS, "our key may not even hide an object"
        is_kept = self._store.digest(_HIDDEN, version_id=hidden.version_id) == hidden.sha256
        return _told(is_kept, "deleted without a version, it is hidden and can still be read by its version")

    def _delete_locked(self) -> _Seen:
        self._may_delete = self._try_to_delete_unlocked()
        locked = self._lock()
        if not locked.retain_until or locked.lock_mode != GOVERNANCE:
            return Verdict.FAILS, f"the server says nothing of the lock it was asked for (mode {locked.lock_mode})"
        return self._refused(lambda: self._delete(_LOCKED, locked.version_id), "the version", self._lack_of_right(), of=locked)

    def _overwrite_locked(self) -> _Seen:
        locked = self._lock()
        try:
            self._put(_LOCKED)
        except StorageDeniedError:
            return Verdict.HOLDS, "writing over it is refused"
        is_kept = self._store.digest(_LOCKED, version_id=locked.version_id) == locked.sha256
        return _told(is_kept, "written over, the locked version is what it was")

    def _shorten(self) -> _Seen:
        locked = self._lock()
        if locked.retain_until is None:
            return Verdict.FAILS, "nothing is locked"
        shorter = Retention(GOVERNANCE, locked.retain_until - timedelta(minutes=1))

        def shorten() -> None:
            with self._store.errors_mapped(_LOCKED):
                self._store.client.set_object_retention(self._store.bucket, _LOCKED, shorter, version_id=locked.version_id)

        return self._refused(shorten, "a shorter lock", "", of=locked)

    def _hold(self) -> _Seen:
        probe = self._find(_HELD)
        self._store.set_legal_hold(_HELD, True, version_id=probe.version_id)
        try:
            seen = self._refused(
                lambda: self._delete(_HELD, probe.version_id), "deletion under a hold", self._lack_of_right(), of=probe
            )
        finally:
            with suppress(SohoaError):
                self._store.set_legal_hold(_HELD, False, version_id=probe.version_id)
        released = self._store.read_lock(_HELD, version_id=probe.version_id)
        return (Verdict.FAILS, "the hold cannot be taken off") if released and released.is_held else seen

    def _bypass(self) -> _Seen:
        locked = self._lock()

        def bypass() -> None:
            doomed = [DeleteObject(_LOCKED, locked.version_id)]
            with self._store.errors_mapped(_LOCKED):
                refusals = list(self._store.client.remove_objects(self._store.bucket, doomed, bypass_governance_mode=True))
            if refusals:
                raise StorageDeniedError(detail=f"{refusals[0].code}")

        return self._refused(bypass, "deletion with a bypass of the lock", "", of=locked)

    # --- how -------------------------------------------------------------------------------------------------------

    def _refused(self, attempt: Callable[[], None], what: str, lack: str, *, of: StoredObject) -> _Seen:
        """Try what must be refused, then look whether the version is still there: an answer alone proves nothing."""
        try:
            attempt()
            refusal = ""
        except StorageDeniedError as error:
            refusal = error.facts.get("detail", "refused")
        after = self._store.read_lock(of.key, version_id=of.version_id)
        if after is None:
            return Verdict.FAILS, f"{what}: allowed; the locked version is gone"
        if of.retain_until and (after.retain_until is None or after.retain_until < of.retain_until):
            return Verdict.FAILS, f"{what}: allowed; the lock is shorter now"
        if not refusal:
            return Verdict.HOLDS, f"{what}: answered as if done, but the version is as it was"
        return Verdict.HOLDS, f"{what}: refused{lack}"

    def _lack_of_right(self) -> str:
        return "" if self._may_delete else "; our key may delete no version at all, so the lock itself was not put to the test"

    def _try_to_delete_unlocked(self) -> bool:
        spare = self._older or self._find(_PLAIN)
        try:
            self._delete(_PLAIN, spare.version_id)
        except StorageDeniedError:
            return False
        return True

    def _lock(self) -> StoredObject:
        """Return a locked version: that of a recent check while its lock lasts, else a new one."""
        until = self._now() + _STILL_LOCKED
        with suppress(StorageDeniedError):  # some servers cannot list versions where a deletion is among them
            for version in self._store.versions(_LOCKED):
                found = self._store.read_lock(_LOCKED, version_id=version.version_id)
                if found is not None and found.retain_until is not None and found.retain_until > until:
                    return found
        put = self._put(_LOCKED, self._now() + LOCK_FOR)
        stored = self._store.read_lock(_LOCKED, version_id=put.version_id)
        if stored is None:
            raise StorageUnavailableError(detail=f"{_LOCKED} was written and is not there")
        return stored

    def _find(self, key: str) -> StoredObject:
        """Return the probe that an earlier check left, else a new one."""
        return self._store.stat(key) or self._put(key)

    def _put(self, key: str, until: datetime | None = None) -> StoredObject:
        return self._store.put(key, token_hex(8).encode(), "text/plain", {"subject": _LETTERS}, until)

    def _delete(self, key: str, version_id: str | None) -> None:
        with self._store.errors_mapped(key):
            self._store.client.remove_object(self._store.bucket, key, version_id=version_id)

    def _clear_away(self) -> None:
        """Remove what may go, marks of deletion too, where our key may."""
        if not self._may_delete:
            return
        for key in (_PLAIN, _HELD, _HIDDEN, _LOCKED):
            with suppress(SohoaError), self._store.errors_mapped(key):
                left = self._store.client.list_objects(self._store.bucket, prefix=key, recursive=True, include_version=True)
                for found in list(left):
                    with suppress(SohoaError):  # the locked one stays
                        self._delete(key, found.version_id)


def _told(holds: bool, seen: str) -> _Seen:
    return (Verdict.HOLDS if holds else Verdict.FAILS), seen


def _try(attempt: Callable[[], _Seen]) -> _Seen:
    try:
        return attempt()
    except IntegrityError as error:
        return Verdict.FAILS, error.message_en
    except StorageDeniedError as error:
        return Verdict.UNKNOWN, f"refused to our key: {error.facts.get('detail', '')}"
    except SohoaError as error:
        return Verdict.UNKNOWN, error.message_en
