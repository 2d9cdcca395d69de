"""Tell where a file ended, from what the catalog and the archive know."""

from __future__ import annotations

from catalog import Submission
from dossiers.errors import IntegrityError, SohoaError, TakenOverError
from dossiers.model import CatalogEntry, ExtractedField, Outcome, SubmissionState
from dossiers.page import BoxPx
from operations.results import DocumentFacts, ErrorFacts, FileResult
from runtime.wiring import House
from storage.metadata import DocumentMetadata

_OUTCOMES = {
    SubmissionState.ARCHIVED: Outcome.ARCHIVED,
    SubmissionState.NEEDS_REVIEW: Outcome.NEEDS_REVIEW,
    SubmissionState.DUPLICATE: Outcome.DUPLICATE,
    SubmissionState.REARRANGED: Outcome.DUPLICATE,  # its pages stand in other submissions
}


def file_result(house: House, path: str, sha256: str, *, is_copy: bool = False) -> FileResult:
    """Return where a file ended. ``is_copy``: it is a further file with bytes that were handed in before.

    A file that failed for a reason not its own counts as rejected for now; its error says that it can be replayed. So does one
    that is not at its end: another process took it up after ours, which told nobody but the log what it came to.
    """
    submission = house.catalog.submissions.get(sha256)
    outcome = _OUTCOMES.get(submission.state, Outcome.REJECTED)
    documents = () if outcome == Outcome.REJECTED else documents_of_scan(house, sha256)
    if is_copy and outcome != Outcome.REJECTED:
        return FileResult(path, sha256, Outcome.DUPLICATE, None, documents)
    return FileResult(path, sha256, outcome, _error_of(submission), documents)


def refused_result(path: str, error: SohoaError, sha256: str | None = None) -> FileResult:
    """Return the end of a file that could not be taken in at all."""
    return FileResult(path, sha256, Outcome.REJECTED, ErrorFacts.of(error))


def documents_of_scan(house: House, sha256: str) -> tuple[DocumentFacts, ...]:
    """Return the documents of one scan in page order."""
    entries = sorted(house.catalog.documents.list_of_scan(sha256), key=lambda entry: entry.first_page)
    return tuple(_document_facts(entry, load_metadata(house, entry)) for entry in entries)


def load_metadata(house: House, entry: CatalogEntry) -> DocumentMetadata:
    """Return the stored metadata of a document that the catalog knows. Raises IntegrityError when the archive lacks it."""
    metadata = house.archive.find_document(entry.dossier_number, entry.document_id)
    if metadata is None:
        raise IntegrityError(what=entry.metadata_key, detail="the catalog knows it, the archive does not")
    return metadata


def extracted_fields(metadata: DocumentMetadata) -> dict[str, ExtractedField]:
    """Return the fields of a stored document."""
    return {
        name: ExtractedField(name, field.value, field.confidence, field.page, BoxPx(*field.bbox_px))
        for name, field in metadata.fields.items()
    }


def _document_facts(entry: CatalogEntry, metadata: DocumentMetadata) -> DocumentFacts:
    return DocumentFacts(
        document_id=entry.document_id,
        dossier_number=entry.dossier_number,
        type_id=entry.type_id,
        type_name=entry.type_name,
        type_score=entry.type_score,
        pages=tuple(range(entry.first_page, entry.last_page + 1)),
        fields=extracted_fields(metadata),
        object_key=entry.pdf_key,
        pdf_sha256=entry.pdf_sha256,
    )


def _error_of(submission: Submission) -> ErrorFacts | None:
    if submission.state is SubmissionState.RECEIVED:
        return ErrorFacts.of(TakenOverError(name=submission.name))
    if submission.error_code is None:
        return None
    return ErrorFacts(submission.error_code, submission.error_vi or "", submission.error_en or "")
