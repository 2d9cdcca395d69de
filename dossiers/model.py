"""The values that pass through the doors of the house, one type a door.

    ScannedFile -> PageSource -> RecognizedPage -> RecognizedDocument -> ClassifiedDocument -> DescribedDocument
                -> ArchivalPdf -> SignedPdf

All are frozen and hold paths and digests, never pictures. What a page is stands in ``dossiers.page``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dossiers.page import BoxPx, RecognizedPage
from dossiers.signatures import SignatureCheck, SignatureStanding


class Outcome(StrEnum):
    """Where a file ends. Every file ever seen ends in exactly one of these."""

    ARCHIVED = "archived"
    NEEDS_REVIEW = "needs_review"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class SubmissionState(StrEnum):
    """Where a submission stands: an outcome, or on the way to one.

    ``FAILED`` is a fault that is not the file's (store down, disk full): the file is kept and can be replayed.
    ``REARRANGED``: its original is kept, and its pages became submissions of their own, as its record names them.
    """

    RECEIVED = "received"
    FAILED = "failed"
    ARCHIVED = "archived"
    NEEDS_REVIEW = "needs_review"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REARRANGED = "rearranged"


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
class RecognizedDocument:
    """Every page of a scanned file, read. ``engine`` names reader and version, e.g. ``trueocr 0.1.1``.

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
    """Why a person must look. ``ALREADY_SIGNED`` stands in records from before signatures were judged at intake."""

    UNKNOWN_TYPE = "review.unknown_type"
    LOW_TYPE_SCORE = "review.low_type_score"
    MISSING_FIELD = "review.missing_field"
    LOW_FIELD_CONFIDENCE = "review.low_field_confidence"
    LOW_TEXT_CONFIDENCE = "review.low_text_confidence"
    POOR_SCAN = "review.poor_scan"
    NO_DOSSIER_NUMBER = "review.no_dossier_number"
    ALREADY_SIGNED = "review.already_signed"
    SIGNATURE_UNTRUSTED = "review.signature_untrusted"
    SIGNATURE_BROKEN = "review.signature_broken"
    SIGNATURE_UNCHECKED = "review.signature_unchecked"
    NO_TEXT = "review.no_text"


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What exactly a person must look at, for a reason that concerns a part of the document.

    ``subject`` is a field's name (missing or uncertain), a fault of the scan, or a problem of a signature; empty when the
    reason is about the page. ``page`` counts in the scanned file; None for a field that was not found, and for signatures.
    """

    reason: ReviewReason
    subject: str = ""
    page: int | None = None


class Provenance(StrEnum):
    """Where a document's pages come from, by the codes of TT 05/2025 ``confidenceLevel``."""

    BORN_DIGITAL = "01"
    DIGITIZED = "02"
    MIXED = "03"


@dataclass(frozen=True, slots=True)
class DescribedDocument:
    """A document with its fields, and the reasons, if any, for which a person must look before it is accepted.

    ``review_notes`` tell, for the reasons that concern fields or pages, which ones. ``signature_check`` is the verdict on a
    file that came in signed. ``provenance`` is None where it is not known.
    """

    document: ClassifiedDocument
    dossier_number: str | None
    fields: dict[str, ExtractedField]
    review_reasons: tuple[ReviewReason, ...]
    review_notes: tuple[ReviewNote, ...] = ()
    signature_check: SignatureCheck | None = None
    provenance: Provenance | None = Provenance.DIGITIZED

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
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def is_stamped(self) -> bool:
        """True when a time stamp belongs to the level."""
        return self is not SignatureLevel.B_B

    @property
    def is_long_term(self) -> bool:
        """True when the file must hold what proves its certificates."""
        return self in (SignatureLevel.B_LT, SignatureLevel.B_LTA)


class SigningRole(StrEnum):
    """In whose name is signed: the officer who digitizes, or the agency."""

    OFFICER = "officer"
    AGENCY = "agency"


class RevocationStatus(StrEnum):
    """What could be found out about a certificate's revocation before it signed."""

    GOOD = "good"
    UNREACHABLE = "unreachable"
    NOT_NAMED = "not_named"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """How the signer's certificate was found just before it signed.

    ``authority`` is who issued it. ``is_chain_trusted``: its chain leads to a root that this house trusts. ``source`` is the
    address that answered about revocation, or why there is no answer; ``source_time`` when that answer was made.
    """

    checked_at: datetime
    authority: str
    serial_number: str
    not_after: datetime
    is_chain_trusted: bool
    revocation: RevocationStatus
    source: str = ""
    source_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """A signed PDF. ``level`` is None when the file came in signed by others and was kept untouched.

    ``stamped_until`` is when the certificate of its newest time stamp ends; None without one.
    """

    path: Path
    sha256: str
    page_count: int
    level: SignatureLevel | None
    signer: str
    signed_at: datetime | None
    is_demonstration: bool
    role: SigningRole | None = None
    stamped_until: datetime | None = None
    certificate_check: CertificateCheck | None = None


class DocumentRole(StrEnum):
    """What a document is in its dossier: handed in by the citizen, or the result given back."""

    COMPONENT = "component"
    RESULT = "result"


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
    text, ``type_score`` that of the type, both 0 to 1. ``archived_at`` carries a time zone. ``recipe`` names reader and
    pipeline that made it. ``signature_standing`` is the verdict on a file that came in signed by others; None for our own.
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
    recipe: str = ""
    signature_standing: SignatureStanding | None = None

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
