"""Fields: what is printed is read, what is not legible is left out, what is doubtful says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from classifiers import classify
from classifiers.fields import extract_fields
from dossiers.document_type import DocumentType
from dossiers.model import ExtractedField
from dossiers.page import BoxPx, RecognizedPage, RecognizedWord
from tests.unit.classifiers.pages import (
    HEIGHT_PX,
    MOTTO,
    WIDTH_PX,
    Placed,
    body,
    letterhead,
    make_line,
    make_page,
    make_words,
    page_of,
    signature,
)

Types = Mapping[str, DocumentType]
FORM_HEAD: tuple[Placed, ...] = ((MOTTO[0][0], 0.5, 0.06), (MOTTO[1][0], 0.5, 0.08))


def read(types: Types, *pages: RecognizedPage) -> dict[str, ExtractedField]:
    return extract_fields(classify(pages, types), types)


def values(types: Types, *pages: RecognizedPage) -> dict[str, str]:
    return {name: field.value for name, field in read(types, *pages).items()}


def decision(*head: Placed, number: int = 1, title: str = "QUYẾT ĐỊNH") -> RecognizedPage:
    subject = (("Về việc kinh phí hỗ trợ quà Tết cho hộ nghèo", 0.5, 0.20), ("trên địa bàn tỉnh năm 2026", 0.5, 0.222))
    authority = ("ỦY BAN NHÂN DÂN TỈNH AN GIANG", 0.5, 0.27)
    return make_page(*(head or letterhead()), (title, 0.5, 0.17), *subject, authority, *body(0.32), number=number)


def test_decision_over_two_pages(types: Types) -> None:
    last = make_page(("2", 0.53, 0.05), *body(0.1), *signature("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), number=2)
    fields = read(types, decision(), last)
    assert {name: field.value for name, field in fields.items()} == {
        "document_number": "47/QĐ-UBND",
        "document_symbol": "QĐ-UBND",
        "issue_date": "2026-03-17",
        "issuing_authority": "ỦY BAN NHÂN DÂN TỈNH AN GIANG",
        "abstract": "Về việc kinh phí hỗ trợ quà Tết cho hộ nghèo trên địa bàn tỉnh năm 2026",
        "signatory": "Nguyễn Văn Minh",
        "signatory_position": "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH",
    }
    assert all(0.8 <= field.confidence <= 1 for field in fields.values())
    assert [fields[name].page for name in ("abstract", "signatory")] == [1, 2]


def test_boxes_hold_the_words_of_the_value(types: Types) -> None:
    box = read(types, decision())["abstract"].bbox_px
    assert 0 <= box.left < box.right <= WIDTH_PX
    assert 0.19 * HEIGHT_PX < box.top < box.bottom < 0.25 * HEIGHT_PX


def test_page_numbers_are_those_of_the_scan(types: Types) -> None:
    assert {field.page for field in read(types, decision(number=7)).values()} == {7}


def test_columns_joined_into_one_line_are_parted(types: Types) -> None:
    rows = [
        ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.06),
        ("TỈNH AN GIANG", "Độc lập - Tự do - Hạnh phúc", 0.08),
        ("Số: 47/QĐ-UBND", "An Giang, ngày 17 tháng 03 năm 2026", 0.12),
    ]
    joined = tuple(make_line([*make_words(left, 0.24, top), *make_words(right, 0.66, top)]) for left, right, top in rows)
    rest = make_page(("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ", 0.5, 0.2), *body()).lines
    found = values(types, page_of((*joined, *rest)))
    assert found["document_number"] == "47/QĐ-UBND"
    assert found["issue_date"] == "2026-03-17"
    assert found["issuing_authority"] == "ỦY BAN NHÂN DÂN TỈNH AN GIANG"


@pytest.mark.parametrize(
    ("printed", "number", "symbol"),
    [
        ("Số: 47/QĐ-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số:299/UBND-TTHC", "299/UBND-TTHC", "UBND-TTHC"),
        ("Số: 30/2020/NĐ-CP", "30/2020/NĐ-CP", "NĐ-CP"),
        ("Số: 05/2025/TT-BNV", "05/2025/TT-BNV", "TT-BNV"),
        ("Số: 12/TTr-SGDĐT", "12/TTr-SGDĐT", "TTr-SGDĐT"),
        ("Số 1594-TB/TU", "1594-TB/TU", "TB/TU"),
        ("Số: 47/QÐ-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số: 47/QD-UBND", "47/QĐ-UBND", "QĐ-UBND"),
        ("Số: 8/BB-BGD&ĐT", "8/BB-BGD&ĐT", "BB-BGD&ĐT"),
        ("Số: /UBND-TTHC", None, "UBND-TTHC"),
        ("Số: ..../QĐ-UBND", None, "QĐ-UBND"),
        ("Số: 4‡ /QĐ-UBND", None, "QĐ-UBND"),
        ("Số: 2#5/TB-ĐHĐL", None, "TB-ĐHĐL"),
        ("Số: 2!8] /CT-CS", None, "CT-CS"),
    ],
)
def test_number_and_symbol(types: Types, printed: str, number: str | None, symbol: str) -> None:
    found = values(types, decision(*letterhead(printed)))
    assert found.get("document_number") == number
    assert found.get("document_symbol") == symbol


def test_a_number_written_into_the_print_is_never_sure(types: Types) -> None:
    assert read(types, decision(*letterhead("Số: 22 /BC-UBND")))["document_number"].confidence < 0.5
    assert read(types, decision(*letterhead("Số: 22/BC-UBND")))["document_number"].confidence > 0.8


def test_a_badly_read_number_is_left_out(types: Types) -> None:
    page = decision()
    lines = tuple(
        replace(line, words=tuple(replace(word, confidence=0.3) for word in line.words)) if "Số:" in line.text else line
        for line in page.lines
    )
    assert "document_number" not in read(types, replace(page, lines=lines))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Quảng Ngãi, ngày 15 tháng 01 năm 2025", "2025-01-15"),
        ("Hà Nội, ngày 05 thắng 12 năm 2015", "2015-12-05"),
        ("Thành phố Long Xuyên, ngày 31 tháng 10 năm 2026", "2026-10-31"),
        ("An Giang, ngày 31 tháng 02 năm 2025", None),
        ("An Giang, ngày    tháng 01 năm 2025", None),
        ("An Giang, ngày ẢÏ_ tháng 01 năm 2025", None),
        ("An Giang, ngày 15 tháng 01 năm 1025", None),
    ],
)
def test_issue_date(types: Types, printed: str, expected: str | None) -> None:
    assert values(types, decision(*letterhead(date=printed))).get("issue_date") == expected


def test_a_day_without_its_leading_zero_is_doubted(types: Types) -> None:
    assert read(types, decision(*letterhead(date="An Giang, ngày 3 tháng 01 năm 2025")))["issue_date"].confidence < 0.6


def test_a_day_of_another_size_is_doubted(types: Types) -> None:
    def enlarge(word: RecognizedWord) -> RecognizedWord:
        box = word.bbox_px
        return replace(word, bbox_px=BoxPx(box.left, box.top - 8, box.right, box.bottom + 8)) if word.text == "17" else word

    page = decision()
    lines = tuple(replace(line, words=tuple(enlarge(word) for word in line.words)) for line in page.lines)
    assert read(types, replace(page, lines=lines))["issue_date"].confidence < 0.6


def test_minutes_whose_date_was_written_by_hand_say_it_once_more(types: Types) -> None:
    """The day in the letterhead is often a scrawl; minutes and contracts open with it in print."""
    opening = ("Hôm nay, vào lúc 8 giờ 00 phút, ngày 15 tháng 10 năm 2026, tại trụ sở", 0.54, 0.28)
    for date in ("An Bình, ngày lễ tháng 10 năm 2026", ""):
        page = make_page(*letterhead("Số: 05/BB-UBND", date), ("BIÊN BẢN", 0.5, 0.17), opening, *body())
        assert values(types, page)["issue_date"] == "2026-10-15"
    page = make_page(*letterhead("Số: 05/BB-UBND"), ("BIÊN BẢN", 0.5, 0.17), opening, *body())
    assert values(types, page)["issue_date"] == "2026-03-17"


def test_a_number_taller_than_its_label_was_written_by_hand_even_when_it_joins_the_symbol(types: Types) -> None:
    assert read_number(types, growth_px=2) > 0.8
    assert read_number(types, growth_px=12) < 0.6


def test_a_tall_number_that_was_only_mended_is_doubted_and_one_read_as_handwriting_is_not(types: Types) -> None:
    assert read_number(types, growth_px=12, raw_text="4?/QĐ-UBND") < 0.6
    assert read_number(types, growth_px=12, raw_text="4?/QĐ-UBND", is_by_hand=True) > 0.8


def read_number(types: Types, *, growth_px: int, raw_text: str | None = None, is_by_hand: bool = False) -> float:
    """Return the confidence in a decision's number, its word made taller than its label."""

    def change(word: RecognizedWord) -> RecognizedWord:
        box = word.bbox_px
        taller = BoxPx(box.left, box.top - growth_px, box.right, box.bottom)
        return replace(word, bbox_px=taller, raw_text=raw_text, is_by_hand=is_by_hand)

    page = decision()
    lines = tuple(
        replace(line, words=tuple(change(word) if "/QĐ" in word.text else word for word in line.words)) for line in page.lines
    )
    return read(types, replace(page, lines=lines))["document_number"].confidence


def test_dates_in_the_body_are_not_the_date_of_issue(types: Types) -> None:
    page = make_page(
        *letterhead(date=""), ("QUYẾT ĐỊNH", 0.5, 0.17), ("ngày 20 tháng 10 năm 2020 của tỉnh", 0.7, 0.4), *body(0.45)
    )
    assert "issue_date" not in read(types, page)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("ỦY BAN NHÂN DÂN", "TỈNH AN GIANG"), "ỦY BAN NHÂN DÂN TỈNH AN GIANG"),
        (("BỘ CÔNG THƯƠNG", "TRƯỜNG ĐẠI HỌC ĐIỆN LỰC"), "TRƯỜNG ĐẠI HỌC ĐIỆN LỰC"),
        (("UBND TỈNH AN GIANG", "SỞ NÔNG NGHIỆP", "VÀ MÔI TRƯỜNG"), "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"),
        (("BỘ TÀI CHÍNH", "CỤC THUE"), "CỤC THUẾ"),
        (("UY BAN NHAN DAN", "TINH QUANG NGAI"), "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI"),
        (("UỶ BAN NHÂN DÂN", "PHƯỜNG MỸ THỚI"), "UỶ BAN NHÂN DÂN PHƯỜNG MỸ THỚI"),
        (("CHÍNH PHỦ",), "CHÍNH PHỦ"),
    ],
)
def test_issuing_authority(types: Types, lines: tuple[str, ...], expected: str) -> None:
    assert values(types, decision(*letterhead(agency=lines, number="")))["issuing_authority"] == expected


def test_abstract_of_a_letter(types: Types) -> None:
    subject = (("V/v công bố danh mục", 0.25, 0.145), ("và quy trình nội bộ", 0.25, 0.163), ("giải quyết hồ sơ", 0.25, 0.181))
    page = make_page(*letterhead("Số: 299/UBND-TTHC"), *subject, ("Kính gửi: Sở Tư pháp.", 0.5, 0.22), *body())
    assert values(types, page)["abstract"] == "V/v công bố danh mục và quy trình nội bộ giải quyết hồ sơ"


def test_abstract_stops_before_the_grounds(types: Types) -> None:
    page = make_page(
        *letterhead("Số: 9/TB-UBND"),
        ("THÔNG BÁO", 0.5, 0.17),
        ("và việc tổ chức đăng ký học", 0.5, 0.19),
        ("Căn cứ kế hoạch công tác năm;", 0.35, 0.215),
        *body(0.24),
    )
    assert values(types, page)["abstract"] == "Về việc tổ chức đăng ký học"


@pytest.mark.parametrize(
    ("positions", "printed", "position", "name"),
    [
        (("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"), "Nguyễn Quốc Việt", "TL. CHỦ TỊCH / CHÁNH VĂN PHÒNG", "Nguyễn Quốc Việt"),
        (("KT.HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"), "TS. Trương Việt Anh", "KT. HIỆU TRƯỞNG / PHÓ HIỆU TRƯỞNG", "Trương Việt Anh"),
        (("KT. CHU TICH", "PHO CHU TICH"), "FEszTrịnh Văn Toàn", "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", "Trịnh Văn Toàn"),
        (("GIÁM ĐỐC",), "PGS.TS: Ngô Xuân Hoàng", "GIÁM ĐỐC", "Ngô Xuân Hoàng"),
        ((), "Trần Phước Hiền", None, "Trần Phước Hiền"),
        (("CHỦ TỊCH",), "(Đã ký)", "CHỦ TỊCH", None),
    ],
)
def test_signature(types: Types, positions: tuple[str, ...], printed: str, position: str | None, name: str | None) -> None:
    last = make_page(*body(0.1), *signature(*positions, name=printed), number=2)
    found = values(types, decision(), last)
    assert found.get("signatory_position") == position
    assert found.get("signatory") == name


def test_names_in_running_text_sign_nothing(types: Types) -> None:
    page = make_page(*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Nguyễn Hoàng Giang", 0.7, 0.4), *body(0.45))
    assert "signatory" not in read(types, page)


def birth_certificate(*rows: Placed) -> RecognizedPage:
    return make_page(*FORM_HEAD, ("GIẤY KHAI SINH", 0.5, 0.14), *rows)


def test_person_of_a_paper(types: Types) -> None:
    page = birth_certificate(
        ("Họ, chữ đệm, tên: TRẦN THỊ BÉ NĂM", 0.35, 0.2),
        ("Ngày, tháng, năm sinh: 05/03/1990", 0.35, 0.23),
        ("Số định danh cá nhân: 089190001234", 0.35, 0.26),
    )
    found = values(types, page)
    assert found["full_name"] == "TRẦN THỊ BÉ NĂM"
    assert found["date_of_birth"] == "1990-03-05"
    assert found["personal_id_number"] == "089190001234"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Số CCCD: 0 8 9 1 9 0 0 0 1 2 3 4", "089190001234"),
        ("CMND số: 351234567", "351234567"),
        ("Số định danh cá nhân: 989190001234", None),
        ("Số định danh cá nhân: 08919000123", None),
        ("Số điện thoại: 089190001234", None),
    ],
)
def test_personal_id_number(types: Types, printed: str, expected: str | None) -> None:
    assert values(types, birth_certificate((printed, 0.4, 0.2))).get("personal_id_number") == expected


def test_an_id_number_against_the_date_of_birth_is_doubted(types: Types) -> None:
    number = ("Số định danh cá nhân: 089190001234", 0.35, 0.26)
    fitting = read(types, birth_certificate(("Ngày sinh: 05/03/1990", 0.3, 0.2), number))["personal_id_number"]
    unfitting = read(types, birth_certificate(("Ngày sinh: 05/03/1991", 0.3, 0.2), number))["personal_id_number"]
    assert unfitting.confidence < 0.6 < fitting.confidence


def test_value_in_the_next_part_of_the_line_or_below(types: Types) -> None:
    page = birth_certificate(
        ("Họ và tên / Full name:", 0.25, 0.2),
        ("NGUYỄN VĂN AN", 0.25, 0.222),
        ("Ngày sinh / Date of birth:", 0.25, 0.25),
        ("01/02/1988", 0.6, 0.25),
    )
    found = values(types, page)
    assert found["full_name"] == "NGUYỄN VĂN AN"
    assert found["date_of_birth"] == "1988-02-01"


def test_parents_do_not_lend_their_numbers_to_the_child(types: Types) -> None:
    page = birth_certificate(
        ("Họ, chữ đệm, tên: TRẦN THỊ BÉ NĂM", 0.35, 0.2),
        ("Họ, chữ đệm, tên người cha: Trần Văn An", 0.35, 0.3),
        ("Ngày sinh: 05/03/1990", 0.35, 0.33),
        ("Số định danh cá nhân: 089090001234", 0.35, 0.36),
    )
    found = values(types, page)
    assert found["full_name"] == "TRẦN THỊ BÉ NĂM"
    assert not {"personal_id_number", "date_of_birth"} & found.keys()


def test_a_deputy_without_his_chief_is_doubted(types: Types) -> None:
    last = make_page(*body(0.1), *signature("PHÓ CHỦ TỊCH"), number=2)
    assert read(types, decision(), last)["signatory_position"].confidence < 0.7


def test_printed_dossier_number_only_when_it_is_one(types: Types) -> None:
    one = ("Mã hồ sơ: H01.50.05.13-261008-0975", 0.5, 0.18)
    other = ("Mã hồ sơ: H01.50.05.13-261008-0976", 0.5, 0.22)
    title = ("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", 0.5, 0.14)
    assert values(types, make_page(*FORM_HEAD, title, one))["dossier_number"] == "H01.50.05.13-261008-0975"
    assert "dossier_number" not in read(types, make_page(*FORM_HEAD, title, one, other))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Tôi là (ghi họ tên bằng chữ in hoa): PHAN QUỐC VỮNG", "PHAN QUỐC VỮNG"),
        ("Bộ phận Một cửa tiếp nhận hồ sơ của: Bùi Quốc Bửu", "Bùi Quốc Bửu"),
        ("Hồ sơ của: Bùi Quốc Bửu; mã hồ sơ: H01.31.12-261016-0014.", "Bùi Quốc Bửu"),
        ("1. Cấp cho: Đỗ Đức Vững, số định danh cá nhân: 089091037993.", "Đỗ Đức Vững"),
        ("1.1. Tên: LÝ CÔNG TƯỜNG", "LÝ CÔNG TƯỜNG"),
        ("Ông: Đỗ Quốc Bửu; sinh ngày: 22/01/1990;", "Đỗ Quốc Bửu"),
        ("Tên: Tạp hóa Vững Phát", None),
        ("Kính gửi: Phòng Kinh tế phường An Bình", None),
    ],
)
def test_holder_of_a_form(types: Types, printed: str, expected: str | None) -> None:
    page = make_page(*FORM_HEAD, ("ĐƠN ĐỀ NGHỊ", 0.5, 0.14), (printed, 0.5, 0.2))
    assert values(types, page).get("full_name") == expected


def test_certificate_bears_number_date_and_agency_in_its_lines(types: Types) -> None:
    page = birth_certificate(
        ("Số: 229/2026", 0.5, 0.19),
        ("Nơi đăng ký khai sinh: Ủy ban nhân dân phường An Bình", 0.4, 0.5),
        ("Ngày, tháng, năm đăng ký: 13/10/2026", 0.4, 0.53),
    )
    found = values(types, page)
    assert found["document_number"] == "229/2026"
    assert found["issuing_authority"] == "Ủy ban nhân dân phường An Bình"
    assert found["issue_date"] == "2026-10-13"


def test_contract_number_under_its_title_is_no_abstract(types: Types) -> None:
    found = values(types, make_page(*FORM_HEAD, ("HỢP ĐỒNG THUÊ NHÀ", 0.5, 0.14), ("Số: 07/HĐTN", 0.5, 0.17), *body()))
    assert found["document_number"] == "07/HĐTN"
    assert "abstract" not in found


def test_a_name_in_capitals_is_no_agency(types: Types) -> None:
    page = make_page(
        *FORM_HEAD, ("CĂN CƯỚC", 0.5, 0.1), ("ĐỖ ĐỨC VỮNG", 0.3, 0.13), ("Ngày, tháng, năm sinh: 03/07/1991", 0.6, 0.15)
    )
    assert "issuing_authority" not in read(types, page)


def test_deputy_is_read_where_his_rank_was_lost(types: Types) -> None:
    last = make_page(*body(0.1), *signature("KT. GIÁM ĐỐC", "HỘI GIÁM ĐỐC", name="Huynh Công TrƯờng"), number=2)
    found = values(types, decision(), last)
    assert found["signatory_position"] == "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC"
    assert found["signatory"] == "Huỳnh Công Trường"


def test_decision_on_one_person_bears_his_number(types: Types) -> None:
    one = ("Ông Võ Đức Đăng, số định danh cá nhân: 089042003224.", 0.5, 0.5)
    other = ("Bà Lê Thị Thắm, số định danh cá nhân: 089195037982.", 0.5, 0.53)
    head = (*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17))
    assert values(types, make_page(*head, *body(), one))["personal_id_number"] == "089042003224"
    assert "personal_id_number" not in read(types, make_page(*head, *body(), one, other))


def test_stamp_in_the_margin_is_no_part_of_the_abstract(types: Types) -> None:
    title = (("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc thực hiện kế hoạch", 0.5, 0.2), ("thực hiện trong năm 2026", 0.5, 0.222))
    page = make_page(*letterhead(), *title, ("CÔNG BÁO TỈNH", 0.08, 0.21), *body())
    assert values(types, page)["abstract"] == "Về việc thực hiện kế hoạch thực hiện trong năm 2026"


def test_number_and_date_parted_by_the_blank_for_the_hand(types: Types) -> None:
    parted = (
        ("Số:", 0.16, 0.12),
        ("/UBND-TTHC", 0.3, 0.12),
        ("An Giang, ngày 17", 0.6, 0.12),
        ("tháng 03 năm 2026", 0.84, 0.12),
    )
    page = make_page(*letterhead(number="", date=""), *parted, ("QUYẾT ĐỊNH", 0.5, 0.17), *body())
    found = values(types, page)
    assert found["document_symbol"] == "UBND-TTHC"
    assert found["issue_date"] == "2026-03-17"


def test_blank_pages_have_no_fields(types: Types) -> None:
    assert read(types, page_of(())) == {}
