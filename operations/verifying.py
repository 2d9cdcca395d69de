"""Prove that a record is genuine: the bytes are those that were archived, the signature holds, the file is PDF/A-2b."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossiers.errors import InputError, IntegrityError, NotFoundError, SohoaError
from dossiers.model import Actor, CatalogEntry
from dossiers.trail import Detail, TrailAction
from operations.outcomes import load_metadata
from operations.paths import source_errors_mapped
from operations.results import ErrorFacts
from operations.trail import record_event
from pdf.conformance import PdfaReport, check_pdfa
from pdf.verification import VerificationReport, verify_pdf
from runtime.wiring import House
from storage.files import hash_file


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. ``digest_matches`` is None for a file that the archive does not know.

    ``is_ours``: Sohoa made and signed it, so it must be trusted and PDF/A-2b; an incoming signed file must only be unbroken.
    """

    name: str
    is_ours: bool
    digest_matches: bool | None
    signatures: VerificationReport | None
    pdfa: PdfaReport | None
    error: ErrorFacts | None = None

    @property
    def is_genuine(self) -> bool:
        """True when nothing speaks against the record."""
        if self.error is not None or self.digest_matches is False or self.signatures is None or self.pdfa is None:
            return False
        if not self.is_ours:
            return self.signatures.is_sound if self.digest_matches else self.signatures.is_trusted
        return self.signatures.is_trusted and self.pdfa.is_pdfa_2b

    def row(self) -> tuple[str, ...]:
        """Return the finding as a row of Vietnamese words; the last is the conclusion."""
        digest = {True: "nguyên vẹn", False: "ĐÃ BỊ SỬA", None: "(không rõ)"}[self.digest_matches]
        verdict = self.signatures.signatures[-1] if self.signatures and self.signatures.is_signed else None
        signature = "không có"
        if verdict is not None and self.signatures is not None:
            signature = "hợp lệ" if self.signatures.is_trusted else "chưa tin cậy" if self.signatures.is_sound else "HỎNG"
        level = (verdict.level.value if verdict.level else "khác") if verdict else ""
        demonstration = ", trình diễn" if self.signatures and self.signatures.is_demonstration else ""
        pdfa = "" if self.pdfa is None else "2b" if self.pdfa.is_pdfa_2b else f"không ({self.pdfa.verdict.value})"
        conclusion = "THẬT" if self.is_genuine else f"KHÔNG ĐẠT{': ' + self.error.message_vi if self.error else ''}"
        return (self.name, digest, signature, verdict.signer if verdict else "", level, pdfa, f"{conclusion}{demonstration}")

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "genuine": self.is_genuine,
            "digest_matches": self.digest_matches,
            "signatures": [
                {
                    "signer": verdict.signer,
                    "signed_at": verdict.signed_at.isoformat() if verdict.signed_at else None,
                    "intact": verdict.is_intact,
                    "valid": verdict.is_valid,
                    "trusted": verdict.is_trusted,
                    "covers_file": verdict.covers_file,
                    "level": verdict.level.value if verdict.level else None,
                    "demonstration": verdict.is_demonstration,
                    "revocation": verdict.revocation.value,
                    "problem": verdict.problem,
                }
                for verdict in (self.signatures.signatures if self.signatures else ())
            ],
            "pdfa": {
                "claim": self.pdfa.claim,
                "verdict": self.pdfa.verdict.value,
                "scope": self.pdfa.scope.value,
                "findings": list(self.pdfa.findings),
            }
            if self.pdfa
            else None,
            "error": self.error.to_json() if self.error else None,
        }


def verify_documents(house: House, entries: Sequence[CatalogEntry], actor: Actor) -> Iterator[Verification]:
    """Check documents one after the other, once the trail tells that somebody does: which one, or how many.

    Raises what ``verify_entry`` raises.
    """
    subject = entries[0].document_id if len(entries) == 1 else ""
    details: dict[str, Detail] = {"documents": len(entries)}
    record_event(house, actor, TrailAction.VERIFY, subject, details)
    for entry in entries:
        yield verify_entry(house, entry, actor)


def verify_entry(house: House, entry: CatalogEntry, actor: Actor) -> Verification:
    """Fetch a document's PDF from the archive and check it. What is wrong with it is told, not raised.

    Raises StorageUnavailableError and its kin when the archive cannot be asked.
    """
    del actor
    is_ours = entry.signature_level is not None
    try:
        metadata = load_metadata(house, entry)
        with house.temporary_folder() as folder:
            path = folder / "document.pdf"
            house.archive.read_pdf(metadata, path)
            matches = hash_file(path) == entry.pdf_sha256
            try:
                return _judge(house, entry.document_id, path, is_ours=is_ours, digest_matches=matches)
            except InputError as error:  # such as a file of others that is encrypted or broken, kept as it came
                return Verification(entry.document_id, is_ours, matches, None, None, ErrorFacts.of(error))
    except (IntegrityError, NotFoundError) as error:
        return Verification(entry.document_id, is_ours, False, None, None, ErrorFacts.of(error))


def verify_file(house: House, path: Path) -> Verification:
    """Check a PDF that somebody holds, and whether the archive has the very same bytes."""
    with source_errors_mapped(path):
        sha256 = hash_file(path)
    known = house.catalog.documents.find_by_pdf(sha256)
    is_ours = known is not None and known.signature_level is not None
    try:
        return _judge(house, str(path), path, is_ours=is_ours, digest_matches=True if known else None)
    except SohoaError as error:
        return Verification(str(path), is_ours, None, None, None, ErrorFacts.of(error))


def _judge(house: House, name: str, path: Path, *, is_ours: bool, digest_matches: bool | None) -> Verification:
    signatures = verify_pdf(path, house.trust_roots)
    return Verification(name, is_ours, digest_matches, signatures, check_pdfa(path))
