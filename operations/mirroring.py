"""Keep the second copy up to date. Nothing is ever deleted there, and nothing damaged is ever copied over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from dossiers.errors import ConfigurationError, NotFoundError, SohoaError
from dossiers.model import Actor
from operations.locking import acting_alone
from runtime.wiring import House
from storage import keys
from storage.object_store import ObjectStore, StoredObject

# A copy that is so much younger than what it was made of was made of that, however long the copying took and the clocks differ.
_SURELY_LATER = timedelta(hours=1)
_CHANGING = ("/metadata.json", "/submission.json", "/record.json", "/list.json", "/dossier.json")


@dataclass(slots=True)
class Mirrored:
    """What a run of the mirror did: objects looked at, copied, bytes copied, and what could not be copied and why."""

    objects: int = 0
    copied: int = 0
    copied_bytes: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "objects": self.objects,
            "copied": self.copied,
            "copied_bytes": self.copied_bytes,
            "failures": [{"key": key, "reason": reason} for key, reason in self.failures],
        }


def mirror_archive(
    house: House, actor: Actor, advance: Callable[[], None] = lambda: None, *, trusts_clocks: bool = False
) -> Mirrored:
    """Copy what the second copy lacks, each object read back there. Raises ConfigurationError without one.

    With ``trusts_clocks`` a record whose copy was stored over an hour later is not asked for its digest: both stores would be
    asked about every paper ever archived. Without, a store whose clock was wrong hides nothing. What cannot be read whole is
    told and passed over. Raises StorageUnavailableError and its kin when the second copy fails.
    """
    del actor
    if house.mirror is None:
        raise ConfigurationError(detail="there is no second copy: set [mirror]")
    done = Mirrored()
    own = (house.archive.originals, house.archive.documents)
    with house.temporary_folder() as folder:
        for store, copy in zip(own, house.mirror, strict=True):
            for found in _iter_outdated(store, copy, done, advance, trusts_clocks=trusts_clocks):
                with acting_alone(house, "copying"):  # nothing is destroyed between its reading and its writing
                    _copy(store, copy, found, folder / "object", done)
    return done


def _iter_outdated(
    store: ObjectStore, copy: ObjectStore, done: Mirrored, advance: Callable[[], None], *, trusts_clocks: bool
) -> Iterator[StoredObject]:
    """Merge both listings, which are in order of keys; yield what the copy lacks or has otherwise."""
    theirs = copy.list()
    there = next(theirs, None)
    for mine in store.list():
        if mine.key.startswith(keys.CHECK_PREFIX):
            continue
        done.objects += 1
        advance()
        while there is not None and there.key < mine.key:
            there = next(theirs, None)
        if there is None or there.key != mine.key or _differs(store, copy, mine, there, trusts_clocks=trusts_clocks):
            yield mine


def _differs(store: ObjectStore, copy: ObjectStore, mine: StoredObject, there: StoredObject, *, trusts_clocks: bool) -> bool:
    """Most keys name their content or are written once; only the few that change are asked for their digests."""
    if mine.size_bytes != there.size_bytes:
        return True
    if not mine.key.endswith(_CHANGING) and "/holds/" not in mine.key:
        return False
    if trusts_clocks and mine.stored_at and there.stored_at and there.stored_at - mine.stored_at > _SURELY_LATER:
        return False
    one, other = store.stat(mine.key), copy.stat(mine.key)
    return one is not None and (other is None or one.sha256 != other.sha256)


def _copy(store: ObjectStore, copy: ObjectStore, found: StoredObject, path: Path, done: Mirrored) -> None:
    try:
        stored = store.download(found.key, path)
        lock = store.read_lock(found.key, version_id=stored.version_id)
    except NotFoundError:  # destroyed since it was listed
        return
    except SohoaError as error:
        done.failures.append((found.key, error.message_en))
        return
    until = lock.retain_until if lock is not None else None
    copy.put(found.key, path, stored.media_type, stored.metadata, until, sha256=stored.sha256)
    done.copied, done.copied_bytes = done.copied + 1, done.copied_bytes + stored.size_bytes
