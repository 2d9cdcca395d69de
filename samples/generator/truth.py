"""The ground truth of a drawn file and its form as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from samples.generator.sheet import PlacedLine, Sheet


@dataclass(frozen=True, slots=True)
class Paper:
    """A drawn paper: its upright sheets, its document type's id, its fields (dates ISO 8601)."""

    type_id: str
    sheets: tuple[Sheet, ...]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What a page says and how it lies; see dossiers.page.RecognizedPage for the sense of both angles."""

    number: int
    rotation_deg: int
    skew_deg: float
    blank: bool
    dpi: int
    mode: str
    width_px: int
    height_px: int
    lines: tuple[PlacedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentTruth:
    """Consecutive pages that make one document; blank versos belong to the document before them."""

    first_page: int
    last_page: int
    type_id: str
    dossier_number: str | None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileTruth:
    """The whole truth of one file. ``path`` is relative to the folder ``dossiers/``."""

    path: str
    sha256: str
    dossier_number: str | None
    role: str
    profile: str
    expected_outcome: str
    pages: tuple[PageTruth, ...]
    documents: tuple[DocumentTruth, ...]


def render_truth(truth: FileTruth) -> str:
    """Return the truth as JSON text, one printed line a line."""
    return (
        json.dumps(
            {
                "path": truth.path,
                "sha256": truth.sha256,
                "dossier_number": truth.dossier_number,
                "role": truth.role,
                "profile": truth.profile,
                "expected_outcome": truth.expected_outcome,
                "documents": [_render_document(document) for document in truth.documents],
                "pages": [_render_page(page) for page in truth.pages],
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


def _render_document(document: DocumentTruth) -> dict[str, object]:
    return {
        "first_page": document.first_page,
        "last_page": document.last_page,
        "type": document.type_id,
        "dossier_number": document.dossier_number,
        "fields": document.fields,
    }


def _render_page(page: PageTruth) -> dict[str, object]:
    return {
        "number": page.number,
        "rotation_deg": page.rotation_deg,
        "skew_deg": page.skew_deg,
        "blank": page.blank,
        "dpi": page.dpi,
        "mode": page.mode,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "lines": [line.text for line in page.lines],
        "boxes_px": [list(line.bbox_px) for line in page.lines],
    }
