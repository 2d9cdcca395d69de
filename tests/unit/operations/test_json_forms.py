"""The JSON that programs read: every key of it is pinned here, and the docs name each of them."""

from __future__ import annotations

from pathlib import Path

from catalog import Submission
from dossiers.errors import EmptyFileError
from dossiers.model import ExtractedField, Outcome, RecognizedDocument, SubmissionState
from dossiers.page import BoxPx
from operations.reading import reading_to_json
from operations.reporting import StatusReport, submission_to_json
from operations.results import DocumentFacts, ErrorFacts, FileResult
from tests.support.documents import CLERK, DOSSIER, RECEIVED_AT, SCAN_SHA256, make_page

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_form_of_ingest() -> None:
    field = ExtractedField("issue_date", "2026-10-05", 0.91234, 2, BoxPx(1, 2, 3, 4))
    document = DocumentFacts("p1", DOSSIER, "quyet_dinh", "Quyết định", 0.98765, (1, 2), {field.name: field}, "k/p1.pdf", "cd")
    told = FileResult("quet/a.pdf", SCAN_SHA256, Outcome.ARCHIVED, None, (document,)).to_json()
    assert told == {
        "path": "quet/a.pdf",
        "sha256": SCAN_SHA256,
        "outcome": "archived",
        "error": None,
        "documents": [
            {
                "dossier_number": DOSSIER,
                "type": "quyet_dinh",
                "type_name": "Quyết định",
                "type_score": 0.9877,
                "pages": [1, 2],
                "fields": {"issue_date": {"value": "2026-10-05", "confidence": 0.9123, "page": 2, "bbox_px": [1, 2, 3, 4]}},
                "object_key": "k/p1.pdf",
                "pdf_sha256": "cd",
            }
        ],
    }
    are_told(told, told["documents"][0], told["documents"][0]["fields"]["issue_date"])


def test_the_form_of_a_refusal() -> None:
    error = EmptyFileError(name="a.pdf")
    told = FileResult("a.pdf", None, Outcome.REJECTED, ErrorFacts.of(error)).to_json()
    assert told == {
        "path": "a.pdf",
        "sha256": None,
        "outcome": "rejected",
        "error": {"code": "input.empty", "message_vi": error.message_vi, "message_en": error.message_en},
        "documents": [],
    }
    are_told(told["error"])


def test_the_form_of_read() -> None:
    document = RecognizedDocument(SCAN_SHA256, (make_page(1, "QUYẾT ĐỊNH\nSố: 47/QĐ-UBND"),), "tesseract 5.3.0 vie")
    told = reading_to_json(Path("a.pdf"), document)
    (page,) = told["pages"]
    assert list(told) == ["path", "sha256", "engine", "is_signed_pdf", "pages"]
    assert set(page) == {
        "page", "width_px", "height_px", "dpi", "rotation_deg", "skew_deg", "confidence", "quality", "text", "lines",
        "regions", "barcodes", "tables", "seconds",
    }  # fmt: skip
    assert set(page["quality"]) == {"dpi", "sharpness", "contrast", "blank", "colour", "faults"}
    assert page["text"] == "QUYẾT ĐỊNH\nSố: 47/QĐ-UBND"
    line = page["lines"][1]
    assert set(line) == {"text", "bbox_px", "confidence", "words"}
    assert line["words"][0] == {"text": "Số:", "bbox_px": [0, 40, 90, 70], "confidence": 0.9}
    assert page["seconds"] == {"ocr": 1.234}
    are_told(told, page, page["quality"], line)


def test_the_form_of_status() -> None:
    submission = Submission(
        SCAN_SHA256, "a.pdf", "quet/a.pdf", 6, DOSSIER, RECEIVED_AT, CLERK, SubmissionState.FAILED,
        error_code="storage.full", error_vi="đầy", error_en="full", attempts=2, flow_run_id=None, updated_at=RECEIVED_AT,
    )  # fmt: skip
    told = StatusReport({SubmissionState.FAILED: 1}, (), (submission,)).to_json()
    assert told == {
        "counts": {"failed": 1},
        "total": 1,
        "failures": [],
        "open": [submission_to_json(submission)],
        "store_locks": None,
        "custody": None,
    }
    assert told["open"][0] == {
        "sha256": SCAN_SHA256,
        "name": "a.pdf",
        "path": "quet/a.pdf",
        "dossier_number": DOSSIER,
        "state": "failed",
        "attempts": 2,
        "received_at": "2026-10-08T01:30:00+00:00",
        "updated_at": "2026-10-08T01:30:00+00:00",
        "error": {"code": "storage.full", "message_vi": "đầy", "message_en": "full"},
    }


def are_told(*tables: dict[str, object]) -> None:
    """Assert that the docs name every key."""
    for table in tables:
        for key in table:
            assert f"`{key}`" in DOCS, key
