"""The reader that reads nothing: chosen by a setting alone, and nothing that it makes is ever accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dossiers.model import Actor, RecognizedDocument, ReviewReason, SubmissionState
from operations.paths import FoundScan
from operations.receiving import receive
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from operations.workfiles import load_result
from runtime.settings import ReadingSettings, ReviewSettings, Settings
from runtime.wiring import House

ACTOR = Actor("test", "Test")
LENIENT = ReviewSettings(min_type_score=0, min_field_confidence=0, min_text_confidence=0)


def test_it_is_never_the_default(tmp_path: Path) -> None:
    with House(Settings(home=tmp_path)) as house:
        assert "null" not in house.recipe


def test_what_it_makes_waits_for_a_person_whatever_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    page = Image.new("L", (413, 584), 255)
    ImageDraw.Draw(page).text((40, 80), "QUYET DINH ve viec cong nhan", fill=0)
    page.save(tmp_path / "to.png")
    settings = Settings(home=tmp_path / "home", reading=ReadingSettings(engine="null"), review=LENIENT)
    with House(settings) as house:
        assert house.pages.workers == 0
        scan = receive(house, FoundScan(tmp_path / "to.png", "H01.31.12-261008-0001"), ACTOR).sha256
        recognized = read_scan(house, scan)
        (read,) = load_result(house.work_folder(scan) / "recognized.json", RecognizedDocument, house.recipe, recognized).pages
        assert set(read.seconds) == {"load", "quality"}  # neither cleaned nor searched for lines: nobody would read them
        described = understand_scan(house, scan, recognized)
        state = archive_documents(house, scan, described, make_pdfs(house, scan, described, ACTOR), ACTOR)
        (entry,) = house.catalog.documents.list_of_scan(scan)
    assert state is SubmissionState.NEEDS_REVIEW
    assert ReviewReason.NO_TEXT in entry.review_reasons
    assert entry.recipe.startswith("null (reads nothing); ")
