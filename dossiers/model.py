"""The values that pass through the doors of the house, one type a door.

    ScannedFile -> PageSource -> RecognizedPage -> RecognizedDocument -> ClassifiedDocument -> DescribedDocument
                -> ArchivalPdf -> SignedPdf -> ArchivedDocument

All are frozen and hold paths and digests, never pictures. Lengths are in pixels of the *upright page*: the source
image turned by ``rotation_deg`` and then straightened by ``skew_deg`` on a canvas of unchanged size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
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


class Outcome(StrEnum):
    """Where a file ends. Every file ever seen ends in exactly one of these."""

    ARCHIVED = "archived"
    NEEDS_REVIEW = "needs_review"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class SubmissionState(StrEnum):
    """Where a submission stands: an outcome, or on the way to one.

    ``FAILED`` is a fault that is not the file's (store down, disk full): the file is kept and can be replayed.
    """

    RECEIVED = "received"
    FAILED = "failed"
    ARCHIVED = "archived"
    NEEDS_REVIEW = "needs_review"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person or a service, and the unit it acts for."""

    id: str
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file handed in, whose original bytes are safe.

    ``path`` is a local copy of the bytes whose digest is ``sha256`` (hex). ``name`` is the file's own name, NFC.
    """

    path: Path
    sha256: str
    size_bytes: int
    name: str
    dossier_number: str | None
    received_at: datetime


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

    ``raw_text`` is what the reader gave, when the text was mended; None when it stands as read.
    """

    text: str
    bbox_px: BoxPx
    confidence: float
    raw_text: str | None = None


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
    other stamp, such as the register stamp CÔNG VĂN ĐẾN or HỎA TỐC.
    """

    SEAL = "seal"
    SIGNATURE = "signature"
    FAN_STAMP = "fan_stamp"
    STAMP = "stamp"
    HANDWRITING = "handwriting"
    PICTURE = "picture"
    BARCODE = "barcode"


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
    """A ruled table: how many rows and columns its grid has, and its cells, row by row, each from left to right."""

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


@dataclass(frozen=True, slots=True)
class RecognizedDocument:
    """Every page of a scanned file, read. ``engine`` names reader and version, e.g. ``tesseract 5.3.0 vie``.

    ``is_signed_pdf`` is True when the scanned file is a PDF that already carries a digital signature.
    """

    scan_sha256: str
    pages: tuple[RecognizedPage, ...]
    engine: str
    is_signed_pdf: bool = False


@dataclass(frozen=True, slots=True)
class ClassifiedDocument:
    """Consecutive pages of one scan that make one document, with its type.

    ``type_id`` is the stable id of a document type, or ``unknown``. ``type_score`` is 0 to 1. ``reasons`` say, in
    English and briefly, what spoke for the type. Blank pages stay with the document they follow.
    """

    scan_sha256: str
    pages: tuple[RecognizedPage, ...]
    type_id: str
    type_name: str
    type_score: float
    reasons: tuple[str, ...]

    @property
    def first_page(self) -> int:
        return self.pages[0].number

    @property
    def last_page(self) -> int:
        return self.pages[-1].number


@dataclass(frozen=True, slots=True)
class ExtractedField:
    """One field: its normalised value (dates ISO 8601), confidence 0 to 1, and where it stands."""

    name: str
    value: str
    confidence: float
    page: int
    bbox_px: BoxPx


class ReviewReason(StrEnum):
    """Why a person must look."""

    UNKNOWN_TYPE = "review.unknown_type"
    LOW_TYPE_SCORE = "review.low_type_score"
    MISSING_FIELD = "review.missing_field"
    LOW_FIELD_CONFIDENCE = "review.low_field_confidence"
    LOW_TEXT_CONFIDENCE = "review.low_text_confidence"
    POOR_SCAN = "review.poor_scan"
    NO_DOSSIER_NUMBER = "review.no_dossier_number"
    ALREADY_SIGNED = "review.already_signed"
    NO_TEXT = "review.no_text"


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What exactly a person must look at, for a reason that concerns a part of the document.

    ``subject`` is a field's name (missing or uncertain), or a fault of the scan; empty when the reason is about the page.
    ``page`` counts in the scanned file; None for a field that was not found.
    """

    reason: ReviewReason
    subject: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class DescribedDocument:
    """A document with its fields, and the reasons, if any, for which a person must look before it is accepted.

    ``review_notes`` tell, for the reasons that concern fields or pages, which ones.
    """

    document: ClassifiedDocument
    dossier_number: str | None
    fields: dict[str, ExtractedField]
    review_reasons: tuple[ReviewReason, ...]
    review_notes: tuple[ReviewNote, ...] = ()

    @property
    def needs_review(self) -> bool:
        return bool(self.review_reasons)


@dataclass(frozen=True, slots=True)
class ArchivalPdf:
    """An unsigned PDF/A-2b with a text layer. ``sha256`` is hex."""

    path: Path
    sha256: str
    page_count: int


class SignatureLevel(StrEnum):
    """PAdES baseline levels (ETSI EN 319 142-1)."""

    B_B = "B-B"
    B_T = "B-T"


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """A signed PDF. ``level`` is None when the file came in signed by others and was kept untouched."""

    path: Path
    sha256: str
    page_count: int
    level: SignatureLevel | None
    signer: str
    signed_at: datetime | None
    is_demonstration: bool


class DocumentRole(StrEnum):
    """What a document is in its dossier: handed in by the citizen, or the result given back."""

    COMPONENT = "component"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """What stands in the archive bucket for one document. Keys are those of the bucket.

    ``document_id`` is derived from the scan's digest and the page range, so that a replay finds the same document.
    """

    document_id: str
    pdf_key: str
    pdf_sha256: str
    words_key: str
    metadata_key: str
    archived_at: datetime


@dataclass(frozen=True, slots=True)
class PageText:
    """One page's text as it is searched: NFC, one printed line a line. ``number`` counts from 1 in the archived PDF."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """Everything the catalog knows of one archived document; it can be rebuilt from the archive alone.

    ``state`` is ``ARCHIVED`` or ``NEEDS_REVIEW``. ``fields`` maps an extracted field's name to its normalised value (dates
    ISO 8601). ``first_page`` and ``last_page`` are those of the scan, both inclusive. ``mean_confidence`` is that of the
    text, ``type_score`` that of the type, both 0 to 1. ``archived_at`` carries a time zone.
    """

    document_id: str
    scan_sha256: str
    dossier_number: str | None
    role: DocumentRole
    type_id: str
    type_name: str
    type_score: float
    first_page: int
    last_page: int
    fields: dict[str, str]
    mean_confidence: float
    state: Outcome
    review_reasons: tuple[ReviewReason, ...]
    signature_level: SignatureLevel | None
    pdf_key: str
    pdf_sha256: str
    words_key: str
    metadata_key: str
    archived_at: datetime
    pages: tuple[PageText, ...]

    @property
    def page_count(self) -> int:
        return self.last_page - self.first_page + 1

    @property
    def number(self) -> str:
        """The document's number with its symbol, e.g. ``47/QĐ-UBND``; empty when not known."""
        number, symbol = self.fields.get("document_number", ""), self.fields.get("document_symbol", "")
        return number if not number or "/" in number or not symbol else f"{number}/{symbol}"

    @property
    def issue_date(self) -> str:
        return self.fields.get("issue_date", "")

    @property
    def issuing_authority(self) -> str:
        return self.fields.get("issuing_authority", "")

    @property
    def abstract(self) -> str:
        return self.fields.get("abstract", "")

    @property
    def signatory(self) -> str:
        return self.fields.get("signatory", "")
