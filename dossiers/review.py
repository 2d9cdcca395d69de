"""The sentences a clerk reads when a person must decide; a review reason is no fault of the file."""

from __future__ import annotations

from collections.abc import Sequence

from dossiers.errors import ReviewNeededError
from dossiers.model import ReviewReason

_SENTENCES: dict[ReviewReason, tuple[str, str]] = {
    ReviewReason.ALREADY_SIGNED: (
        "Tệp đã có chữ ký số, được giữ nguyên vẹn; cần kiểm tra chữ ký",
        "the file is already signed and kept untouched; its signature must be checked",
    ),
    ReviewReason.NO_TEXT: ("Không đọc được chữ nào", "no text could be read"),
    ReviewReason.UNKNOWN_TYPE: ("Không nhận ra loại giấy tờ", "the document type is not recognised"),
    ReviewReason.LOW_TYPE_SCORE: ("Chưa chắc chắn về loại giấy tờ", "the document type is uncertain"),
    ReviewReason.MISSING_FIELD: ("Thiếu thông tin bắt buộc", "a required field was not found"),
    ReviewReason.LOW_FIELD_CONFIDENCE: ("Chưa chắc chắn về một thông tin", "a field is uncertain"),
    ReviewReason.LOW_TEXT_CONFIDENCE: ("Chữ đọc được chưa tin cậy", "the text read is unreliable"),
    ReviewReason.POOR_SCAN: ("Chất lượng ảnh quét kém", "the scan is of poor quality"),
    ReviewReason.NO_DOSSIER_NUMBER: ("Chưa biết mã hồ sơ", "the dossier number is not known"),
}


def review_needed(reasons: Sequence[ReviewReason]) -> ReviewNeededError:
    """Return the reasons, each named once, as one sentence in each language."""
    sentences = [_SENTENCES[reason] for reason in dict.fromkeys(reasons)]
    return ReviewNeededError(
        reasons_vi="; ".join(vietnamese for vietnamese, _ in sentences),
        reasons_en="; ".join(english for _, english in sentences),
    )
