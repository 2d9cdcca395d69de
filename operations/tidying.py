"""Leave the inbox as it is easiest to use: no empty dossier folders, no notes on scans that left long ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.stations import place_file
from dossiers.stillness import Parts, SeenFile
from storage.inbox import InboxListing, noted_parts, remove_empty_folders, remove_note

MAX_FOLDERS = 1000  # remembered at once; what is forgotten stays as an empty folder


@dataclass(slots=True)
class InboxTidier:
    """What is to be cleared away below an inbox once nobody needs it.

    ``is_busy`` says of a folder whether a scan that lay in it is still being checked: the verdict must find its place.
    """

    root: Path
    note_keep_s: float
    is_busy: Callable[[Parts], bool]
    _folders: dict[Parts, int] = field(default_factory=dict)
    _lonely_since_s: dict[Parts, float] = field(default_factory=dict)

    def has_left(self, file: SeenFile) -> None:
        """Note that a file left the inbox: its folder may go, but never the station's."""
        self.leave_no(file.parts[:-1], keep=1 if file.placement.station else 0)

    def leave_no(self, folder: Parts, keep: int) -> None:
        """Clear a folder away when it is empty, and those above it, but never the uppermost ``keep``."""
        if len(folder) > keep and len(self._folders) < MAX_FOLDERS:
            self._folders[folder] = keep

    def go_through(self, listing: InboxListing, now_s: float) -> None:
        """Remove what nobody needs any more; ``now_s`` is of a monotonic clock."""
        present = {file.parts for file in listing.files} | {marker.parts for marker in listing.markers}
        lonely = {note for note in listing.notes if noted_parts(note) not in present}
        self._lonely_since_s = {note: self._lonely_since_s.get(note, now_s) for note in lonely}
        for note, since_s in list(self._lonely_since_s.items()):
            if now_s - since_s >= self.note_keep_s and remove_note(self.root, note):
                self.leave_no(note[:-1], keep=1 if place_file(note).station else 0)
        for folder, keep in list(self._folders.items()):
            if not self.is_busy(folder):
                remove_empty_folders(self.root, folder, keep)
                if not self._is_held_by_note(folder):
                    del self._folders[folder]

    def _is_held_by_note(self, folder: Parts) -> bool:
        """A folder with a note in it is cleared away together with that."""
        return any(note[: len(folder)] == folder for note in self._lonely_since_s)
