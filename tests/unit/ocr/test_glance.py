"""Quick looks at scans, in a process that a bad file cannot take the watch down with."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from dossiers.errors import RecognitionError, RecognitionTimeoutError, TruncatedFileError
from dossiers.page import QualityFault
from dossiers.scan_verdict import PageGlance, PageLabel
from ocr.glance import GlanceOptions, glance_scan
from ocr.glance_process import GlanceJob, GlanceProcess
from ocr.limits import ScanLimits
from ocr.tesseract.reader import TesseractReader
from tests.unit.ocr.drawing import PARAGRAPH, Text, draw_page

LIMITS = ScanLimits()


def numbered(label: str, *, at_head: bool = False) -> Image.Image:
    body = tuple(Text(PARAGRAPH[row % len(PARAGRAPH)], 230, 260 + 60 * row) for row in range(28))
    return draw_page((*body, Text(label, 780, 90 if at_head else 2230)))


def save_tiff(path: Path, pages: list[Image.Image]) -> Path:
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200), compression="tiff_deflate")
    return path


def look_here(path: Path, folder: Path, options: GlanceOptions, skip: int = 0) -> list[PageGlance]:
    seen: list[PageGlance] = []
    glance_scan(path, path.name, folder, LIMITS, options, seen.append, skip)
    return seen


@pytest.fixture
def process(tmp_path: Path) -> Iterator[GlanceProcess]:
    with GlanceProcess(tmp_path) as process:
        yield process


def look(process: GlanceProcess, path: Path) -> list[PageGlance]:
    return list(process.look(GlanceJob(path, path.name, LIMITS, GlanceOptions())))


def test_each_page_is_judged_and_its_picture_is_gone(tmp_path: Path) -> None:
    blurred = draw_page().filter(ImageFilter.GaussianBlur(4))
    scan = save_tiff(
        tmp_path / "a.tif", [draw_page(), blurred, Image.new("RGB", (1654, 2339), "white"), draw_page().rotate(180)]
    )
    seen = look_here(scan, tmp_path / "pages", GlanceOptions())
    assert [page.number for page in seen] == [1, 2, 3, 4]
    assert [QualityFault.BLURRED in page.quality.faults for page in seen] == [False, True, False, False]
    assert [page.quality.is_blank for page in seen] == [False, False, True, False]
    assert [page.turn_deg for page in seen] == [0, seen[1].turn_deg, None, 180]
    assert list((tmp_path / "pages").iterdir()) == []


def test_pages_seen_before_are_passed_over(tmp_path: Path) -> None:
    scan = save_tiff(tmp_path / "a.tif", [draw_page(size=(1654, 800))] * 3)
    assert [page.number for page in look_here(scan, tmp_path / "pages", GlanceOptions(), skip=2)] == [3]


@pytest.mark.parametrize(
    ("label", "at_head", "expected"),
    [("Trang 2/5", False, PageLabel(2, 5)), ("12", True, PageLabel(12)), ("3/4", False, PageLabel(3, 4))],
)
def test_the_number_printed_on_a_page_is_read(tmp_path: Path, label: str, at_head: bool, expected: PageLabel) -> None:
    scan = save_tiff(tmp_path / "a.tif", [numbered(label, at_head=at_head)])
    known = look_here(scan, tmp_path / "pages", GlanceOptions())
    (page,) = look_here(scan, tmp_path / "pages", GlanceOptions(label_reader=TesseractReader(), known=tuple(known)))
    assert page.label == expected
    assert page.quality == known[0].quality


def test_text_at_the_edge_is_no_page_number(tmp_path: Path) -> None:
    scan = save_tiff(tmp_path / "a.tif", [numbered("Nơi nhận:")])
    known = look_here(scan, tmp_path / "pages", GlanceOptions())
    (page,) = look_here(scan, tmp_path / "pages", GlanceOptions(label_reader=TesseractReader(), known=tuple(known)))
    assert page.label is None


def test_the_process_tells_page_by_page_stops_when_told_and_stays_warm(tmp_path: Path, process: GlanceProcess) -> None:
    scan = save_tiff(tmp_path / "a.tif", [draw_page(size=(1654, 800))] * 3)
    with closing(process.look(GlanceJob(scan, "a.tif", LIMITS, GlanceOptions()))) as pages:
        assert next(pages).number == 1
    (child,) = multiprocessing.active_children()
    assert [page.number for page in look(process, scan)] == [1, 2, 3]
    assert [found.pid for found in multiprocessing.active_children()] == [child.pid]


def test_a_bad_file_is_told_and_the_next_is_looked_at(tmp_path: Path, process: GlanceProcess) -> None:
    bad = tmp_path / "a.pdf"
    bad.write_bytes(b"%PDF-1.7\nnot much")
    with pytest.raises(TruncatedFileError):
        look(process, bad)
    assert len(look(process, save_tiff(tmp_path / "a.tif", [draw_page(size=(1654, 800))]))) == 1


def test_a_process_that_is_killed_is_replaced(tmp_path: Path, process: GlanceProcess) -> None:
    scan = save_tiff(tmp_path / "a.tif", [draw_page(size=(1654, 800))] * 2)
    pages = process.look(GlanceJob(scan, "a.tif", LIMITS, GlanceOptions()))
    next(pages)
    (child,) = multiprocessing.active_children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(RecognitionError):
        list(pages)
    assert len(look(process, scan)) == 2


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    pipe = tmp_path / "a.pdf"
    os.mkfifo(pipe)  # to open it waits for ever
    with GlanceProcess(tmp_path, page_timeout_s=3) as process:
        with pytest.raises(RecognitionTimeoutError):
            look(process, pipe)
        assert not multiprocessing.active_children()
