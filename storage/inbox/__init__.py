"""The inbox on the disk: what lies in it, opening and removing without being led out of it, events, notes beside files."""

from __future__ import annotations

from storage.inbox.events import InboxEvents
from storage.inbox.files import is_being_written, open_inside, remove_empty_folders, remove_inside
from storage.inbox.listing import InboxListing, Marker, RefusedPath, list_inbox
from storage.inbox.notes import note_parts, noted_parts, put_note, remove_note

__all__ = [
    "InboxEvents",
    "InboxListing",
    "Marker",
    "RefusedPath",
    "is_being_written",
    "list_inbox",
    "note_parts",
    "noted_parts",
    "open_inside",
    "put_note",
    "remove_empty_folders",
    "remove_inside",
    "remove_note",
]
