"""What stands on a page beside its words, as parts of its words record: regions, barcodes, tables. Pure."""

from __future__ import annotations

from dossiers.page import Barcode, BoxPx, PageRegion, RecognizedPage, RegionKind, Table, TableCell
from storage.records import Record

Box = tuple[int, int, int, int]


class RegionRecord(Record):
    """A part of a page that is no print."""

    kind: RegionKind
    bbox_px: Box
    confidence: float

    def restore(self) -> PageRegion:
        """Return the domain's value."""
        return PageRegion(self.kind, BoxPx(*self.bbox_px), self.confidence)


class BarcodeRecord(Record):
    """A barcode read."""

    format: str
    text: str
    bbox_px: Box

    def restore(self) -> Barcode:
        """Return the domain's value."""
        return Barcode(self.format, self.text, BoxPx(*self.bbox_px))


class CellRecord(Record):
    """A cell of a table."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox_px: Box
    text: str

    def restore(self) -> TableCell:
        """Return the domain's value."""
        return TableCell(self.row, self.column, self.row_span, self.column_span, BoxPx(*self.bbox_px), self.text)


class TableRecord(Record):
    """A ruled table."""

    bbox_px: Box
    rows: int
    columns: int
    cells: tuple[CellRecord, ...]

    def restore(self) -> Table:
        """Return the domain's value."""
        return Table(BoxPx(*self.bbox_px), self.rows, self.columns, tuple(cell.restore() for cell in self.cells))


def dump_findings(page: RecognizedPage) -> dict[str, object]:
    """Return ``regions``, ``barcodes`` and ``tables`` of a page, only those that it has: other records stay as they were."""
    found: dict[str, list[dict[str, object]]] = {
        "regions": [_dump_region(region) for region in page.regions],
        "barcodes": [_dump_barcode(barcode) for barcode in page.barcodes],
        "tables": [_dump_table(table) for table in page.tables],
    }
    return {name: values for name, values in found.items() if values}


def _dump_region(region: PageRegion) -> dict[str, object]:
    return {"kind": region.kind.value, "bbox_px": list(region.bbox_px), "confidence": round(region.confidence, 3)}


def _dump_barcode(barcode: Barcode) -> dict[str, object]:
    return {"format": barcode.format, "text": barcode.text, "bbox_px": list(barcode.bbox_px)}


def _dump_table(table: Table) -> dict[str, object]:
    cells = [
        {
            "row": cell.row,
            "column": cell.column,
            "row_span": cell.row_span,
            "column_span": cell.column_span,
            "bbox_px": list(cell.bbox_px),
            "text": cell.text,
        }
        for cell in table.cells
    ]
    return {"bbox_px": list(table.bbox_px), "rows": table.rows, "columns": table.columns, "cells": cells}
