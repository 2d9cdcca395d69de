"""The sentences a clerk reads when a person must decide; a review reason is no fault of the file.

They say which field is missing or uncertain and which page is poor, never what was read there: it may be personal data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.errors import ReviewNeededError
from dossiers.field_names import label_field
from dossiers.model import ReviewNote, ReviewReason
from dossiers.page import QualityFault
from dossiers.signatures import PROBLEMS, SignatureProblem

_SENTENCES: dict[ReviewReason, tuple[str, str]] = {
    ReviewReason.ALREADY_SIGNED: (
        "tệp đã có chữ ký số, được giữ nguyên vẹn; cần kiểm tra chữ ký",
        "the file is already signed and kept untouched; its signature must be checked",
    ),
    ReviewReason.SIGNATURE_UNTRUSTED: (
        "chữ ký số của tệp chưa đủ tin cậy",
        "the file's digital signature is not proven to be trustworthy",
    ),
    ReviewReason.SIGNATURE_BROKEN: ("chữ ký số của tệp KHÔNG hợp lệ", "the file's digital signature is BROKEN"),
    ReviewReason.SIGNATURE_UNCHECKED: (
        "chưa kiểm tra được chữ ký số của tệp",
        "the file's digital signature could not be checked",
    ),
    ReviewReason.NO_TEXT: ("không đọc được chữ nào", "no text could be read"),
    ReviewReason.UNKNOWN_TYPE: ("không nhận ra loại giấy tờ", "the document type is not recognised"),
    ReviewReason.LOW_TYPE_SCORE: ("chưa chắc chắn về loại giấy tờ", "the document type is uncertain"),
    ReviewReason.MISSING_FIELD: ("chưa đọc được thông tin bắt buộc", "a required field was not found"),
    ReviewReason.LOW_FIELD_CONFIDENCE: ("chưa chắc chắn về thông tin", "a field is uncertain"),
    ReviewReason.LOW_TEXT_CONFIDENCE: ("chữ đọc được chưa tin cậy", "the text read is unreliable"),
    ReviewReason.POOR_SCAN: ("chất lượng ảnh quét kém", "the scan is of poor quality"),
    ReviewReason.NO_DOSSIER_NUMBER: (
        "chưa biết mã hồ sơ (nộp lại kèm mã hồ sơ để bổ sung)",
        "the dossier number is not known (hand the file in again with it)",
    ),
}
_FAULTS: dict[QualityFault, tuple[str, str]] = {
    QualityFault.LOW_DPI: ("độ phân giải thấp", "low resolution"),
    QualityFault.BLURRED: ("mờ", "blurred"),
    QualityFault.LOW_CONTRAST: ("nhạt", "low contrast"),
    QualityFault.CUT_EDGE: ("mất mép", "cut at the edge"),
    QualityFault.NOT_COLOUR: ("không có màu", "without colour"),
}


@dataclass(frozen=True, slots=True)
class ReviewSubject:
    """One document of a scan that a person must look at: what it is, its pages in the scan, and why."""

    type_name: str
    first_page: int
    last_page: int
    reasons: tuple[ReviewReason, ...]
    notes: tuple[ReviewNote, ...] = ()


def review_needed(subjects: Sequence[ReviewSubject], *, is_only_document: bool) -> ReviewNeededError:
    """Return why a person must look at a scan, as one sentence in each language.

    ``is_only_document``: the scan holds nothing but the one subject, so that it need not be named.
    """
    told = [tell_reasons(subject.reasons, subject.notes) for subject in subjects]
    if not is_only_document:
        told = [
            (
                f"{subject.type_name}, trang {_span(subject)}: {vietnamese}",
                f"{subject.type_name}, p. {_span(subject)}: {english}",
            )
            for subject, (vietnamese, english) in zip(subjects, told, strict=True)
        ]
    return ReviewNeededError(
        reasons_vi=" | ".join(vietnamese for vietnamese, _ in told), reasons_en=" | ".join(english for _, english in told)
    )


def tell_reasons(reasons: Sequence[ReviewReason], notes: Sequence[ReviewNote] = ()) -> tuple[str, str]:
    """Return the reasons, each named once with what it is about, in Vietnamese and in English."""
    told = [_tell(reason, [note for note in notes if note.reason is reason]) for reason in dict.fromkeys(reasons)]
    return "; ".join(vietnamese for vietnamese, _ in told), "; ".join(english for _, english in told)


def _tell(reason: ReviewReason, notes: Sequence[ReviewNote]) -> tuple[str, str]:
    vietnamese, english = _SENTENCES[reason]
    if not notes:
        return vietnamese, english
    about = [_name(note) for note in notes]
    return f"{vietnamese}: {', '.join(vi for vi, _ in about)}", f"{english}: {', '.join(en for _, en in about)}"


def _name(note: ReviewNote) -> tuple[str, str]:
    if not note.subject:
        return f"trang {note.page}", f"page {note.page}"
    vietnamese, english = _label(note.subject)
    if note.page is None:
        return vietnamese, english
    return f"{vietnamese} (trang {note.page})", f"{english} (page {note.page})"


def _label(subject: str) -> tuple[str, str]:
    if subject in _FAULTS:
        return _FAULTS[QualityFault(subject)]
    return PROBLEMS[SignatureProblem(subject)] if subject in PROBLEMS else label_field(subject)


def _span(subject: ReviewSubject) -> str:
    first, last = subject.first_page, subject.last_page
    return f"{first}" if first == last else f"{first}-{last}"
