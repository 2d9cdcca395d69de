"""From a classified document to a described one: its fields, and why a person must look, if so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.fields import extract_fields
from classifiers.layout import is_bare
from dossiers.document_type import UNKNOWN_TYPE_ID, DocumentType
from dossiers.model import ClassifiedDocument, DescribedDocument, ExtractedField, ReviewNote, ReviewReason
from dossiers.page import QualityFault


@dataclass(frozen=True, slots=True)
class ReviewThresholds:
    """Below what a person must look. Scores and confidences are 0 to 1.

    ``poor_scan_faults`` are the faults that make a written page a poor scan. A page without colour is not among them: it
    reads well, and papers scanned in the past cannot always be scanned again.
    """

    type_score: float = 0.75
    field_confidence: float = 0.7
    text_confidence: float = 0.7
    poor_scan_faults: frozenset[QualityFault] = frozenset(
        {QualityFault.LOW_DPI, QualityFault.BLURRED, QualityFault.LOW_CONTRAST, QualityFault.CUT_EDGE}
    )


def describe_document(
    classified: ClassifiedDocument,
    dossier_number: str | None,
    types: Mapping[str, DocumentType],
    thresholds: ReviewThresholds,
) -> DescribedDocument:
    """Read the fields of ``classified`` and list the reasons, in a fixed order, for which a person must look, and at what.

    ``dossier_number`` is the one known from outside; when it is None, one printed on the document itself is taken if it is
    read well enough.
    """
    fields = extract_fields(classified, types)
    printed = fields.get("dossier_number")
    if dossier_number is None and printed is not None and printed.confidence >= thresholds.field_confidence:
        dossier_number = printed.value
    notes = _find_notes(classified, fields, types.get(classified.type_id), thresholds)
    reasons = _find_reasons(classified, types.get(classified.type_id), thresholds)
    reasons.extend(dict.fromkeys(note.reason for note in notes))
    if dossier_number is None:
        reasons.append(ReviewReason.NO_DOSSIER_NUMBER)
    return DescribedDocument(classified, dossier_number, fields, tuple(reasons), tuple(notes))


def _find_reasons(
    classified: ClassifiedDocument, kind: DocumentType | None, thresholds: ReviewThresholds
) -> list[ReviewReason]:
    """Return the reasons that concern the document as a whole."""
    checks = {
        ReviewReason.NO_TEXT: all(is_bare(page) for page in classified.pages),
        ReviewReason.UNKNOWN_TYPE: classified.type_id == UNKNOWN_TYPE_ID,
        ReviewReason.LOW_TYPE_SCORE: kind is not None and classified.type_score < thresholds.type_score,
    }
    return [reason for reason, holds in checks.items() if holds]


def _find_notes(
    classified: ClassifiedDocument,
    fields: Mapping[str, ExtractedField],
    kind: DocumentType | None,
    thresholds: ReviewThresholds,
) -> list[ReviewNote]:
    """Return what concerns single fields and pages, in a fixed order."""
    written = [page for page in classified.pages if not is_bare(page)]
    missing = [name for name in _list_required(fields, kind) if name not in fields]
    uncertain = [field for field in fields.values() if field.confidence < thresholds.field_confidence]
    unreliable = [page for page in written if page.confidence < thresholds.text_confidence]
    faults = [(fault, page) for page in written for fault in page.quality.faults if fault in thresholds.poor_scan_faults]
    return [
        *(ReviewNote(ReviewReason.MISSING_FIELD, name) for name in missing),
        *(ReviewNote(ReviewReason.LOW_FIELD_CONFIDENCE, field.name, field.page) for field in uncertain),
        *(ReviewNote(ReviewReason.LOW_TEXT_CONFIDENCE, page=page.number) for page in unreliable),
        *(ReviewNote(ReviewReason.POOR_SCAN, fault.value, page.number) for fault, page in faults),
    ]


def _list_required(fields: Mapping[str, ExtractedField], kind: DocumentType | None) -> tuple[str, ...]:
    """Return the fields that the type must have; a paper that bears a symbol has a number too, be it written by hand."""
    required = kind.required_fields if kind else ()
    return ("document_number", *required) if "document_symbol" in fields and "document_number" not in required else required
