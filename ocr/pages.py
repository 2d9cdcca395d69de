"""One page, from its image file to its lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2

from dossiers.errors import RecognitionError
from dossiers.page import (
    Barcode,
    BoxPx,
    PageRegion,
    PageSource,
    QualityFault,
    QualityVerdict,
    RecognizedLine,
    RecognizedPage,
    RecognizedWord,
    RegionKind,
    Table,
    TableCell,
)
from ocr.barcodes import read_barcodes
from ocr.cleaning import prepare_for_reading
from ocr.dewarping import find_bend
from ocr.engine import OcrEngine
from ocr.handwriting.header import read_header_cells
from ocr.language.confidence import load_rating
from ocr.language.mend import mend_lines
from ocr.language.patterns import mend_patterns
from ocr.line_detector import detect_lines
from ocr.lines import scale_box, scale_line
from ocr.noise import drop_noise
from ocr.null_engine import NullEngine
from ocr.orientation import find_rotation, find_skew, find_text_mask, level_mask
from ocr.page_image import PageImage, decode_page, straighten, turn
from ocr.quality import Assessment, assess_quality
from ocr.reading_order import arrange_lines
from ocr.regions import (
    add_barcodes,
    drop_region_words,
    find_marks,
    lift_ink,
    part_digital_signatures,
    settle_regions,
)
from ocr.show_through import drop_show_through
from ocr.tables import find_tables, find_unruled_tables
from ocr.text import count_letters

PAGE_TIMEOUT_S = 120.0
HEADER_CELL_CONFIDENCE = 0.8  # between the printed words of a header there is nothing else
SURE_WORD_CONFIDENCE = 0.6
MIN_SURE_LETTERS = 6  # on a page with next to no ink: less is a stamp's rim read as letters
MIN_SURE_SHARE = 0.2  # of the shapes of pale ink: of a page shining through, seen from behind, next to none is read surely


_Boxed = TypeVar("_Boxed", RecognizedLine, RecognizedWord, PageRegion, Barcode, Table, TableCell)


@dataclass(frozen=True, slots=True)
class _Content:
    """What stands on a page."""

    lines: tuple[RecognizedLine, ...] = ()
    regions: tuple[PageRegion, ...] = ()
    barcodes: tuple[Barcode, ...] = ()
    tables: tuple[Table, ...] = ()


def read_page(source: PageSource, engine: OcrEngine, *, name: str = "", timeout_s: float = PAGE_TIMEOUT_S) -> RecognizedPage:
    """Read one page. ``name`` is the scan's name for error messages; ``timeout_s`` bounds the recognition.

    A blank page is not read, and every page is only judged where the reader reads nothing. ``seconds`` has the stages load,
    quality, orientation, deskew, dewarp, marks, clean, detect, recognize, mend, tables, arrange, header.

    Raises TruncatedFileError, RecognitionError, RecognitionTimeoutError, ConfigurationError.
    """
    label = name or source.path.name
    try:
        return _read(source, engine, timeout_s)
    except RecognitionError as error:
        raise type(error)(**{**error.facts, "name": label, "page": source.number}) from error
    except (cv2.error, MemoryError) as error:
        raise RecognitionError(name=label, page=source.number, detail=f"{type(error).__name__}: {error}"[:300]) from error


def _read(source: PageSource, engine: OcrEngine, timeout_s: float) -> RecognizedPage:
    seconds: dict[str, float] = {}
    with _timed(seconds, "load"):
        page = decode_page(source)
    with _timed(seconds, "quality"):
        assessment = assess_quality(page.pixels, page.dpi)
        assessment = replace(assessment, verdict=replace(assessment.verdict, dpi=source.dpi))
    if assessment.verdict.is_blank or isinstance(engine, NullEngine):
        return _finish(source, page.hint_deg or 0, 0.0, assessment.verdict, _Content(), seconds)
    with _timed(seconds, "orientation"):
        mask = find_text_mask(page.pixels)
        rotation = find_rotation(page, engine, mask)
        rotation_deg = rotation.rotation_deg
        turned = turn(page.pixels, rotation_deg)
    with _timed(seconds, "deskew"):
        mask = turn(mask, rotation_deg)
        skew_deg = find_skew(turned, mask) if rotation.skew_deg is None else rotation.skew_deg
        level = straighten(turned, skew_deg)
    with _timed(seconds, "dewarp"):
        bend = find_bend(level_mask(mask, skew_deg), level.shape[1], level.shape[0])
        flat = bend.straighten(level) if bend else level
    content = _read_level(PageImage(flat, page.dpi), assessment.letter_height_px, engine, timeout_s, seconds)
    if bend:
        content = _carry(content, bend.restore_box)
    if page.shrunk != 1:
        size = _size_upright(source, rotation_deg)
        content = _carry(content, lambda box: scale_box(box, page.shrunk, *size))
    verdict, lines = _settle_blank(assessment, content.lines)
    return _finish(source, rotation_deg, skew_deg, verdict, replace(content, lines=lines), seconds)


def _read_level(
    page: PageImage, letter_height_px: float | None, engine: OcrEngine, timeout_s: float, seconds: dict[str, float]
) -> _Content:
    """Read an upright, level page; boxes are in its pixels."""
    with _timed(seconds, "marks"):
        marks = find_marks(page.pixels, page.dpi)
        barcodes = read_barcodes(page.pixels, marks.code_spots)
        lifted = lift_ink(page.pixels, marks)
    with _timed(seconds, "clean"):
        readable = prepare_for_reading(lifted, page.dpi, letter_height_px)
    with _timed(seconds, "detect"):
        boxes = detect_lines(readable.pixels)
    with _timed(seconds, "recognize"):
        readings = engine.read_lines(readable.pixels, boxes, timeout_s)
    with _timed(seconds, "mend"):
        mended = mend_lines(readings, rating=load_rating())
    found = drop_show_through(drop_noise(mended, readings), readable.pixels)
    height, width = page.pixels.shape[:2]
    placed = [scale_line(line, 1 / readable.scale, width, height) for line in found]
    print_lines, signed = part_digital_signatures(drop_region_words(placed, marks.regions))
    with _timed(seconds, "tables"):
        tables = find_tables(lifted, page.dpi, print_lines)
    with _timed(seconds, "arrange"):
        lines = mend_patterns(arrange_lines(print_lines, tables))
        tables = (*tables, *find_unruled_tables(lines, tables))
    with _timed(seconds, "header"):
        header = read_header_cells(page.pixels, lines)
        lines = header.lines
    regions = (*settle_regions(marks.regions, lines), *signed, *(_as_handwriting(box) for box in header.regions_px))
    return _Content(lines, add_barcodes(regions, barcodes), barcodes, tables)


def _carry(content: _Content, restore_box: Callable[[BoxPx], BoxPx]) -> _Content:
    """Carry the boxes of what was found on a straightened or smaller page back to the page as it is."""

    def restore(one: _Boxed) -> _Boxed:
        return replace(one, bbox_px=restore_box(one.bbox_px))

    return _Content(
        tuple(replace(restore(line), words=tuple(map(restore, line.words))) for line in content.lines),
        tuple(map(restore, content.regions)),
        tuple(map(restore, content.barcodes)),
        tuple(replace(restore(table), cells=tuple(map(restore, table.cells))) for table in content.tables),
    )


def _as_handwriting(box: BoxPx) -> PageRegion:
    return PageRegion(RegionKind.HANDWRITING, box, HEADER_CELL_CONFIDENCE)


def _settle_blank(assessment: Assessment, lines: Sequence[RecognizedLine]) -> tuple[QualityVerdict, tuple[RecognizedLine, ...]]:
    """Judge a page with next to no dark ink by what was read: nothing sure, and it is blank; much, and it is faint."""
    verdict = assessment.verdict
    if not assessment.is_sparse:
        return verdict, tuple(lines)
    words = [word for line in lines for word in line.words if word.confidence >= SURE_WORD_CONFIDENCE]
    letters = sum(count_letters(word.text) for word in words)
    if letters < max(MIN_SURE_LETTERS, MIN_SURE_SHARE * assessment.weak_letter_count):
        kept = tuple(fault for fault in verdict.faults if fault is QualityFault.LOW_DPI)
        return replace(verdict, is_blank=True, faults=kept), ()
    if letters > assessment.letter_count and QualityFault.LOW_CONTRAST not in verdict.faults:
        verdict = replace(verdict, faults=(*verdict.faults, QualityFault.LOW_CONTRAST))
    return verdict, tuple(lines)


def _finish(
    source: PageSource,
    rotation_deg: int,
    skew_deg: float,
    verdict: QualityVerdict,
    content: _Content,
    seconds: dict[str, float],
) -> RecognizedPage:
    width, height = _size_upright(source, rotation_deg)
    rounded = {stage: round(value, 4) for stage, value in seconds.items()}
    return RecognizedPage(
        source,
        width,
        height,
        rotation_deg,
        skew_deg,
        verdict,
        content.lines,
        rounded,
        regions=content.regions,
        barcodes=content.barcodes,
        tables=content.tables,
    )


def _size_upright(source: PageSource, rotation_deg: int) -> tuple[int, int]:
    """Return width and height of the page when it stands upright."""
    size = source.width_px, source.height_px
    return size[::-1] if rotation_deg in {90, 270} else size


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = time.perf_counter() - started
