"""Classification: every type by its title, and the traps that body text sets."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pytest

from classifiers import classify
from dossiers.document_type import DocumentType, TypeLayout, load_document_types
from dossiers.model import ClassifiedDocument
from tests.unit.classifiers.pages import MOTTO, Placed, body, letterhead, make_blank, make_page

Types = Mapping[str, DocumentType]


def wrap(title: str, width: int = 44) -> list[str]:
    """Break a long title over lines as forms do."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def titled(title: str, *others: Placed) -> ClassifiedDocument:
    placed = [(line, 0.5, 0.17 + 0.022 * index) for index, line in enumerate(wrap(title))]
    return classify([make_page(*MOTTO, *placed, *others, *body(0.35))], load_document_types())


TITLES = [(kind.id, title) for kind in load_document_types().values() for title in kind.titles]


@pytest.mark.parametrize(("type_id", "title"), TITLES)
def test_every_title_of_every_type_file_is_recognised(type_id: str, title: str) -> None:
    found = titled(title)
    assert found.type_id == type_id
    assert found.type_score >= 0.8
    assert found.reasons


@pytest.mark.parametrize(("type_id", "title"), [pair for pair in TITLES if len(pair[1]) >= 7])
def test_titles_survive_lost_tone_marks_and_blanks(type_id: str, title: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFD", title) if not unicodedata.combining(c)).replace(" ", "", 1)
    assert titled(bare).type_id == type_id


@pytest.mark.parametrize(
    "kind", [k for k in load_document_types().values() if k.layout is TypeLayout.OFFICIAL_LETTER], ids=lambda k: k.id
)
def test_official_letter_by_its_layout(kind: DocumentType, types: Types) -> None:
    page = make_page(
        *letterhead("Số: 299/UBND-TTHC"), ("V/v công bố danh mục", 0.25, 0.14), ("Kính gửi: Sở Tư pháp.", 0.5, 0.25), *body()
    )
    found = classify([page], types)
    assert (found.type_id, found.type_name) == (kind.id, kind.name)
    assert found.type_score >= 0.8


def test_symbol_that_begins_like_a_type_does_not_make_a_letter_a_directive(types: Types) -> None:
    page = make_page(
        *letterhead("Số: 2191/CT-CS"), ("V/v chính sách thuế", 0.25, 0.14), ("Kính gửi: Thuế tỉnh", 0.5, 0.2), *body()
    )
    assert classify([page], types).type_id == "cong_van"


def test_symbol_alone_carries_a_page_whose_title_is_unreadable(types: Types) -> None:
    found = classify([make_page(*letterhead("Số: 22/TTr-UBND"), ("T# ~~H", 0.5, 0.2), *body())], types)
    assert found.type_id == "to_trinh"
    assert found.type_score < 0.75


def test_cited_documents_do_not_make_the_type(types: Types) -> None:
    cited = (
        ("Căn cứ Quyết định số 12/QĐ-UBND ngày 01/02/2026 của Ủy ban nhân dân tỉnh;", 0.54, 0.30),
        ("Theo đề nghị tại Tờ trình số 136/TTr-STC và Báo cáo số 23/BC-STC ngày 04/12;", 0.54, 0.33),
        ("QUYẾT ĐỊNH:", 0.5, 0.45),
    )
    assert titled("KẾ HOẠCH", *cited).type_id == "ke_hoach"


def test_formula_inside_a_decision_changes_nothing(types: Types) -> None:
    page = make_page(
        *letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc ban hành Quy chế", 0.5, 0.2), ("QUYẾT ĐỊNH:", 0.5, 0.5)
    )
    assert classify([page], types).type_id == "quyet_dinh"


@pytest.mark.parametrize(
    ("title", "type_id"),
    [
        ("QUY ĐỊNH", "quy_dinh"),
        ("QUY CHẾ", "quy_che"),
        ("QUYẾT ĐỊNH", "quyet_dinh"),
        ("THÔNG CÁO", "thong_cao"),
        ("Q U Y Ế T Đ Ị N H", "quyet_dinh"),
    ],
)
def test_titles_alike_are_told_apart(title: str, type_id: str) -> None:
    assert titled(title).type_id == type_id


def test_a_special_form_wins_over_the_general_one() -> None:
    assert titled("TỜ KHAI ĐĂNG KÝ KHAI SINH").type_id == "to_khai_dang_ky_khai_sinh"
    assert titled("TỜ KHAI ĐĂNG KÝ PHƯƠNG TIỆN").type_id == "to_khai"
    assert titled("ĐƠN ĐỀ NGHỊ HỖ TRỢ TIỀN ĐIỆN").type_id == "don_de_nghi"


def test_card_by_its_words_when_the_title_is_lost(types: Types) -> None:
    page = make_page(
        ("Citizen Identity Card", 0.5, 0.1),
        ("Quê quán / Place of origin: An Phú, An Giang", 0.5, 0.2),
        ("Date of expiry: 01/01/2035", 0.3, 0.3),
    )
    assert classify([page], types).type_id == "can_cuoc_cong_dan"


def test_running_text_is_unknown(types: Types) -> None:
    found = classify([make_page(*body(0.1, 30))], types)
    assert (found.type_id, found.type_name) == ("unknown", "Không rõ")
    assert found.type_score < 0.45


def test_blank_pages_are_unknown_without_score(types: Types) -> None:
    found = classify([make_blank(1), make_blank(2)], types)
    assert (found.type_id, found.type_score, found.first_page, found.last_page) == ("unknown", 0.0, 1, 2)


def test_the_first_written_page_decides(types: Types) -> None:
    decision = make_page(*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), *body(), number=2)
    assert classify([make_blank(1), decision, make_page(*body(0.1), number=3)], types).type_id == "quyet_dinh"


def test_cells_of_a_table_are_no_titles(types: Types) -> None:
    page = make_page(
        ("Đơn giá", 0.6, 0.1), ("Hóa đơn", 0.5, 0.1), ("Số lượng", 0.7, 0.1), ("1415", 0.7, 0.2), ("Hợp đồng", 0.5, 0.12)
    )
    assert classify([page], types).type_id == "unknown"


def test_ornate_title_with_wide_gaps(types: Types) -> None:
    page = make_page(MOTTO[0], ("GIAY CHƯNG NHẠN KEÌ]", 0.4, 0.16), ("HON", 0.56, 0.16), ("Số: 199/2026", 0.5, 0.2))
    assert classify([page], types).type_id == "giay_chung_nhan_ket_hon"


def test_a_page_of_thousands_of_words_is_scored_in_bounded_time(types: Types) -> None:
    cells = [("TỜ KHAI", 0.1 + 0.1 * (n % 8), 0.1 + 0.0004 * n) for n in range(2000)]
    assert classify([make_page(*cells)], types).pages
