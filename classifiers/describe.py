"""From a classified document to a described one: its fields, and why a person must look, if so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.fields import extract_fields
from classifiers.layout import is_bare
from dossiers.document_type import UNKNOWN_TYPE_ID, DocumentType
from dossiers.model import ClassifiedDocument, DescribedDocument, ExtractedField, QualityFault, ReviewReason


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
    *,
    is_signed_pdf: bool = False,
) -> DescribedDocument:
    """Read the fields of ``classified`` and list the reasons, in a fixed order, for which a person must look.

    ``dossier_number`` is the one known from outside; when it is None, one printed on the document itself is taken if it is
    read well enough. ``is_signed_pdf`` says that the scanned file already carries a digital signature.
    """
    fields = extract_fields(classified, types)
    printed = fields.get("dossier_number")
    if dossier_number is None and printed is not None and printed.confidence >= thresholds.field_confidence:
        dossier_number = printed.value
    reasons = _find_reasons(classified, fields, types.get(classified.type_id), thresholds)
    if dossier_number is None:
        reasons.append(ReviewReason.NO_DOSSIER_NUMBER)
    if is_signed_pdf:
        reasons.append(ReviewReason.ALREADY_SIGNED)
    return DescribedDocument(classified, dossier_number, fields, tuple(reasons))


def _find_reasons(
    classified: ClassifiedDocument,
    fields: Mapping[str, ExtractedField],
    kind: DocumentType | None,
    thresholds: ReviewThresholds,
) -> list[ReviewReason]:
    written = [page for page in classified.pages if not is_bare(page)]
    required = kind.required_fields if kind else ()
    faults = {fault for page in written for fault in page.quality.faults}
    checks = {
        ReviewReason.NO_TEXT: not written,
        ReviewReason.UNKNOWN_TYPE: classified.type_id == UNKNOWN_TYPE_ID,
        ReviewReason.LOW_TYPE_SCORE: kind is not None and classified.type_score < thresholds.type_score,
        ReviewReason.MISSING_FIELD: any(name not in fields for name in required),
        ReviewReason.LOW_FIELD_CONFIDENCE: any(f.confidence < thresholds.field_confidence for f in fields.values()),
        ReviewReason.LOW_TEXT_CONFIDENCE: any(page.confidence < thresholds.text_confidence for page in written),
        ReviewReason.POOR_SCAN: bool(faults & thresholds.poor_scan_faults),
    }
    return [reason for reason, holds in checks.items() if holds]
