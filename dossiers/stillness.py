"""Which files of the inbox stand still, which dossiers are complete, and when a failed try may be made again. Pure.

Time is what the caller's monotonic clock says, so a jump of the wall clock changes nothing; a file's own time is only
compared with what it was, never with a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from dossiers.stations import Placement, compose

MAX_WAIT_S = 900.0
MARKED_STILL_S = 1.0  # a marker is written last; so long its files must stand still all the same

Parts = tuple[str, ...]
"""The parts of a path below the inbox, as they are on the disk."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: its size in bytes, time of change in nanoseconds, and number on the disk."""

    size_bytes: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of the inbox as it was seen: its path, where it belongs, and its stamp."""

    parts: Parts
    placement: Placement
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class CompletenessRule:
    """When a dossier of a station is complete: by stillness for ``settle_s``, or only by a marker."""

    settle_s: float
    needs_marker: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of one dossier that may be taken together, in name order."""

    placement: Placement
    files: tuple[SeenFile, ...]

    @property
    def label(self) -> str:
        """The dossier's number, or the name of a file that has none."""
        return self.files[0].placement.dossier_number or compose(self.files[0].parts[-1])


@dataclass(slots=True)
class _Watched:
    stamp: Stamp
    since_s: float
    is_tried: bool = False
    failures: int = 0
    not_before_s: float = 0.0


@dataclass(slots=True)
class StillnessLedger:
    """What was seen of each file: its stamp, since when it has it, and how often taking it failed.

    ``is_waiting``: when last asked, some file was not tried yet and waits for nothing but standing still.
    """

    files: dict[Parts, _Watched] = field(default_factory=dict)
    is_waiting: bool = False

    def observe(self, seen: Iterable[SeenFile], now_s: float) -> None:
        """Take note of what lies in the inbox now; a file that changed begins to stand still anew."""
        stamps = {file.parts: file.stamp for file in seen}
        self.files = {parts: watched for parts, watched in self.files.items() if parts in stamps}
        for parts, stamp in stamps.items():
            watched = self.files.get(parts)
            if watched is None or watched.stamp != stamp:
                self.files[parts] = _Watched(stamp, now_s)

    def still_for_s(self, parts: Parts, now_s: float) -> float:
        """Return for how long a file has stood still; 0 for one that was never seen."""
        watched = self.files.get(parts)
        return now_s - watched.since_s if watched else 0.0

    def put_off(self, parts: Parts, now_s: float, first_wait_s: float) -> None:
        """Note that a file could not be taken: it is tried again after waits that double, at most MAX_WAIT_S."""
        watched = self.files.get(parts)
        if watched is not None:
            watched.is_tried = True
            watched.failures += 1
            watched.not_before_s = now_s + min(MAX_WAIT_S, first_wait_s * 2 ** min(watched.failures, 20))

    def restart(self, parts: Parts, now_s: float) -> None:
        """Let a file stand still anew, because somebody still has it open."""
        watched = self.files.get(parts)
        if watched is not None:
            watched.is_tried = True
            watched.since_s = now_s

    def has_failed(self, parts: Parts) -> bool:
        """Say whether taking a file, as it lies there now, failed before."""
        watched = self.files.get(parts)
        return watched is not None and watched.failures > 0

    def find_complete(
        self,
        seen: Iterable[SeenFile],
        marked: Collection[Parts],
        rules: Mapping[str, CompletenessRule],
        default: CompletenessRule,
        now_s: float,
    ) -> tuple[Batch, ...]:
        """Return the dossiers whose files may be taken now.

        ``marked`` are the units, in NFC, that a marker declares complete; ``rules`` go by station. A file that is put off
        holds up no other file of its dossier.
        """
        units: dict[Parts, list[SeenFile]] = {}
        for file in seen:
            units.setdefault(file.placement.unit, []).append(file)
        batches: list[Batch] = []
        self.is_waiting = False
        for unit, files in units.items():
            rule = rules.get(files[0].placement.station, default)
            is_marked = _is_marked(unit, files, marked)
            needed_s = min(MARKED_STILL_S, rule.settle_s) if is_marked else rule.settle_s
            if rule.needs_marker and not is_marked:
                continue
            fresh = [file for file in files if not self.files[file.parts].failures]
            self.is_waiting |= any(not self.files[file.parts].is_tried for file in files)
            if any(self.still_for_s(file.parts, now_s) < needed_s for file in fresh):
                continue
            due = [file for file in files if self._is_due(file, needed_s, now_s)]
            batches.extend(
                Batch(files[0].placement, tuple(group)) for group in _group_by_number(sorted(due, key=lambda file: file.parts))
            )
        return tuple(batches)

    def _is_due(self, file: SeenFile, needed_s: float, now_s: float) -> bool:
        watched = self.files[file.parts]
        return now_s - watched.since_s >= needed_s and now_s >= watched.not_before_s


def _is_marked(unit: Parts, files: Iterable[SeenFile], marked: Collection[Parts]) -> bool:
    """A marker in the dossier's folder, or in any folder of its files, or beside the one file it names."""
    composed = tuple(compose(part) for part in unit)
    if composed in marked:
        return True
    # A flat folder's own marker (``<station>/_XONG``) declares every file in it complete.
    return all(tuple(compose(part) for part in file.parts[:-1]) in marked for file in files)


def _group_by_number(files: Iterable[SeenFile]) -> list[list[SeenFile]]:
    groups: dict[str | None, list[SeenFile]] = {}
    for file in files:
        groups.setdefault(file.placement.dossier_number, []).append(file)
    return list(groups.values())
