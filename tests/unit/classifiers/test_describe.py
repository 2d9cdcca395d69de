"""Why a person must look, and the one door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from classifiers import ReviewThresholds, understand
from dossiers.document_type import DocumentType
from dossiers.model import ReviewNote, ReviewReason
from dossiers.page import QualityFault, QualityVerdict, RecognizedPage
from tests.unit.classifiers.pages import MOTTO, body, letterhead, make_blank, make_document, make_page, signature

Types = Mapping[str, DocumentType]
NUMBER = "H01.50.05.13-261008-0975"
GOOD = QualityVerdict(200, 1.0, 0.8, is_blank=False, is_colour=True)


def decision(quality: QualityVerdict = GOOD, confidence: float = 0.95) -> RecognizedPage:
    title = (("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ quà Tết", 0.5, 0.2))
    return make_page(*letterhead(), *title, *body(), *signature("CHỦ TỊCH"), quality=quality, confidence=confidence)


def reasons(types: Types, *pages: RecognizedPage, number: str | None = NUMBER) -> list[set[ReviewReason]]:
    described = understand(make_document(*pages), number, types)
    return [set(item.review_reasons) for item in described]


def test_a_good_decision_needs_nobody(types: Types) -> None:
    (described,) = understand(make_document(decision()), NUMBER, types)
    assert described.review_reasons == ()
    assert not described.needs_review
    assert described.dossier_number == NUMBER
    assert described.document.scan_sha256 == "ab" * 32


def test_missing_dossier_number(types: Types) -> None:
    assert reasons(types, decision(), number=None) == [{ReviewReason.NO_DOSSIER_NUMBER}]


def test_a_blank_scan_is_one_unknown_document_without_text(types: Types) -> None:
    (described,) = understand(make_document(make_blank(1), make_blank(2)), NUMBER, types)
    assert described.document.type_id == "unknown"
    assert [page.number for page in described.document.pages] == [1, 2]
    assert set(described.review_reasons) == {ReviewReason.NO_TEXT, ReviewReason.UNKNOWN_TYPE}


def test_unknown_text(types: Types) -> None:
    assert reasons(types, make_page(*body(0.1, 30))) == [{ReviewReason.UNKNOWN_TYPE}]


def test_missing_and_doubtful_fields(types: Types) -> None:
    page = make_page(*letterhead("Số: 22 /QĐ-UBND"), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ", 0.5, 0.2), *body())
    assert reasons(types, page) == [{ReviewReason.MISSING_FIELD, ReviewReason.LOW_FIELD_CONFIDENCE}]


def test_the_notes_say_which_field_and_which_page(types: Types) -> None:
    page = make_page(*letterhead("Số: 22 /QĐ-UBND"), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ", 0.5, 0.2), *body())
    poor = replace(page, quality=replace(GOOD, faults=(QualityFault.BLURRED, QualityFault.NOT_COLOUR)))
    (described,) = understand(make_document(poor), NUMBER, types)
    assert described.review_notes == (
        ReviewNote(ReviewReason.MISSING_FIELD, "signatory"),
        ReviewNote(ReviewReason.LOW_FIELD_CONFIDENCE, "document_number", 1),
        ReviewNote(ReviewReason.POOR_SCAN, "blurred", 1),
    )


def test_a_symbol_without_its_number_is_a_missing_number(types: Types) -> None:
    """The number was written by hand and not read: the paper has one all the same, whatever its type must have."""
    page = make_page(*letterhead("Số: Sẽ /BB-UBND"), ("BIÊN BẢN", 0.5, 0.17), *body(), *signature("CHỦ TRÌ"))
    (described,) = understand(make_document(page), NUMBER, types)
    assert described.document.type_id == "bien_ban"
    assert ReviewNote(ReviewReason.MISSING_FIELD, "document_number") in described.review_notes


def test_badly_read_text(types: Types) -> None:
    assert ReviewReason.LOW_TEXT_CONFIDENCE in reasons(types, decision(confidence=0.5))[0]


@pytest.mark.parametrize(
    "fault", [QualityFault.LOW_DPI, QualityFault.BLURRED, QualityFault.LOW_CONTRAST, QualityFault.CUT_EDGE]
)
def test_poor_scans(types: Types, fault: QualityFault) -> None:
    assert reasons(types, decision(replace(GOOD, faults=(fault,)))) == [{ReviewReason.POOR_SCAN}]


def test_faults_of_a_blank_verso_and_missing_colour_do_not_count(types: Types) -> None:
    verso = replace(make_blank(2), quality=replace(GOOD, is_blank=True, faults=(QualityFault.LOW_CONTRAST,)))
    assert reasons(types, decision(replace(GOOD, faults=(QualityFault.NOT_COLOUR,))), verso) == [set()]


def test_weak_type(types: Types) -> None:
    page = make_page(*letterhead("Số: 22/TTr-UBND"), ("T# ~~H", 0.5, 0.2), *body(), *signature("CHỦ TỊCH"))
    assert ReviewReason.LOW_TYPE_SCORE in reasons(types, page)[0]


def test_thresholds_are_the_callers(types: Types) -> None:
    strict = ReviewThresholds(type_score=1.0, field_confidence=1.0, text_confidence=1.0)
    (described,) = understand(make_document(decision()), NUMBER, types, strict)
    assert set(described.review_reasons) == {
        ReviewReason.LOW_TYPE_SCORE,
        ReviewReason.LOW_FIELD_CONFIDENCE,
        ReviewReason.LOW_TEXT_CONFIDENCE,
    }


def test_the_number_on_the_receipt_holds_for_the_whole_scan(types: Types) -> None:
    receipt = make_page(
        *MOTTO, ("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", 0.5, 0.14), (f"Mã hồ sơ: {NUMBER}", 0.5, 0.18), *body()
    )
    described = understand(
        make_document(receipt, replace(decision(), source=replace(decision().source, number=2))), None, types
    )
    assert [item.document.type_id for item in described] == ["giay_tiep_nhan_va_hen_tra", "quyet_dinh"]
    assert [item.dossier_number for item in described] == [NUMBER, NUMBER]


def test_a_signed_file_stays_one_document_however_many_it_holds(types: Types) -> None:
    pages = (decision(), decision())
    whole = make_document(*pages)
    assert len(understand(whole, NUMBER, types)) == 2
    (kept,) = understand(replace(whole, is_signed_pdf=True), NUMBER, types)
    assert kept.document.pages == whole.pages
    assert kept.document.type_id == "quyet_dinh"
