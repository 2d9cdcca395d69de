"""The words of a document with their boxes: ``<sha>.words.json`` beside its PDF. Pure.

What it holds does not change from one reading to the next of the same scan with the same engine, so times and local paths are
left out and the same words give the same bytes, the same digest and the same key.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field

from dossiers.page import BoxPx, PageSource, QualityFault, QualityVerdict, RecognizedLine, RecognizedPage, RecognizedWord
from storage.page_findings import BarcodeRecord, RegionRecord, TableRecord, dump_findings
from storage.records import Record, normalize

WORDS_SCHEMA_VERSION = 1

_Box = tuple[int, int, int, int]


class _Word(Record):
    text: str
    bbox_px: _Box
    confidence: float
    raw_text: str | None = None
    by_hand: bool = False


class _Line(Record):
    bbox_px: _Box
    confidence: float
    words: tuple[_Word, ...]


class _Quality(Record):
    dpi: int
    sharpness: float
    contrast: float
    is_blank: bool
    is_colour: bool
    faults: tuple[QualityFault, ...]


class _Source(Record):
    sha256: str
    media_type: str
    width_px: int
    height_px: int
    dpi: int
    lossless: bool


class _Page(Record):
    number: int = Field(ge=1)
    width_px: int
    height_px: int
    rotation_deg: int
    skew_deg: float
    source: _Source
    quality: _Quality
    lines: tuple[_Line, ...]
    regions: tuple[RegionRecord, ...] = ()
    barcodes: tuple[BarcodeRecord, ...] = ()
    tables: tuple[TableRecord, ...] = ()


class _Words(Record):
    schema_version: int
    scan_sha256: str
    engine: str
    pages: tuple[_Page, ...]


def dump_words(pages: tuple[RecognizedPage, ...], scan_sha256: str, engine: str) -> bytes:
    """Return pages' words as compact JSON: UTF-8, NFC, sorted names, confidences to three digits."""
    record = normalize(
        {
            "schema_version": WORDS_SCHEMA_VERSION,
            "scan_sha256": scan_sha256,
            "engine": engine,
            "pages": [_dump_page(page) for page in pages],
        }
    )
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def parse_words(data: bytes, what: str) -> tuple[RecognizedPage, ...]:
    """Read pages back. Their sources have no path any more and their times are gone.

    Raises ``IntegrityError`` when the record is damaged or of a schema we do not know.
    """
    record = _Words.from_json(data, what, WORDS_SCHEMA_VERSION)
    return tuple(_restore_page(page) for page in record.pages)


def _dump_page(page: RecognizedPage) -> dict[str, object]:
    source, quality = page.source, page.quality
    return {
        "number": page.number,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "rotation_deg": page.rotation_deg,
        "skew_deg": round(page.skew_deg, 3),
        "source": {
            "sha256": source.sha256,
            "media_type": source.media_type,
            "width_px": source.width_px,
            "height_px": source.height_px,
            "dpi": source.dpi,
            "lossless": source.lossless,
        },
        "quality": {
            "dpi": quality.dpi,
            "sharpness": round(quality.sharpness, 4),
            "contrast": round(quality.contrast, 4),
            "is_blank": quality.is_blank,
            "is_colour": quality.is_colour,
            "faults": [fault.value for fault in quality.faults],
        },
        "lines": [_dump_line(line) for line in page.lines],
        **dump_findings(page),
    }


def _dump_line(line: RecognizedLine) -> dict[str, object]:
    return {
        "bbox_px": list(line.bbox_px),
        "confidence": round(line.confidence, 3),
        "words": [_dump_word(word) for word in line.words],
    }


def _dump_word(word: RecognizedWord) -> dict[str, object]:
    record: dict[str, object] = {
        "text": word.text,
        "bbox_px": list(word.bbox_px),
        "confidence": round(word.confidence, 3),
    }
    if word.raw_text is not None:
        record["raw_text"] = word.raw_text
    if word.is_by_hand:
        record["by_hand"] = True
    return record


def _restore_page(page: _Page) -> RecognizedPage:
    source, quality = page.source, page.quality
    return RecognizedPage(
        source=PageSource(
            number=page.number,
            path=Path(),
            sha256=source.sha256,
            media_type=source.media_type,
            width_px=source.width_px,
            height_px=source.height_px,
            dpi=source.dpi,
            lossless=source.lossless,
        ),
        width_px=page.width_px,
        height_px=page.height_px,
        rotation_deg=page.rotation_deg,
        skew_deg=page.skew_deg,
        quality=QualityVerdict(
            quality.dpi, quality.sharpness, quality.contrast, quality.is_blank, quality.is_colour, quality.faults
        ),
        lines=tuple(_restore_line(line) for line in page.lines),
        seconds={},
        regions=tuple(region.restore() for region in page.regions),
        barcodes=tuple(barcode.restore() for barcode in page.barcodes),
        tables=tuple(table.restore() for table in page.tables),
    )


def _restore_line(line: _Line) -> RecognizedLine:
    words = tuple(
        RecognizedWord(word.text, BoxPx(*word.bbox_px), word.confidence, word.raw_text, word.by_hand) for word in line.words
    )
    return RecognizedLine(" ".join(word.text for word in words), BoxPx(*line.bbox_px), line.confidence, words)
