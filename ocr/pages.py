"""One page, from its image file to its lines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import cv2

from dossiers.errors import RecognitionError
from dossiers.model import PageSource, QualityFault, QualityVerdict, RecognizedLine, RecognizedPage
from ocr.cleaning import prepare_for_reading
from ocr.engine import OcrEngine
from ocr.language.confidence import load_rating
from ocr.language.mend import mend_lines
from ocr.line_detector import detect_lines
from ocr.lines import scale_line, turn_line
from ocr.noise import drop_noise
from ocr.orientation import find_rotation, find_skew
from ocr.page_image import decode_page, straighten, turn
from ocr.quality import Assessment, assess_quality
from ocr.reading_order import arrange_lines
from ocr.text import count_letters

PAGE_TIMEOUT_S = 120.0
# Below this a line's ends rise by less than a mark's height; straightening would only blur it. Boxes are turned.
STRAIGHTEN_FROM_DEG = 0.15
SURE_WORD_CONFIDENCE = 0.6
MIN_SURE_LETTERS = 6  # on a page with next to no ink: less is a stamp's rim read as letters


def read_page(source: PageSource, engine: OcrEngine, *, name: str = "", timeout_s: float = PAGE_TIMEOUT_S) -> RecognizedPage:
    """Read one page. ``name`` is the scan's name for error messages; ``timeout_s`` bounds the recognition.

    A blank page is not read. ``seconds`` has the stages load, quality, orientation, deskew, clean, detect, recognize, mend,
    arrange.

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
    if assessment.verdict.is_blank:
        return _finish(source, page.hint_deg or 0, 0.0, assessment.verdict, (), seconds)
    with _timed(seconds, "orientation"):
        rotation_deg = find_rotation(page, engine).rotation_deg
        turned = turn(page.pixels, rotation_deg)
    with _timed(seconds, "deskew"):
        skew_deg = find_skew(turned)
        is_straightened = abs(skew_deg) >= STRAIGHTEN_FROM_DEG
        level = straighten(turned, skew_deg) if is_straightened else turned
    with _timed(seconds, "clean"):
        readable = prepare_for_reading(level, page.dpi, assessment.letter_height_px)
    with _timed(seconds, "detect"):
        boxes = detect_lines(readable.pixels)
    with _timed(seconds, "recognize"):
        readings = engine.read_lines(readable.pixels, boxes, timeout_s)
    with _timed(seconds, "mend"):
        mended = mend_lines(readings, rating=load_rating())
    with _timed(seconds, "arrange"):
        read = drop_noise(mended)
        height, width = level.shape[:2]
        scaled = [scale_line(line, 1 / readable.scale, width, height) for line in read]
        lines = arrange_lines(scaled)
        if not is_straightened:
            lines = tuple(turn_line(line, skew_deg, width, height) for line in lines)
    verdict, lines = _settle_blank(assessment, lines)
    return _finish(source, rotation_deg, skew_deg, verdict, lines, seconds)


def _settle_blank(assessment: Assessment, lines: Sequence[RecognizedLine]) -> tuple[QualityVerdict, tuple[RecognizedLine, ...]]:
    """Judge a page with next to no dark ink by what was read: nothing sure, and it is blank; much, and it is faint."""
    verdict = assessment.verdict
    if not assessment.is_sparse:
        return verdict, tuple(lines)
    words = [word for line in lines for word in line.words if word.confidence >= SURE_WORD_CONFIDENCE]
    letters = sum(count_letters(word.text) for word in words)
    if letters < MIN_SURE_LETTERS:
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
    lines: tuple[RecognizedLine, ...],
    seconds: dict[str, float],
) -> RecognizedPage:
    width, height = source.width_px, source.height_px
    if rotation_deg in {90, 270}:
        width, height = height, width
    rounded = {stage: round(value, 4) for stage, value in seconds.items()}
    return RecognizedPage(source, width, height, rotation_deg, skew_deg, verdict, lines, rounded)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = time.perf_counter() - started
