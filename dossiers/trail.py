"""The trail: who did what to which record, as a chain of entries that cannot be changed without being seen. Pure.

    hash(n) = SHA-256( hash(n-1) || SHA-256(content(n)) )      both as lower-case hex, hash(0) = 64 zeros

An entry is one line of JSON: its ``content``, the hash of the entry before it and its own. Since only the digest of a content
goes into the chain, a part of the trail can be proved to somebody who may not read the rest of it; each content holds 128
random bits (``id``), so that nobody finds it by trying.

Data minimisation: an entry holds ids, numbers and digests, and no names of citizens; the words of a search are the exception,
with personal ID numbers masked by the caller.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from dossiers.errors import IntegrityError

FIRST_HASH = "0" * 64
_MAX_TEXT = 1000
_MAX_NAME = 200
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTENT_NAMES = {"sequence", "id", "at", "machine", "actor", "unit", "purpose", "action", "subject", "details"}

Detail = str | int | bool | Sequence[str]


class TrailAction(StrEnum):
    """What was done. A name never changes its meaning, since old entries keep it."""

    READ = "read"
    SEARCH = "search"
    DOWNLOAD = "download"
    VERIFY = "verify"
    PROVE = "prove"
    LOGIN = "login"
    LOGOUT = "logout"
    INGEST = "ingest"
    REARRANGE = "rearrange"
    SIGN = "sign"
    ARCHIVE = "archive"
    ACCEPT = "accept"
    SUPERSEDE = "supersede"
    REPLAY = "replay"
    PRIORITIZE = "prioritize"
    CANCEL = "cancel"
    REINDEX = "reindex"
    TIMESTAMP = "timestamp"
    LOCK = "lock"
    HOLD = "hold"
    RELEASE = "release"
    DESTROY = "destroy"
    AUDIT = "audit"
    HEAL = "heal"
    EXPORT = "export"
    BACKUP = "backup"
    RESTORE = "restore"
    READ_TRAIL = "read_trail"
    SPOOL_BROKEN = "spool_broken"


ACTIONS_VI: dict[TrailAction, str] = {
    TrailAction.READ: "xem",
    TrailAction.SEARCH: "tra cứu",
    TrailAction.DOWNLOAD: "tải về",
    TrailAction.VERIFY: "kiểm tra chữ ký",
    TrailAction.PROVE: "lập hồ sơ chứng minh",
    TrailAction.LOGIN: "đăng nhập",
    TrailAction.LOGOUT: "đăng xuất",
    TrailAction.INGEST: "tiếp nhận",
    TrailAction.REARRANGE: "tách, ghép",
    TrailAction.SIGN: "ký số",
    TrailAction.ARCHIVE: "lưu trữ",
    TrailAction.ACCEPT: "chấp nhận",
    TrailAction.SUPERSEDE: "thay thế",
    TrailAction.REPLAY: "xử lý lại",
    TrailAction.PRIORITIZE: "ưu tiên",
    TrailAction.CANCEL: "dừng xử lý",
    TrailAction.REINDEX: "lập lại danh mục",
    TrailAction.TIMESTAMP: "thêm dấu thời gian",
    TrailAction.LOCK: "khóa, thời hạn bảo quản",
    TrailAction.HOLD: "giữ",
    TrailAction.RELEASE: "bỏ giữ",
    TrailAction.DESTROY: "tiêu hủy",
    TrailAction.AUDIT: "kiểm tra toàn vẹn",
    TrailAction.HEAL: "khôi phục",
    TrailAction.EXPORT: "đóng gói chuyển giao",
    TrailAction.BACKUP: "sao lưu",
    TrailAction.RESTORE: "phục hồi",
    TrailAction.READ_TRAIL: "xem nhật ký",
    TrailAction.SPOOL_BROKEN: "hàng chờ nhật ký bị hỏng",
}
"""What an auditor reads for an action; names in JSON and filters stay as they are."""


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """What happened, before it has its place in the chain. ``event_id`` is 32 random hex digits; ``at`` is of this machine."""

    event_id: str
    at: datetime
    machine: str
    actor: str
    unit: str
    purpose: str
    action: TrailAction
    subject: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailHead:
    """Where a chain ends: how many entries it has and the hash of the last."""

    sequence: int = 0
    hash: str = FIRST_HASH


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An event in its place. ``content_sha256`` and ``hash`` are computed, never believed."""

    sequence: int
    previous: str
    event: TrailEvent
    content_sha256: str
    hash: str

    @property
    def head(self) -> TrailHead:
        return TrailHead(self.sequence, self.hash)

    def to_json(self) -> dict[str, Any]:
        """Return the entry in the form of its line."""
        return {"content": _describe(self.sequence, self.event), "hash": self.hash, "previous": self.previous}


def link(previous: str, content_sha256: str) -> str:
    """Return the hash of an entry from that of the one before it and the digest of its content."""
    return hashlib.sha256(f"{previous}{content_sha256}".encode("ascii")).hexdigest()


def extend(head: TrailHead, events: Iterable[TrailEvent]) -> tuple[TrailEntry, ...]:
    """Return the events as the entries that follow ``head``."""
    entries: list[TrailEntry] = []
    for event in events:
        sequence = head.sequence + 1
        digest = hashlib.sha256(encode(_describe(sequence, event))).hexdigest()
        entries.append(TrailEntry(sequence, head.hash, event, digest, link(head.hash, digest)))
        head = entries[-1].head
    return tuple(entries)


def dump_entries(entries: Iterable[TrailEntry]) -> bytes:
    """Return entries as a segment: one line of canonical JSON each."""
    return b"".join(encode(entry.to_json()) + b"\n" for entry in entries)


def parse_entries(data: bytes, what: str) -> tuple[TrailEntry, ...]:
    """Read a segment back. Raises ``IntegrityError`` unless it is, to the byte, what ``dump_entries`` writes."""
    lines = data.split(b"\n")
    if lines.pop() != b"" or not lines:
        raise IntegrityError(what=what, detail="a segment of the trail that does not end as it should")
    entries = tuple(_parse_line(line, what) for line in lines)
    for before, entry in pairwise(entries):
        if (entry.sequence, entry.previous) != (before.sequence + 1, before.hash):
            raise IntegrityError(what=what, detail=f"entry {entry.sequence} does not follow entry {before.sequence}")
    return entries


def describe_event(event: TrailEvent) -> dict[str, Any]:
    """Return an event in the form in which it waits for its place."""
    described = _describe(0, event)
    del described["sequence"]
    return described


def parse_event(found: Any, what: str) -> TrailEvent:
    """Read an event back. Raises ``IntegrityError`` when it is none."""
    try:
        at = datetime.fromisoformat(found["at"])
        texts = [found[name] for name in ("id", "machine", "actor", "unit", "purpose", "subject")]
        action, details = TrailAction(found["action"]), found["details"]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise IntegrityError(what=what, detail="a damaged entry of the trail") from error
    is_sound = at.tzinfo is not None and isinstance(details, dict) and all(isinstance(text, str) for text in texts)
    if not is_sound or set(found) != _CONTENT_NAMES - {"sequence"}:
        raise IntegrityError(what=what, detail="a damaged entry of the trail")
    event_id, machine, actor, unit, purpose, subject = texts
    return TrailEvent(event_id, at, machine, actor, unit, purpose, action, subject, details)


def tidy_text(text: str, longest: int = _MAX_NAME) -> str:
    """Return a text in NFC that UTF-8 can hold, cut to a length."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def tidy_details(details: Mapping[str, Detail]) -> dict[str, Detail]:
    """Return details that any reader of JSON reads back as they are. Raises ``TypeError`` for a value of another type."""
    tidied: dict[str, Detail] = {}
    for name, value in details.items():
        if isinstance(value, str):
            tidied[name] = tidy_text(value, _MAX_TEXT)
        elif isinstance(value, bool | int):
            tidied[name] = value
        elif isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
            tidied[name] = [tidy_text(item, _MAX_TEXT) for item in value]
        else:
            raise TypeError(f"a detail of the trail is text, a whole number, yes or no, or a list of texts: {name}")
    return tidied


def encode(value: Any) -> bytes:
    """Return the one form of JSON in which the trail is written: UTF-8, sorted names, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _describe(sequence: int, event: TrailEvent) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "id": event.event_id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "machine": event.machine,
        "actor": event.actor,
        "unit": event.unit,
        "purpose": event.purpose,
        "action": event.action.value,
        "subject": event.subject,
        "details": dict(event.details),
    }


def _parse_line(line: bytes, what: str) -> TrailEntry:
    try:
        found = json.loads(line)
        content, previous, told = found["content"], found["previous"], found["hash"]
        sequence = content.pop("sequence")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IntegrityError(what=what, detail="a damaged entry of the trail") from error
    if type(sequence) is not int or not isinstance(previous, str) or not _HASH.fullmatch(previous):
        raise IntegrityError(what=what, detail="a damaged entry of the trail")
    event = parse_event(content, what)
    (entry,) = extend(TrailHead(sequence - 1, previous), [event])
    if entry.hash != told or encode(entry.to_json()) != line:
        raise IntegrityError(what=what, detail=f"entry {sequence} is not what its hash says")
    return entry
