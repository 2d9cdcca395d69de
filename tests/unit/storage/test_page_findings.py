"""Regions, barcodes and tables in the words of a document."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dossiers.errors import IntegrityError
from dossiers.page import Barcode, BoxPx, PageRegion, RecognizedPage, RegionKind, Table, TableCell
from storage.words import dump_words, parse_words
from tests.support.documents import SCAN_SHA256, make_page

PLAIN = make_page(1, "Nơi nhận")
CELLS = (
    TableCell(0, 0, 1, 2, BoxPx(10, 10, 210, 50), "Lệ phí"),
    TableCell(1, 0, 1, 1, BoxPx(10, 50, 110, 90), "Số tiền"),
    TableCell(1, 1, 1, 1, BoxPx(110, 50, 210, 90), ""),
)
FULL = replace(
    PLAIN,
    regions=(PageRegion(RegionKind.FAN_STAMP, BoxPx(1500, 900, 1654, 1300), 0.87651),),
    barcodes=(Barcode("qr_code", "089190001234|Nguyễn Thị Ánh", BoxPx(5, 6, 70, 80)),),
    tables=(Table(BoxPx(10, 10, 210, 90), 2, 2, CELLS),),
)


def dump(page: RecognizedPage) -> bytes:
    return dump_words((page,), SCAN_SHA256, "tesseract")


def test_findings_come_back() -> None:
    (restored,) = parse_words(dump(FULL), "x")
    assert restored.barcodes == FULL.barcodes
    assert restored.tables == FULL.tables
    assert restored.regions == (replace(FULL.regions[0], confidence=0.877),)
    assert dump(restored) == dump(FULL)


def test_pages_without_findings_are_written_as_before() -> None:
    data = dump(PLAIN)
    assert not {"regions", "barcodes", "tables"} & json.loads(data)["pages"][0].keys()
    (restored,) = parse_words(data, "x")
    assert (restored.regions, restored.barcodes, restored.tables) == ((), (), ())


def test_unknown_kinds_of_region_are_damage() -> None:
    with pytest.raises(IntegrityError):
        parse_words(dump(FULL).replace(b"fan_stamp", b"fan_stomp"), "x")
