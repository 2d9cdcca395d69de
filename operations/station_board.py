"""What the live page of a station shows: the files seen lately, what was found of each, and whether it was claimed.

One JSON file a station under SOHOA_HOME/stations, written whole, so that any process may read it at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from dossiers.scan_verdict import STATUSES_VI, ScanVerdict, tell_finding
from dossiers.stations import is_passed_over, place_file
from runtime.wiring import House
from storage.files import make_folder, os_errors_mapped, replace_atomically

MAX_FILES = 100
_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One file of a station: its path below the inbox, its dossier, what was found, and what became of it."""

    path: str
    dossier_number: str | None
    verdict: ScanVerdict | None
    outcome: str
    outcome_vi: str
    changed_at: datetime

    def to_json(self) -> dict[str, Any]:
        verdict = self.verdict
        return {
            "path": self.path,
            "dossier_number": self.dossier_number,
            "status": verdict.status.value if verdict else None,
            "status_vi": STATUSES_VI[verdict.status] if verdict else "",
            "pages": verdict.page_count if verdict else 0,
            "findings": [
                {"code": item.code, "page": item.page, "rescan": item.rescan, "text_vi": tell_finding(item)}
                for item in (verdict.findings if verdict else ())
            ],
            "outcome": self.outcome,
            "outcome_vi": self.outcome_vi,
            "changed_at": self.changed_at.isoformat(),
        }


@dataclass(slots=True)
class StationBoards:
    """The boards of all stations, as the watch writes them. Safe to use from several threads."""

    house: House
    _rows: dict[str, dict[str, BoardRow]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def show_verdict(self, station: str, path: str, dossier_number: str | None, verdict: ScanVerdict) -> None:
        """Show what was found of a file so far. Raises StorageFullError and its kin."""
        with self._lock:
            row = self._find(station, path, dossier_number)
            self._rows[station].pop(path, None)  # news of a scan go to the top
            self._put(station, replace(row, verdict=verdict, changed_at=datetime.now(UTC)))

    def show_outcome(self, station: str, path: str, dossier_number: str | None, outcome: str, outcome_vi: str) -> None:
        """Show what became of a file, where it stands: the top is for the scan at hand. Raises StorageFullError and its kin."""
        with self._lock:
            row = self._find(station, path, dossier_number)
            self._put(station, replace(row, outcome=outcome, outcome_vi=outcome_vi, changed_at=datetime.now(UTC)))

    def _find(self, station: str, path: str, dossier_number: str | None) -> BoardRow:
        known = self._rows.setdefault(station, {}).get(path)
        return known or BoardRow(path, dossier_number, None, "waiting", "trong hộp quét", datetime.now(UTC))

    def _put(self, station: str, row: BoardRow) -> None:
        rows = self._rows[station]
        rows[row.path] = row
        while len(rows) > MAX_FILES:
            del rows[next(iter(rows))]
        newest_first = [shown.to_json() for shown in reversed(rows.values())]
        data = _make_board(station, newest_first)
        target = self.house.home / "stations" / f"{_board_name(station)}.json"
        with os_errors_mapped("station board"):
            make_folder(target.parent)
            replace_atomically(target, json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))


def read_board(house: House, station: str) -> dict[str, Any] | None:
    """Return the board of a station (its name in NFC) as JSON, an empty one before its first scan, None when it is unknown."""
    try:
        data = json.loads((house.home / "stations" / f"{_board_name(station)}.json").read_bytes())
    except (OSError, ValueError):
        return _make_board(station, []) if station in _list_expected(house) else None
    return data if isinstance(data, dict) and data.get("schema_version") == _SCHEMA_VERSION else None


def list_boards(house: House) -> list[str]:
    """Return the names of the stations that have scanned, have a folder in the inbox or stand in the settings, in order."""
    names = _list_expected(house)
    for path in (house.home / "stations").glob("*.json"):
        try:
            names.add(str(json.loads(path.read_bytes())["station"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(names)


def _list_expected(house: House) -> set[str]:
    """Stations that may scan at any time: a clerk opens the page before the first sheet."""
    names = set(house.settings.watch.stations)
    try:
        with os.scandir(house.settings.inbox) as entries:
            folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        folders = []
    return names | {place_file((name, "scan")).station for name in folders if not is_passed_over(name)} - {""}


def _make_board(station: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schema_version": _SCHEMA_VERSION, "station": station, "files": files}


def _board_name(station: str) -> str:
    """A station's name is a folder's: it may hold anything, so its file bears a digest."""
    return hashlib.sha256(station.encode("utf-8", "surrogatepass")).hexdigest()[:24]
