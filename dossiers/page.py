"""A page and what stands on it: words, lines, regions, codes, tables.

All are frozen and hold paths and digests, never pictures. Lengths are in pixels of the *upright page*: the source
image turned by ``rotation_deg`` and then straightened by ``skew_deg`` on a canvas of unchanged size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class BoxPx(NamedTuple):
    """A rectangle in pixels of the upright page; right and bottom are exclusive. In JSON: [left, top, right, bottom]."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def union(self, other: BoxPx) -> BoxPx:
        """Return the smallest box that holds both."""
        return BoxPx(
            min(self.left, other.left), min(self.top, other.top), max(self.right, other.right), max(self.bottom, other.bottom)
        )


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page as it was scanned: an image file, taken out of its container without change where that is possible.

    ``media_type`` is ``image/jpeg``, ``image/png`` or ``image/tiff`` (a single-page CCITT G4 TIFF for bitonal pages).
    ``lossless`` is False when the page had to be rasterized. ``number`` counts from 1 in the scanned file.
    """

    number: int
    path: Path
    sha256: str
    media_type: str
    width_px: int
    height_px: int
    dpi: int
    lossless: bool


class QualityFault(StrEnum):
    """What can be wrong with a scan."""

    LOW_DPI = "low_dpi"
    BLURRED = "blurred"
    LOW_CONTRAST = "low_contrast"
    CUT_EDGE = "cut_edge"
    NOT_COLOUR = "not_colour"


@dataclass(frozen=True, slots=True)
class QualityVerdict:
    """What the scan itself is like. ``blank`` is no fault: the verso of a single-sided sheet.

    ``sharpness`` is the contrast-normalised gradient energy (unitless, higher is sharper), ``contrast`` 0 to 1.
    """

    dpi: int
    sharpness: float
    contrast: float
    is_blank: bool
    is_colour: bool
    faults: tuple[QualityFault, ...] = ()


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word, NFC; ``confidence`` 0 to 1.

    ``raw_text`` is what the reader gave, when the text was mended; None when it stands as read. ``is_by_hand`` says that
    it was found to be handwriting or a number stamp, and read as such.
    """

    text: str
    bbox_px: BoxPx
    confidence: float
    raw_text: str | None = None
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """One printed line; ``text`` is the words joined by single spaces, NFC."""

    text: str
    bbox_px: BoxPx
    confidence: float
    words: tuple[RecognizedWord, ...]


class RegionKind(StrEnum):
    """What a part of a page holds that is no print.

    ``FAN_STAMP`` (dấu giáp lai) is the part of a seal that is left on the edge of one sheet of several; ``STAMP`` is any
    other stamp, such as the register stamp CÔNG VĂN ĐẾN or HỎA TỐC. ``DIGITAL_SIGNATURE`` is what a signing program drew: who
    signed, and the second.
    """

    SEAL = "seal"
    SIGNATURE = "signature"
    FAN_STAMP = "fan_stamp"
    STAMP = "stamp"
    HANDWRITING = "handwriting"
    PICTURE = "picture"
    BARCODE = "barcode"
    DIGITAL_SIGNATURE = "digital_signature"


@dataclass(frozen=True, slots=True)
class PageRegion:
    """A part of a page that is no print, and how sure that is (0 to 1). Print may stand in it: a name under a seal."""

    kind: RegionKind
    bbox_px: BoxPx
    confidence: float


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode read: its symbology as ``qr_code``, ``data_matrix``, ``pdf417``, ``code_128``, ``code_39``, ``ean_13`` or
    ``ean_8``, and its text without control characters.

    The text can be personal data (the QR code of a citizen's card holds all that is printed on the card): mask it where
    it is listed, and never log it. It is no part of the ``repr``.
    """

    format: str
    text: str = field(repr=False)
    bbox_px: BoxPx


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell: the row and column of its top left (from 0), over how many it reaches, and its text, lines joined by blanks."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox_px: BoxPx
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, ruled or not: how many rows and columns its grid has, and its cells, row by row, each from left to right."""

    bbox_px: BoxPx
    rows: int
    columns: int
    cells: tuple[TableCell, ...]


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """A page read.

    ``width_px`` and ``height_px`` are those of the upright page. ``rotation_deg`` (0, 90, 180, 270) is how far the source
    image is turned clockwise to stand upright; ``skew_deg`` is the further clockwise turn that makes its lines level.
    Lines are in reading order. ``seconds`` maps a stage's name to the seconds it took. The words of ``tables`` stand in
    ``lines`` too.
    """

    source: PageSource
    width_px: int
    height_px: int
    rotation_deg: int
    skew_deg: float
    quality: QualityVerdict
    lines: tuple[RecognizedLine, ...]
    seconds: dict[str, float]
    regions: tuple[PageRegion, ...] = ()
    barcodes: tuple[Barcode, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def number(self) -> int:
        return self.source.number

    @property
    def text(self) -> str:
        """The page's text, one printed line a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def confidence(self) -> float:
        """Mean word confidence weighted by length, 0 to 1; 0 on a page without words."""
        words = [word for line in self.lines for word in line.words]
        letters = sum(len(word.text) for word in words)
        return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
