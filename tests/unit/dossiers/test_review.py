"""What a clerk is told when a person must look: which field, which page, of which document; never what was read there."""

from __future__ import annotations

from dossiers.field_names import FIELD_NAMES, label_field
from dossiers.model import ReviewNote, ReviewReason
from dossiers.page import QualityFault
from dossiers.review import ReviewSubject, review_needed, tell_reasons

MISSING = ReviewNote(ReviewReason.MISSING_FIELD, "issue_date")
UNCERTAIN = ReviewNote(ReviewReason.LOW_FIELD_CONFIDENCE, "signatory", 2)


def test_the_field_and_the_page_are_named() -> None:
    vietnamese, english = tell_reasons((MISSING.reason, UNCERTAIN.reason), (MISSING, UNCERTAIN))
    assert vietnamese == ("chưa đọc được thông tin bắt buộc: ngày ban hành; chưa chắc chắn về thông tin: người ký (trang 2)")
    assert english == "a required field was not found: issue date; a field is uncertain: signatory (page 2)"


def test_the_fault_of_a_page_is_named() -> None:
    notes = (
        ReviewNote(ReviewReason.POOR_SCAN, QualityFault.BLURRED.value, 3),
        ReviewNote(ReviewReason.LOW_TEXT_CONFIDENCE, page=3),
    )
    vietnamese, english = tell_reasons((ReviewReason.POOR_SCAN, ReviewReason.LOW_TEXT_CONFIDENCE), notes)
    assert vietnamese == "chất lượng ảnh quét kém: mờ (trang 3); chữ đọc được chưa tin cậy: trang 3"
    assert english == "the scan is of poor quality: blurred (page 3); the text read is unreliable: page 3"


def test_of_several_documents_each_is_named() -> None:
    subjects = (
        ReviewSubject("Tờ khai", 1, 2, (MISSING.reason,), (MISSING,)),
        ReviewSubject("Biên bản", 4, 4, (ReviewReason.NO_DOSSIER_NUMBER,)),
    )
    told = review_needed(subjects, is_only_document=False)
    assert told.message_vi.startswith("Cần cán bộ kiểm tra: Tờ khai, trang 1-2: chưa đọc được")
    assert "| Biên bản, trang 4: chưa biết mã hồ sơ" in told.message_vi
    assert "Tờ khai, p. 1-2: a required field was not found: issue date | Biên bản, p. 4: " in told.message_en
    alone = review_needed(subjects[:1], is_only_document=True)
    assert alone.message_vi == "Cần cán bộ kiểm tra: chưa đọc được thông tin bắt buộc: ngày ban hành."


def test_every_reason_every_field_and_every_fault_has_words_in_both_languages() -> None:
    for reason in ReviewReason:
        vietnamese, english = tell_reasons((reason,))
        assert vietnamese
        assert english
        assert english != vietnamese
    for name in FIELD_NAMES:
        assert "_" not in "".join(label_field(name))
    for fault in QualityFault:
        told = tell_reasons((ReviewReason.POOR_SCAN,), (ReviewNote(ReviewReason.POOR_SCAN, fault.value, 1),))
        assert fault.value not in told[0]
