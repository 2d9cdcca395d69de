"""Files that come in signed by others: the verdict on their signatures, and what it asks of a person.

A one-stop office gets results that are born digital and signed; such a file is the best there is. With a trusted verdict it
goes through as any other document does; anything less waits for a person, with the reason. The file itself is never rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dossiers.errors import InputError
from dossiers.model import Actor, CatalogEntry, DescribedDocument, Outcome, Provenance, ReviewNote, ReviewReason
from dossiers.signatures import SignatureCheck, SignatureStanding
from dossiers.trail import Detail, TrailAction
from ocr.provenance import find_provenance
from operations.trail import record_event
from pdf.incoming import check_incoming, fingerprints
from runtime.wiring import House
from storage.metadata import DocumentMetadata

_REASONS = {
    SignatureStanding.UNTRUSTED: ReviewReason.SIGNATURE_UNTRUSTED,
    SignatureStanding.BROKEN: ReviewReason.SIGNATURE_BROKEN,
    SignatureStanding.UNCHECKED: ReviewReason.SIGNATURE_UNCHECKED,
}
SIGNATURE_REASONS = frozenset({ReviewReason.ALREADY_SIGNED, *_REASONS.values()})


def describe_signatures(house: House, described: DescribedDocument, original: Path, name: str) -> DescribedDocument:
    """Judge the signatures of the file that a document is, and return it with the verdict and where its pages come from."""
    check = check_incoming(original, house.trust_roots, datetime.now(UTC))
    return add_verdict(replace(described, provenance=_find_provenance(house, original, name)), check)


def add_verdict(described: DescribedDocument, check: SignatureCheck) -> DescribedDocument:
    """Return a document with the verdict on its signatures, and a reason to look where that is not a trusted one."""
    reason = _REASONS.get(check.standing)
    if reason is None:
        return replace(described, signature_check=check)
    notes = tuple(ReviewNote(reason, problem.value) for problem in check.problems)
    return replace(
        described,
        signature_check=check,
        review_reasons=(*described.review_reasons, reason),
        review_notes=(*described.review_notes, *notes),
    )


def is_judged_by_others(house: House, metadata: DocumentMetadata) -> bool:
    """Say whether a document that waits came in signed and was judged by other trust roots than today's, or not at all."""
    if metadata.pdf.level is not None or metadata.outcome is not Outcome.NEEDS_REVIEW:
        return False
    check = metadata.signature_check
    return check is None or check.trust_roots != fingerprints(house.trust_roots)


def list_signed(house: House, standing: SignatureStanding | None, actor: Actor, *, limit: int) -> Sequence[CatalogEntry]:
    """Return the documents that came in signed by others, those with one verdict when it is named; the trail tells of it."""
    found = house.catalog.documents.list_signed(standing, limit)
    details: dict[str, Detail] = {
        "signatures": standing.value if standing else "all",
        "documents": [one.document_id for one in found],
    }
    record_event(house, actor, TrailAction.SEARCH, "", details)
    return found


def _find_provenance(house: House, original: Path, name: str) -> Provenance | None:
    try:
        return find_provenance(original, name, house.limits)
    except InputError:  # a content that leaves it open; the file itself was read
        return None
