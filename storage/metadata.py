"""The record of an archived document: ``metadata.json`` beside its PDF. Pure.

It holds Sohoa's own facts and two blocks under the names that regulations give them (``storage.legal_metadata``). The
catalog is rebuilt from these records and the words beside them, from nothing else.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from pydantic import AwareDatetime, Field

from dossiers.model import (
    Actor,
    CatalogEntry,
    CertificateCheck,
    DescribedDocument,
    DocumentRole,
    ExtractedField,
    Outcome,
    PageText,
    ReviewNote,
    ReviewReason,
    RevocationStatus,
    ScannedFile,
    SignatureLevel,
    SignedPdf,
    SigningRole,
)
from dossiers.page import RecognizedPage
from dossiers.signatures import SignatureCheck, SignatureStanding
from storage import keys
from storage.legal_metadata import LegalTerms, fill_nd30, fill_tt05, truncate
from storage.object_store import MAX_METADATA_BYTES, encode_metadata, metadata_bytes
from storage.records import ActorRecord, HistoryEvent, Record

METADATA_SCHEMA_VERSION = 1


class Recipe(Record):
    """How a document was made: another engine or another version of the pipeline may give another result."""

    engine: str
    pipeline_version: str

    @property
    def name(self) -> str:
        """What a person calls it, as ``House.recipe`` does."""
        return f"{self.engine}; {self.pipeline_version}"

    @property
    def id(self) -> str:
        """Sixteen hex digits that tell recipes apart, short enough to stand on an object."""
        return sha256(f"{self.engine}\n{self.pipeline_version}".encode()).hexdigest()[:16]


class FieldRecord(Record):
    """One field that the machine read: confidence 0 to 1; the box is left, top, right, bottom in pixels of the upright page."""

    value: str
    confidence: float = Field(ge=0, le=1)
    page: int = Field(ge=1)
    bbox_px: tuple[int, int, int, int]

    @classmethod
    def of(cls, field: ExtractedField) -> FieldRecord:
        """Return the record of a domain field."""
        box = field.bbox_px
        return cls(
            value=field.value,
            confidence=min(1.0, max(0.0, field.confidence)),
            page=field.page,
            bbox_px=(box.left, box.top, box.right, box.bottom),
        )


class ReviewNoteRecord(Record):
    """What a reason to look is about: the name of a field, or a fault of the scan, and the page of the scanned file."""

    reason: ReviewReason
    subject: str = ""
    page: int | None = None


class CertificateCheckRecord(Record):
    """How the signer's certificate was found before it signed; ``source`` answered about revocation, or says why nobody did."""

    checked_at: AwareDatetime
    authority: str
    serial_number: str
    not_after: AwareDatetime
    is_chain_trusted: bool
    revocation: RevocationStatus
    source: str = ""
    source_time: AwareDatetime | None = None

    @classmethod
    def of(cls, check: CertificateCheck) -> CertificateCheckRecord:
        """Return the record of a domain check."""
        return cls(**asdict(check))


class PdfRecord(Record):
    """The signed PDF: its key and digest, and who signed it. ``level`` is None for a file that came in signed by others.

    ``stamped_until`` is when its newest time stamp cannot be relied upon any more.
    """

    key: str
    sha256: str
    page_count: int
    level: SignatureLevel | None
    signer: str
    signed_at: AwareDatetime | None
    is_demonstration: bool
    role: SigningRole | None = None
    stamped_until: AwareDatetime | None = None
    certificate_check: CertificateCheckRecord | None = None


class WordsRecord(Record):
    """The words with their boxes: key and digest."""

    key: str
    sha256: str


class DocumentMetadata(Record):
    """All that is known of an archived document. ``text_confidence`` and ``type_score`` are 0 to 1; ``history`` only grows.

    ``signature_standing`` sums up ``signature_check``, the verdict on a file that came in signed by others.
    ``superseded_by`` is the metadata key of the record that took this one's place, e.g. once the dossier became known.
    """

    schema_version: int = METADATA_SCHEMA_VERSION
    document_id: str
    scan_sha256: str
    scan_name: str
    first_page: int = Field(ge=1)
    last_page: int = Field(ge=1)
    dossier_number: str | None
    type_id: str
    type_name: str
    type_score: float
    type_reasons: tuple[str, ...]
    role: DocumentRole
    fields: dict[str, FieldRecord]
    outcome: Outcome
    review_reasons: tuple[ReviewReason, ...]
    review_notes: tuple[ReviewNoteRecord, ...] = ()
    text_confidence: float
    recipe: Recipe
    pdf: PdfRecord
    words: WordsRecord
    received_at: AwareDatetime
    archived_at: AwareDatetime
    actor: ActorRecord
    history: tuple[HistoryEvent, ...]
    superseded_by: str | None = None
    signature_standing: SignatureStanding | None = None
    signature_check: SignatureCheck | None = None
    nd30: dict[str, dict[str, str]]
    tt05: dict[str, str]

    @property
    def metadata_key(self) -> str:
        """The key of this very record."""
        return keys.metadata_key(self.dossier_number, self.document_id)

    def list_review_notes(self) -> tuple[ReviewNote, ...]:
        """Return the domain's view of what a person must look at."""
        return tuple(ReviewNote(note.reason, note.subject, note.page) for note in self.review_notes)


def to_catalog_entry(record: DocumentMetadata, pages: tuple[RecognizedPage, ...]) -> CatalogEntry:
    """Return what the catalog knows of a document, from its record and its words alone."""
    return CatalogEntry(
        document_id=record.document_id,
        scan_sha256=record.scan_sha256,
        dossier_number=record.dossier_number,
        role=record.role,
        type_id=record.type_id,
        type_name=record.type_name,
        type_score=record.type_score,
        first_page=record.first_page,
        last_page=record.last_page,
        fields={name: field.value for name, field in record.fields.items()},
        mean_confidence=record.text_confidence,
        state=record.outcome,
        review_reasons=record.review_reasons,
        signature_level=record.pdf.level,
        pdf_key=record.pdf.key,
        pdf_sha256=record.pdf.sha256,
        words_key=record.words.key,
        metadata_key=record.metadata_key,
        archived_at=record.archived_at,
        pages=tuple(PageText(number, page.text) for number, page in enumerate(pages, start=1)),
        recipe=record.recipe.name,
        signature_standing=record.signature_standing,
    )


def describe_document(
    scan: ScannedFile,
    described: DescribedDocument,
    signed: SignedPdf,
    words_sha256: str,
    *,
    role: DocumentRole,
    recipe: Recipe,
    actor: Actor,
    archived_at: datetime,
    history: tuple[HistoryEvent, ...],
    terms: LegalTerms,
) -> DocumentMetadata:
    """Return the record of a document that is about to be stored. Raises ``ValueError`` for a digest that is none."""
    document, number = described.document, described.dossier_number or None
    document_id = keys.make_document_id(document.scan_sha256, document.first_page, document.last_page)
    return DocumentMetadata(
        document_id=document_id,
        scan_sha256=document.scan_sha256,
        scan_name=scan.name,
        first_page=document.first_page,
        last_page=document.last_page,
        dossier_number=number,
        type_id=document.type_id,
        type_name=document.type_name,
        type_score=document.type_score,
        type_reasons=document.reasons,
        role=role,
        fields={name: FieldRecord.of(field) for name, field in described.fields.items()},
        outcome=Outcome.NEEDS_REVIEW if described.needs_review else Outcome.ARCHIVED,
        review_reasons=described.review_reasons,
        review_notes=tuple(
            ReviewNoteRecord(reason=note.reason, subject=note.subject, page=note.page) for note in described.review_notes
        ),
        text_confidence=mean_text_confidence(described),
        recipe=recipe,
        pdf=PdfRecord(
            key=keys.pdf_key(number, document_id, signed.sha256),
            sha256=signed.sha256,
            page_count=signed.page_count,
            level=signed.level,
            signer=signed.signer,
            signed_at=signed.signed_at,
            is_demonstration=signed.is_demonstration,
            role=signed.role,
            stamped_until=signed.stamped_until,
            certificate_check=CertificateCheckRecord.of(signed.certificate_check) if signed.certificate_check else None,
        ),
        words=WordsRecord(key=keys.words_key(number, document_id, words_sha256), sha256=words_sha256),
        received_at=scan.received_at,
        archived_at=archived_at,
        actor=ActorRecord.of(actor),
        history=history,
        nd30=fill_nd30(described.fields, document.type_name, signed.page_count, terms),
        tt05=fill_tt05(document_id, described.fields, document.type_name, signed.page_count, terms, described.provenance),
        signature_standing=described.signature_check.standing if described.signature_check else None,
        signature_check=described.signature_check,
    )


def mean_text_confidence(described: DescribedDocument) -> float:
    """Return the mean confidence of the document's words, weighted by their length; 0 without words."""
    words = [word for page in described.document.pages for line in page.lines for word in line.words]
    letters = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 4) if letters else 0.0


def parse_metadata(data: bytes, what: str) -> DocumentMetadata:
    """Read a record back. Raises ``IntegrityError`` when it is damaged or of a schema we do not know."""
    return DocumentMetadata.from_json(data, what, METADATA_SCHEMA_VERSION)


def object_metadata(record: DocumentMetadata) -> dict[str, str]:
    """Return the small part of a record that stands on the objects themselves, at most 2 KB once percent-encoded.

    It is for people who look into the bucket without Sohoa, and for finishing what an interruption left half done. The
    longest texts give way when there is not enough room.
    """
    tt05, pdf = record.tt05, record.pdf
    carried = {
        "document-id": record.document_id,
        "schema-version": str(record.schema_version),
        "scan-sha256": record.scan_sha256,
        "recipe": record.recipe.id,
        "dossier-number": fit_encoded(record.dossier_number or "", 120),
        "type-id": fit_encoded(record.type_id, 80),
        "page-count": str(pdf.page_count),
        "signature-level": pdf.level.value if pdf.level else "",
        "signed-at": pdf.signed_at.isoformat() if pdf.signed_at else "",
        "demonstration": "yes" if pdf.is_demonstration else "no",
        "signer": fit_encoded(pdf.signer, 300),
        "signing-role": pdf.role.value if pdf.role else "",
        "stamped-until": pdf.stamped_until.isoformat() if pdf.stamped_until else "",
        "confidence-level": fit_encoded(tt05.get("confidenceLevel", ""), 10),
        "maintenance": fit_encoded(tt05.get("maintenance", ""), 10),
        "mode": fit_encoded(tt05.get("mode", ""), 10),
        "code-number": fit_encoded(tt05.get("codeNumber", ""), 40),
        "issued-date": fit_encoded(tt05.get("issuedDate", ""), 30),
    }
    for name, text in (
        ("code-notation", tt05.get("codeNotation", "")),
        ("type-name", record.type_name),
        ("organ-name", tt05.get("organName", "")),
        ("subject", tt05.get("subject", "")),
    ):
        room_bytes = MAX_METADATA_BYTES - metadata_bytes(encode_metadata(carried)) - len(name)
        if fitted := fit_encoded(text, min(room_bytes, 400)):
            carried[name] = fitted
    return {name: value for name, value in carried.items() if value}


def fit_encoded(text: str, room_bytes: int) -> str:
    """Return the longest start of a text that takes at most so many bytes once percent-encoded."""
    text = truncate(text.encode("utf-8", "replace").decode(), max(0, room_bytes))
    while len(quote(text, safe="")) > room_bytes and text:
        text = truncate(text, len(text) - 1)
    return text
