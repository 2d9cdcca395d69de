"""Files as they were handed in, each under its digest, and the record of what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from dossiers.errors import IntegrityError, NotFoundError
from dossiers.manifest import EntryKind
from dossiers.model import Actor, SubmissionState
from storage import keys
from storage.keeping import Bucket
from storage.manifests import ManifestWriter, digest_of
from storage.metadata import fit_encoded
from storage.object_store import ObjectStore, StoredObject
from storage.recovery import is_intact, lock_until
from storage.submissions import SubmissionRecord, dump_submission, parse_submission

OnDamage = Callable[[IntegrityError], None]
"""Called with what is wrong with a record that is then passed over."""


class Originals:
    """The bucket ``originals``; what is stored goes into ``manifest``. Raises the storage errors of ``dossiers.errors``."""

    def __init__(self, originals: ObjectStore, manifest: ManifestWriter) -> None:
        self.originals = originals
        self.manifest = manifest

    def keep_original(
        self,
        path: Path,
        sha256: str,
        name: str,
        received_at: datetime,
        actor: Actor,
        *,
        media_type: str = "application/octet-stream",
        retain_until: datetime | None = None,
    ) -> str:
        """Store a file's bytes, read them back, and return their key. Once this returns, the file may go.

        Bytes that already stand there intact are not stored again, whatever name they bore. Raises ``IntegrityError`` when
        the file's bytes are not those of ``sha256``, ``UnreadablePathError`` when it cannot be read.
        """
        kept = self._find_original(sha256)
        if kept is not None and is_intact(self.originals, kept.key, sha256):
            if retain_until is not None:
                lock_until(self.originals, kept.key, retain_until)
            return kept.key
        metadata = {
            "name": fit_encoded(name, 900),
            "received-at": received_at.astimezone(UTC).isoformat(),
            "actor": fit_encoded(actor.id, 300),
        }
        key = keys.original_key(sha256, name)
        stored = self.originals.put(key, path, media_type, metadata, retain_until, sha256=sha256)
        self.manifest.add(EntryKind.STORED, digest_of(Bucket.ORIGINALS, stored))
        return stored.key

    def holds_original(self, sha256: str) -> bool:
        """Say whether a file's bytes stand in the bucket, without reading them."""
        return self._find_original(sha256) is not None

    def open_original(self, sha256: str, to_path: Path) -> StoredObject:
        """Write a handed-in file's bytes to a path. Raises ``NotFoundError``, or ``IntegrityError`` when they changed."""
        kept = self._find_original(sha256)
        if kept is None:
            raise NotFoundError(what=f"the original {sha256}")
        stored = self.originals.download(kept.key, to_path)
        if stored.sha256 not in (None, sha256):
            to_path.unlink(missing_ok=True)
            raise IntegrityError(what=kept.key, detail="its digest is not the one in its key")
        return stored

    def list_originals(self) -> Iterator[str]:
        """Yield the digest (SHA-256, hex) of every handed-in file whose bytes stand in the store, in their order."""
        for number in range(256):
            found = (keys.sha256_of_original(item.key) for item in self.originals.list(f"{number:02x}/"))
            yield from sorted(sha256 for sha256 in found if sha256 is not None)

    def record_submission(self, record: SubmissionRecord, *, is_first: bool = False) -> bool:
        """Store what became of a handed-in file; return False when just that already stands there.

        With ``is_first`` nobody looks: no record of the file is known.
        """
        key, data = keys.submission_key(record.sha256), dump_submission(record)
        try:
            if not is_first and self.originals.get(key) == data:
                return False
        except (NotFoundError, IntegrityError):
            pass  # none yet, or one that must be replaced; the damaged version stays as an older one
        self.originals.put(key, data, "application/json", {"state": record.state.value})
        return True

    def renew_submission(self, record: SubmissionRecord) -> bool:
        """Store what became of a handed-in file as it is known now; return False when just that already stands there.

        The parts of a rearranged scan stand in its record and nowhere else, so they are kept from the one that stands there.
        Raises ``IntegrityError`` when those of a scan that was rearranged cannot be read; any other damaged record is replaced,
        and its version stays as an older one.
        """
        key = keys.submission_key(record.sha256)
        present: bytes | None = None
        try:
            present = self.originals.get(key)
            record = record.model_copy(update={"parts": parse_submission(present, key).parts})
        except (NotFoundError, IntegrityError) as error:
            if record.state is SubmissionState.REARRANGED:
                raise IntegrityError(what=key, detail="the parts of a rearranged scan cannot be read") from error
        data = dump_submission(record)
        if data == present:
            return False
        self.originals.put(key, data, "application/json", {"state": record.state.value})
        return True

    def find_submission(self, sha256: str) -> SubmissionRecord | None:
        """Return the record of a handed-in file, or None. Raises ``IntegrityError`` when it is damaged."""
        key = keys.submission_key(sha256)
        try:
            return parse_submission(self.originals.get(key), key)
        except NotFoundError:
            return None

    def iter_submissions(self, on_damage: OnDamage | None = None) -> Iterator[SubmissionRecord]:
        """Yield the records of all handed-in files. Damaged ones are raised, or told to ``on_damage`` and passed over."""
        prefixes = (f"{number:02x}/" for number in range(256))  # the trail stands in the same bucket, with many objects
        listed = (found.key for prefix in prefixes for found in self.originals.list(prefix))
        for key in filter(keys.is_submission_key, listed):
            try:
                record = parse_submission(self.originals.get(key), key)
            except IntegrityError as error:
                tell_damage(error, on_damage)
            else:
                yield record

    def _find_original(self, sha256: str) -> StoredObject | None:
        return next(self.originals.list(keys.original_prefix(sha256) + keys.ORIGINAL_STEM), None)


def tell_damage(error: IntegrityError, on_damage: OnDamage | None) -> None:
    """Tell what is wrong with a record that is passed over, or raise it where nobody asked to be told."""
    if on_damage is None:
        raise error
    on_damage(error)
