"""The four steps from a received scan to the archive. Each is idempotent and hands on only a digest.

received -read_scan-> recognized.json -understand_scan-> described.json -make_pdfs-> signed.json -archive_documents-> state
"""

from __future__ import annotations

import shutil

from classifiers import understand
from dossiers.model import Actor, DescribedDocument, RecognizedDocument, ScannedFile, SignedPdf, SubmissionState
from ocr.load import extract_pages
from operations.archiving import (
    archive_document,
    recipe_of,
    record_archived,
    record_signed,
    retire_others,
    role_in_dossier,
)
from operations.incoming import describe_signatures, is_judged_by_others
from operations.page_keeping import has_kept_pages, read_kept_pages
from operations.receiving import original_copy
from operations.settling import settle_success
from operations.signing import keep_signed_pdf, make_signed_pdf
from operations.workfiles import find_result, load_result, save_result
from runtime.wiring import House
from storage.metadata import to_catalog_entry

_KEPT_PAGES = "read"
_RECOGNIZED = "recognized.json"
_DESCRIBED = "described.json"
_SIGNED = "signed.json"


def read_scan(house: House, sha256: str) -> str:
    """Load, judge, straighten and read every page; finished pages are used again when reader and pipeline are unchanged.

    Returns the digest of the result. Raises InputError when the file is at fault, RecognitionError when the reader is.
    """
    submission = house.catalog.submissions.get(sha256)
    folder = house.work_folder(sha256)
    found = find_result(folder / _RECOGNIZED, RecognizedDocument, house.recipe)
    if found is not None and all(page.source.path.is_file() for page in found[0].pages):
        return found[1]
    pages_dir = folder / "pages"
    shutil.rmtree(pages_dir, ignore_errors=True)
    pages_dir.mkdir(mode=0o700)
    extracted = extract_pages(original_copy(house, sha256), submission.name, pages_dir, house.limits)
    recognized = read_kept_pages(sha256, extracted, house.pages, submission.name, folder / _KEPT_PAGES, house.recipe)
    return save_result(folder / _RECOGNIZED, RecognizedDocument, recognized, house.recipe)


def understand_scan(house: House, sha256: str, recognized_digest: str) -> str:
    """Split the scan into documents, classify them and extract their fields; judge the signatures of a file that has some.

    Returns the digest of the result.
    """
    folder = house.work_folder(sha256)
    recognized = load_result(folder / _RECOGNIZED, RecognizedDocument, house.recipe, recognized_digest)
    submission = house.catalog.submissions.get(sha256)
    described = understand(recognized, submission.dossier_number, house.types, house.thresholds)
    if recognized.is_signed_pdf:
        original = original_copy(house, sha256)
        described = tuple(describe_signatures(house, document, original, submission.name) for document in described)
    return save_result(folder / _DESCRIBED, tuple[DescribedDocument, ...], described, house.recipe)


def make_pdfs(house: House, sha256: str, described_digest: str, actor: Actor) -> str:
    """Build, mark and sign a PDF/A of each document; an incoming signed PDF stays as it is. Returns the digest of the result.

    Raises SigningError and its kin: retryable when whoever is asked for stamps or revocation does not answer.
    """
    folder = house.work_folder(sha256)
    found = find_result(folder / _SIGNED, tuple[SignedPdf, ...], _recipe_after(house, described_digest))
    if found is not None and all(pdf.path.is_file() for pdf in found[0]):
        return found[1]
    described = load_result(folder / _DESCRIBED, tuple[DescribedDocument, ...], house.recipe, described_digest)
    submission = house.catalog.submissions.get(sha256)
    recognized = find_result(folder / _RECOGNIZED, RecognizedDocument, house.recipe)
    if recognized is not None and recognized[0].is_signed_pdf:
        signed: tuple[SignedPdf, ...] = (keep_signed_pdf(original_copy(house, sha256), len(recognized[0].pages)),)
    else:
        signed = tuple(
            make_signed_pdf(house, folder, document, submission.received_at, role_in_dossier(house, submission.path, document))
            for document in described
        )
        record_signed(house, described, signed, actor)
    return save_result(folder / _SIGNED, tuple[SignedPdf, ...], signed, _recipe_after(house, described_digest))


def archive_documents(house: House, sha256: str, described_digest: str, signed_digest: str, actor: Actor) -> SubmissionState:
    """Store every document, index and count it, and settle the submission. Stores nothing twice.

    Raises StorageUnavailableError and its kin, IntegrityError.
    """
    folder = house.work_folder(sha256)
    described = load_result(folder / _DESCRIBED, tuple[DescribedDocument, ...], house.recipe, described_digest)
    signed = load_result(folder / _SIGNED, tuple[SignedPdf, ...], _recipe_after(house, described_digest), signed_digest)
    submission = house.catalog.submissions.get(sha256)
    scan = ScannedFile(
        path=original_copy(house, sha256),
        sha256=sha256,
        size_bytes=submission.size_bytes,
        name=submission.name,
        dossier_number=submission.dossier_number,
        received_at=submission.received_at,
    )
    if not house.archive.holds_original(sha256):  # the store was down when the file came in
        house.archive.keep_original(scan.path, sha256, scan.name, scan.received_at, actor)
    pairs = zip(described, signed, strict=True)
    records = [archive_document(house, scan, submission.path, document, pdf, actor) for document, pdf in pairs]
    entries = [to_catalog_entry(record, item.document.pages) for record, item in zip(records, described, strict=True)]
    record_archived(house, records, actor)
    retire_others(house, sha256, entries, actor)
    house.catalog.documents.upsert(*entries)
    state = settle_success(house, sha256, records, actor)
    shutil.rmtree(folder, ignore_errors=True)
    return state


def has_finished_pages(house: House, sha256: str) -> bool:
    """Say whether pages of a scan were read already and are still in its work folder, to be used again if they may be."""
    folder = house.work_dir / sha256
    if has_kept_pages(folder / _KEPT_PAGES):
        return True
    return find_result(folder / _RECOGNIZED, RecognizedDocument, house.recipe) is not None


def is_up_to_date(house: House, sha256: str) -> bool:
    """Say whether a scan came to its end already with the present reader and pipeline, and its documents are intact.

    Then there is nothing to do: another process was first, or a replay asks for what is there. A signed file that waits is
    judged anew once other roots are trusted.
    """
    state = house.catalog.submissions.get(sha256).state
    if state is SubmissionState.REARRANGED:  # its pages are other submissions
        return True
    entries = house.catalog.documents.list_of_scan(sha256)
    if state not in (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW) or not entries:
        return False
    stored = [house.archive.find_document(entry.dossier_number, entry.document_id) for entry in entries]
    return all(
        metadata is not None
        and metadata.recipe == recipe_of(house)
        and not is_judged_by_others(house, metadata)
        and house.archive.is_document_intact(metadata)
        for metadata in stored
    )


def _recipe_after(house: House, digest: str) -> str:
    """A result that was made from another one is good only together with it."""
    return f"{house.recipe}; from {digest}"
