"""The form in which a file's end is told: the promise of ``sohoa ingest --json``.

One object a file: ``path``, ``sha256``, ``outcome`` (archived, needs_review, duplicate, rejected), ``error`` (``code``,
``message_vi``, ``message_en``) or null, and ``documents``. Tests pin this form; a change to it is told in the CHANGELOG.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossiers.errors import SohoaError
from dossiers.model import ExtractedField, Outcome

OUTCOMES_VI = {
    Outcome.ARCHIVED: "đã lưu trữ",
    Outcome.NEEDS_REVIEW: "cần kiểm tra",
    Outcome.DUPLICATE: "trùng lặp",
    Outcome.REJECTED: "bị từ chối",
}
"""What a clerk reads for an outcome."""


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """What went wrong or why a person must look, in both languages."""

    code: str
    message_vi: str
    message_en: str

    @classmethod
    def of(cls, error: SohoaError) -> ErrorFacts:
        return cls(error.code, error.message_vi, error.message_en)

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "message_vi": self.message_vi, "message_en": self.message_en}


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document found in a file. ``pages`` are page numbers of the file, from 1."""

    document_id: str
    dossier_number: str | None
    type_id: str
    type_name: str
    type_score: float
    pages: tuple[int, ...]
    fields: dict[str, ExtractedField]
    object_key: str
    pdf_sha256: str

    def to_json(self) -> dict[str, Any]:
        return {
            "dossier_number": self.dossier_number,
            "type": self.type_id,
            "type_name": self.type_name,
            "type_score": round(self.type_score, 4),
            "pages": list(self.pages),
            "fields": {name: _field_to_json(field) for name, field in self.fields.items()},
            "object_key": self.object_key,
            "pdf_sha256": self.pdf_sha256,
        }


@dataclass(frozen=True, slots=True)
class FileResult:
    """Where one file of a run ended. ``sha256`` is None when its bytes could not be read."""

    path: str
    sha256: str | None
    outcome: Outcome
    error: ErrorFacts | None = None
    documents: tuple[DocumentFacts, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "outcome": self.outcome.value,
            "error": self.error.to_json() if self.error else None,
            "documents": [document.to_json() for document in self.documents],
        }


def _field_to_json(field: ExtractedField) -> dict[str, Any]:
    return {
        "value": field.value,
        "confidence": round(field.confidence, 4),
        "page": field.page,
        "bbox_px": list(field.bbox_px),
    }
