"""Where a scan is cut into documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from classifiers import split_pages
from dossiers.document_type import DocumentType
from dossiers.model import RecognizedDocument
from dossiers.page import RecognizedPage
from tests.unit.classifiers.pages import MOTTO, body, letterhead, make_blank, make_document, make_page

Types = Mapping[str, DocumentType]


def numbers(document: RecognizedDocument, types: Types) -> list[list[int]]:
    return [[page.number for page in group] for group in split_pages(document, types)]


def decision(number: int) -> RecognizedPage:
    return make_page(*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ", 0.5, 0.2), *body(), number=number)


def running(number: int, printed: int | None = None) -> RecognizedPage:
    top = ((str(printed), 0.53, 0.05),) if printed else ()
    return make_page(*top, *body(0.1, 30), number=number)


def form(number: int, title: str = "TỜ KHAI ĐĂNG KÝ KHAI SINH") -> RecognizedPage:
    return make_page((MOTTO[0][0], 0.5, 0.06), (MOTTO[1][0], 0.5, 0.08), (title, 0.5, 0.15), *body(), number=number)


def test_letterheads_begin_documents_and_text_continues(types: Types) -> None:
    assert numbers(make_document(decision(1), running(2, 2), running(3), form(4), decision(5), running(6, 2)), types) == [
        [1, 2, 3],
        [4],
        [5, 6],
    ]


def test_blank_versos_stay_and_leading_ones_wait(types: Types) -> None:
    document = make_document(make_blank(1), decision(2), make_blank(3), form(4), make_blank(5))
    assert numbers(document, types) == [[1, 2, 3], [4, 5]]


def test_a_wholly_blank_scan_is_one_document(types: Types) -> None:
    assert numbers(make_document(make_blank(1), make_blank(2)), types) == [[1, 2]]


def test_formula_carried_over_to_a_new_page_begins_nothing(types: Types) -> None:
    carried = make_page(("QUYẾT ĐỊNH:", 0.5, 0.08), *body(0.12, 20), number=2)
    assert numbers(make_document(decision(1), carried), types) == [[1, 2]]


def test_annexes_stay(types: Types) -> None:
    annex = make_page(
        ("PHỤ LỤC I", 0.5, 0.06), ("KẾ HOẠCH", 0.5, 0.09), ("(Kèm theo Quyết định số 47/QĐ-UBND)", 0.5, 0.12), *body(), number=2
    )
    assert numbers(make_document(decision(1), annex), types) == [[1, 2]]


def test_attached_regulation_with_a_title_of_its_own_is_a_document(types: Types) -> None:
    attached = make_page(("QUY CHẾ", 0.5, 0.08), ("Làm việc của Ủy ban nhân dân tỉnh", 0.5, 0.1), *body(), number=2)
    assert numbers(make_document(decision(1), attached), types) == [[1], [2]]


def test_paper_with_a_title_and_no_motto_begins_a_document(types: Types) -> None:
    paper = make_page(("HỢP ĐỒNG CHUYỂN NHƯỢNG QUYỀN SỬ DỤNG ĐẤT", 0.5, 0.1), *body(), number=2)
    assert numbers(make_document(form(1), paper), types) == [[1], [2]]


def test_receipt_without_title_begins_a_document(types: Types) -> None:
    receipt = make_page(
        ("Tên loại phí, lệ phí: Lệ phí đăng ký", 0.4, 0.1),
        ("Người nộp tiền", 0.3, 0.2),
        ("Người thu tiền", 0.7, 0.2),
        ("Số tiền: 50.000 đ", 0.4, 0.15),
        number=2,
    )
    assert numbers(make_document(form(1), receipt), types) == [[1], [2]]


def test_both_sides_of_a_card_stay_together(types: Types) -> None:
    front = make_page(
        (MOTTO[0][0], 0.5, 0.06),
        ("CĂN CƯỚC CÔNG DÂN", 0.5, 0.12),
        ("Citizen Identity Card", 0.5, 0.15),
        ("Place of origin: An Giang", 0.4, 0.2),
        number=2,
    )
    back = make_page(("Đặc điểm nhân dạng / Personal identification", 0.4, 0.1), ("IDVNM0890123456", 0.4, 0.3), number=3)
    assert numbers(make_document(form(1), front, back), types) == [[1], [2, 3]]


def test_much_smaller_sheet_begins_a_document(types: Types) -> None:
    small = make_page(("Phiếu gì đó không rõ ràng lắm", 0.5, 0.3), ("Chữ mờ khó đọc được hết", 0.5, 0.4), number=2)
    small = replace(small, width_px=800, height_px=1100)
    assert numbers(make_document(form(1), small), types) == [[1], [2]]


def test_every_page_is_in_exactly_one_group(types: Types) -> None:
    document = make_document(*(decision(n) if n % 3 else make_blank(n) for n in range(1, 11)))
    assert [page for group in split_pages(document, types) for page in group] == list(document.pages)
