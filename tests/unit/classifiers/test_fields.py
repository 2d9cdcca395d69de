"""Fields: what is printed is read, what is not legible is left out, what is doubtful says so."""

from __future__ import annotations

import pytest

from dossiers.page import RecognizedPage
from tests.unit.classifiers.pages import (
    HEIGHT_PX,
    MOTTO,
    WIDTH_PX,
    Placed,
    Types,
    body,
    decision,
    letterhead,
    make_line,
    make_page,
    make_words,
    page_of,
    read_fields,
    read_values,
    signature,
)

FORM_HEAD: tuple[Placed, ...] = ((MOTTO[0][0], 0.5, 0.06), (MOTTO[1][0], 0.5, 0.08))


def test_decision_over_two_pages(types: Types) -> None:
    last = make_page(("2", 0.53, 0.05), *body(0.1), *signature("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), number=2)
    fields = read_fields(types, decision(), last)
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
    box = read_fields(types, decision())["abstract"].bbox_px
    assert 0 <= box.left < box.right <= WIDTH_PX
    assert 0.19 * HEIGHT_PX < box.top < box.bottom < 0.25 * HEIGHT_PX


def test_page_numbers_are_those_of_the_scan(types: Types) -> None:
    assert {field.page for field in read_fields(types, decision(number=7)).values()} == {7}


def test_columns_joined_into_one_line_are_parted(types: Types) -> None:
    rows = [
        ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.06),
        ("TỈNH AN GIANG", "Độc lập - Tự do - Hạnh phúc", 0.08),
        ("Số: 47/QĐ-UBND", "An Giang, ngày 17 tháng 03 năm 2026", 0.12),
    ]
    joined = tuple(make_line([*make_words(left, 0.24, top), *make_words(right, 0.66, top)]) for left, right, top in rows)
    rest = make_page(("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc hỗ trợ", 0.5, 0.2), *body()).lines
    found = read_values(types, page_of((*joined, *rest)))
    assert found["document_number"] == "47/QĐ-UBND"
    assert found["issue_date"] == "2026-03-17"
    assert found["issuing_authority"] == "ỦY BAN NHÂN DÂN TỈNH AN GIANG"


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
    assert read_values(types, decision(*letterhead(agency=lines, number="")))["issuing_authority"] == expected


def test_abstract_of_a_letter(types: Types) -> None:
    subject = (("V/v công bố danh mục", 0.25, 0.145), ("và quy trình nội bộ", 0.25, 0.163), ("giải quyết hồ sơ", 0.25, 0.181))
    page = make_page(*letterhead("Số: 299/UBND-TTHC"), *subject, ("Kính gửi: Sở Tư pháp.", 0.5, 0.22), *body())
    assert read_values(types, page)["abstract"] == "V/v công bố danh mục và quy trình nội bộ giải quyết hồ sơ"


def test_abstract_stops_before_the_grounds(types: Types) -> None:
    page = make_page(
        *letterhead("Số: 9/TB-UBND"),
        ("THÔNG BÁO", 0.5, 0.17),
        ("và việc tổ chức đăng ký học", 0.5, 0.19),
        ("Căn cứ kế hoạch công tác năm;", 0.35, 0.215),
        *body(0.24),
    )
    assert read_values(types, page)["abstract"] == "Về việc tổ chức đăng ký học"


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
    found = read_values(types, decision(), last)
    assert found.get("signatory_position") == position
    assert found.get("signatory") == name


def test_names_in_running_text_sign_nothing(types: Types) -> None:
    page = make_page(*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17), ("Nguyễn Hoàng Giang", 0.7, 0.4), *body(0.45))
    assert "signatory" not in read_fields(types, page)


def birth_certificate(*rows: Placed) -> RecognizedPage:
    return make_page(*FORM_HEAD, ("GIẤY KHAI SINH", 0.5, 0.14), *rows)


def test_person_of_a_paper(types: Types) -> None:
    page = birth_certificate(
        ("Họ, chữ đệm, tên: TRẦN THỊ BÉ NĂM", 0.35, 0.2),
        ("Ngày, tháng, năm sinh: 05/03/1990", 0.35, 0.23),
        ("Số định danh cá nhân: 089190001234", 0.35, 0.26),
    )
    found = read_values(types, page)
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
    assert read_values(types, birth_certificate((printed, 0.4, 0.2))).get("personal_id_number") == expected


def test_an_id_number_against_the_date_of_birth_is_doubted(types: Types) -> None:
    number = ("Số định danh cá nhân: 089190001234", 0.35, 0.26)
    fitting = read_fields(types, birth_certificate(("Ngày sinh: 05/03/1990", 0.3, 0.2), number))["personal_id_number"]
    unfitting = read_fields(types, birth_certificate(("Ngày sinh: 05/03/1991", 0.3, 0.2), number))["personal_id_number"]
    assert unfitting.confidence < 0.6 < fitting.confidence


def test_value_in_the_next_part_of_the_line_or_below(types: Types) -> None:
    page = birth_certificate(
        ("Họ và tên / Full name:", 0.25, 0.2),
        ("NGUYỄN VĂN AN", 0.25, 0.222),
        ("Ngày sinh / Date of birth:", 0.25, 0.25),
        ("01/02/1988", 0.6, 0.25),
    )
    found = read_values(types, page)
    assert found["full_name"] == "NGUYỄN VĂN AN"
    assert found["date_of_birth"] == "1988-02-01"


def test_parents_do_not_lend_their_numbers_to_the_child(types: Types) -> None:
    page = birth_certificate(
        ("Họ, chữ đệm, tên: TRẦN THỊ BÉ NĂM", 0.35, 0.2),
        ("Họ, chữ đệm, tên người cha: Trần Văn An", 0.35, 0.3),
        ("Ngày sinh: 05/03/1990", 0.35, 0.33),
        ("Số định danh cá nhân: 089090001234", 0.35, 0.36),
    )
    found = read_values(types, page)
    assert found["full_name"] == "TRẦN THỊ BÉ NĂM"
    assert not {"personal_id_number", "date_of_birth"} & found.keys()


def test_a_deputy_without_his_chief_is_doubted(types: Types) -> None:
    last = make_page(*body(0.1), *signature("PHÓ CHỦ TỊCH"), number=2)
    assert read_fields(types, decision(), last)["signatory_position"].confidence < 0.7


def test_printed_dossier_number_only_when_it_is_one(types: Types) -> None:
    one = ("Mã hồ sơ: H01.50.05.13-261008-0975", 0.5, 0.18)
    other = ("Mã hồ sơ: H01.50.05.13-261008-0976", 0.5, 0.22)
    title = ("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", 0.5, 0.14)
    assert read_values(types, make_page(*FORM_HEAD, title, one))["dossier_number"] == "H01.50.05.13-261008-0975"
    assert "dossier_number" not in read_fields(types, make_page(*FORM_HEAD, title, one, other))


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
    assert read_values(types, page).get("full_name") == expected


def test_certificate_bears_number_date_and_agency_in_its_lines(types: Types) -> None:
    page = birth_certificate(
        ("Số: 229/2026", 0.5, 0.19),
        ("Nơi đăng ký khai sinh: Ủy ban nhân dân phường An Bình", 0.4, 0.5),
        ("Ngày, tháng, năm đăng ký: 13/10/2026", 0.4, 0.53),
    )
    found = read_values(types, page)
    assert found["document_number"] == "229/2026"
    assert found["issuing_authority"] == "Ủy ban nhân dân phường An Bình"
    assert found["issue_date"] == "2026-10-13"


def test_contract_number_under_its_title_is_no_abstract(types: Types) -> None:
    found = read_values(types, make_page(*FORM_HEAD, ("HỢP ĐỒNG THUÊ NHÀ", 0.5, 0.14), ("Số: 07/HĐTN", 0.5, 0.17), *body()))
    assert found["document_number"] == "07/HĐTN"
    assert "abstract" not in found


def test_a_name_in_capitals_is_no_agency(types: Types) -> None:
    page = make_page(
        *FORM_HEAD, ("CĂN CƯỚC", 0.5, 0.1), ("ĐỖ ĐỨC VỮNG", 0.3, 0.13), ("Ngày, tháng, năm sinh: 03/07/1991", 0.6, 0.15)
    )
    assert "issuing_authority" not in read_fields(types, page)


def test_deputy_is_read_where_his_rank_was_lost(types: Types) -> None:
    last = make_page(*body(0.1), *signature("KT. GIÁM ĐỐC", "HỘI GIÁM ĐỐC", name="Huynh Công TrƯờng"), number=2)
    found = read_values(types, decision(), last)
    assert found["signatory_position"] == "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC"
    assert found["signatory"] == "Huỳnh Công Trường"


def test_decision_on_one_person_bears_his_number(types: Types) -> None:
    one = ("Ông Võ Đức Đăng, số định danh cá nhân: 089042003224.", 0.5, 0.5)
    other = ("Bà Lê Thị Thắm, số định danh cá nhân: 089195037982.", 0.5, 0.53)
    head = (*letterhead(), ("QUYẾT ĐỊNH", 0.5, 0.17))
    assert read_values(types, make_page(*head, *body(), one))["personal_id_number"] == "089042003224"
    assert "personal_id_number" not in read_fields(types, make_page(*head, *body(), one, other))


def test_stamp_in_the_margin_is_no_part_of_the_abstract(types: Types) -> None:
    title = (("QUYẾT ĐỊNH", 0.5, 0.17), ("Về việc thực hiện kế hoạch", 0.5, 0.2), ("thực hiện trong năm 2026", 0.5, 0.222))
    page = make_page(*letterhead(), *title, ("CÔNG BÁO TỈNH", 0.08, 0.21), *body())
    assert read_values(types, page)["abstract"] == "Về việc thực hiện kế hoạch thực hiện trong năm 2026"


def test_blank_pages_have_no_fields(types: Types) -> None:
    assert read_fields(types, page_of(())) == {}
