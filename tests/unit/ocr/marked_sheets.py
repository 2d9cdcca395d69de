"""Sheets with what people put on paper by hand, drawn for the tests of regions."""

from __future__ import annotations

import numpy as np

from dossiers.page import BoxPx, PageRegion, RegionKind
from ocr.page_image import Pixels
from samples.generator.dice import Dice
from samples.generator.marks import PEN_BLUE, sign, stamp_seal
from samples.generator.sheet import Sheet, Style
from tests.unit.ocr.drawing import PARAGRAPH

SEAL_MM = (128.0, 222.0)  # centre
SIGNATURE_MM = (148.0, 224.0)
NAME = "Nguyễn Thị Hồng Ánh"


def draw_sheet(dpi: int = 200, rows: int = 20) -> Sheet:
    """Draw a letter: running text, and the titles and name of a signature block."""
    sheet = Sheet(dpi)
    for row in range(rows):
        sheet.put(28, 40 + 7.2 * row, PARAGRAPH[row % len(PARAGRAPH)], Style())
    for y_mm, text in ((200, "TM. ỦY BAN NHÂN DÂN"), (207, "CHỦ TỊCH"), (238, NAME)):
        sheet.put(146, y_mm, text, Style(bold=True), anchor="m")
    return sheet


def seal(sheet: Sheet, seed: int = 5) -> None:
    """Press a seal over the titles and the name."""
    stamp_seal(sheet, Dice(str(seed)), SEAL_MM, "ỦY BAN NHÂN DÂN", "XÃ HÒA LẠC")


def sign_in(sheet: Sheet, colour: tuple[int, int, int] = PEN_BLUE, seed: int = 5) -> None:
    """Sign between title and name."""
    sign(sheet, Dice(str(seed)), SIGNATURE_MM, colour=colour)


def pixels_of(sheet: Sheet, mode: str = "RGB") -> Pixels:
    """Return the sheet as the rooms hold it: BGR, gray for ``L``, and black and white for ``1``."""
    if mode == "RGB":
        return np.ascontiguousarray(np.asarray(sheet.image)[:, :, ::-1])
    gray = sheet.image.convert("L")
    return np.asarray(gray.point(lambda level: 255 if level > 200 else 0) if mode == "1" else gray, dtype=np.uint8)


def box_mm(sheet: Sheet, left: float, top: float, right: float, bottom: float) -> BoxPx:
    """Return a box given in millimetres."""
    return BoxPx(*(round(sheet.px(edge)) for edge in (left, top, right, bottom)))


def overlap(one: BoxPx, other: BoxPx) -> float:
    """Return the share of both boxes' union that both cover."""
    across = max(0, min(one.right, other.right) - max(one.left, other.left))
    down = max(0, min(one.bottom, other.bottom) - max(one.top, other.top))
    shared = across * down
    return shared / (one.width * one.height + other.width * other.height - shared)


def of_kind(regions: tuple[PageRegion, ...], kind: RegionKind) -> list[BoxPx]:
    """Return the boxes of one kind of region."""
    return [region.bbox_px for region in regions if region.kind is kind]
