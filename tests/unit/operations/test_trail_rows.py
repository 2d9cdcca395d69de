"""What an auditor reads in a row of the trail."""

from __future__ import annotations

from dataclasses import replace

from dossiers.trail import TrailHead, extend
from operations.trail_reading import entry_to_json, entry_to_row
from tests.support.trails import make_events


def test_a_row_tells_digests_by_their_beginning_and_json_whole() -> None:
    (event,) = make_events(1)
    event = replace(event, details={"pdf_sha256": "ab" * 32, "documents": ["one", "two"], "total": 2, "unmasked": False})
    (entry,) = extend(TrailHead(), [event])
    row = entry_to_row(entry)
    assert row[:4] == ("1", "2026-10-08 08:30:00", "clerk-1 (Bộ phận Một cửa)", "xem")
    assert row[-1] == "pdf_sha256=abababababab…, documents=one two, total=2"
    assert entry_to_json(entry)["details"]["pdf_sha256"] == "ab" * 32
