"""What the model of office Vietnamese mends, and what it must leave alone."""

from __future__ import annotations

import pytest

from ocr.language.mend import mend_lines
from tests.support.readings import make_reading


def mend(first: str, second: str | None = None, unsure: tuple[str, ...] = ()) -> str:
    (line,) = mend_lines([make_reading(first, second, unsure=unsure)])
    return line.text


@pytest.mark.parametrize(
    ("read", "unsure", "printed"),
    [
        ("các cơ quan, tô chức, cá nhân có liên quan", "tô", "các cơ quan, tổ chức, cá nhân có liên quan"),
        ("Luật sửa đối, bổ sung một số điều", "đối,", "Luật sửa đổi, bổ sung một số điều"),
        ("tạo chuyên biến tích cực trong công tác", "chuyên", "tạo chuyển biến tích cực trong công tác"),
        ("tiếp tục phần đấu hoàn thành các chỉ tiêu", "phần", "tiếp tục phấn đấu hoàn thành các chỉ tiêu"),
        ("KẺ HOẠCH", "KẺ", "KẾ HOẠCH"),
        ("TÒA ÁN NHÂN DÂN TÓI CAO", "TÓI", "TÒA ÁN NHÂN DÂN TỐI CAO"),
    ],
)
def test_diacritics_are_mended_where_the_reader_was_unsure(read: str, unsure: str, printed: str) -> None:
    assert mend(read, unsure=(unsure,)) == printed


@pytest.mark.parametrize(
    ("first", "second", "printed"),
    [
        ("cơ quan, tô chức, cá nhân", "cơ quan, tổ chức, cá nhán", "cơ quan, tổ chức, cá nhân"),
        ("thời gian, chỉ phí và tạo thuận lợi", "thời gian, chi phí và tạo thuận lợi", "thời gian, chi phí và tạo thuận lợi"),
        ("BỘCÔNG THƯƠNG", "BỘ CÔNG THƯƠNG", "BỘ CÔNG THƯƠNG"),
        ("Hà Nội, ngày 12 tháng 02 năm 2022", "Hà Nội,ngày12tháng02năm 2022", "Hà Nội, ngày 12 tháng 02 năm 2022"),
        ("của Luật TỔ chức Chính phủ", "của Luật Tổ chức Chính phủ", "của Luật Tổ chức Chính phủ"),
        ("có giá trị đến 26092037 tại", "có giá trị đến 26/09/2037 tại", "có giá trị đến 26/09/2037 tại"),
        ("- TTTU, TTHĐND, UBND tỉnh;", "- TTTU,TTHĐND,UBND tỉnh;", "- TTTU, TTHĐND, UBND tỉnh;"),
        ("bà LýNgọcMẫn, sinh năm 1990", "bà Lý Ngọc Mẫn, sinh năm 1990", "bà Lý Ngọc Mẫn, sinh năm 1990"),
        ("tỷ lệ đạt 44,6%; Văn phòng", "tỷ lệ đạt 44,66; Văn phòng", "tỷ lệ đạt 44,6%; Văn phòng"),
    ],
)
def test_the_better_of_two_readings_is_taken(first: str, second: str, printed: str) -> None:
    assert mend(first, second) == printed


def test_what_neither_reader_gave_is_taken_when_both_were_unsure() -> None:
    assert mend("chính quyển địa phương", "chính quyên địa phương", ("quyển", "quyên")) == "chính quyền địa phương"


@pytest.mark.parametrize(
    "text",
    [
        "Số: 574/UBND-KTTH",
        "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05/3/2020",
        "số tiền 12.500.000 đồng, CCCD 001099012345",
        "Email: vanthu@tinh.gov.vn, https://dichvucong.gov.vn",
        "ông Nguyễn Văn Tuân và bà Trần Thị Lụa",
        "NGUYỄN VĂN TUÂN",
        "Tuấn Nguyên",
        "thôn Tân Lập, xã Hoà Bình, huyện Krông Pắk",
        "nhằm nâng cao hiệu quả quản lý nhà nước",
        "con bò vàng gặm cỏ bên bờ rào",
    ],
)
def test_what_is_right_stays_though_the_reader_was_unsure(text: str) -> None:
    assert mend(text, unsure=tuple(text.split())) == text


@pytest.mark.parametrize(("style", "other"), [("hoà", "hòa"), ("hòa", "hoà"), ("uỷ", "ủy"), ("ủy", "uỷ")])
def test_tones_stay_where_they_are_printed(style: str, other: str) -> None:
    del other
    text = f"cộng {style} và {style} ban nhân dân"
    assert mend(text, unsure=tuple(text.split())) == text


def test_a_mended_word_keeps_its_box_and_what_was_read() -> None:
    reading = make_reading("các tô chức khác", unsure=("tô",))
    (line,) = mend_lines([reading])
    assert [(word.text, word.raw_text) for word in line.words] == [("các", None), ("tổ", "tô"), ("chức", None), ("khác", None)]
    assert [word.bbox_px for word in line.words] == [word.bbox_px for word in reading.first.words]
    assert line.bbox_px == reading.first.bbox_px


def test_words_run_together_share_what_was_read() -> None:
    (line,) = mend_lines([make_reading("Vềviệc triển khai", "Về việc triển khai")])
    assert [(word.text, word.raw_text) for word in line.words[:2]] == [("Về", "Vềviệc"), ("việc", "Vềviệc")]
    assert line.words[0].bbox_px.right <= line.words[1].bbox_px.left


def test_the_line_before_tells_how_a_line_begins() -> None:
    lines = mend_lines([make_reading("của các cơ quan, tổ"), make_reading("chúc và cá nhân", unsure=("chúc",))])
    assert [line.text for line in lines] == ["của các cơ quan, tổ", "chức và cá nhân"]


def test_of_two_readings_that_are_not_alike_the_one_that_spells_words_is_taken() -> None:
    assert mend("Nơi nhận:", "xyz 123 qwe rty") == "Nơi nhận:"
    (line,) = mend_lines([make_reading("TÔitfnM: cá 626426016 ãngcol6e", "Tôi tên là: Lý Văn Quyền")])
    assert line.text == "Tôi tên là: Lý Văn Quyền"
    assert {word.raw_text for word in line.words} == {"TÔitfnM: cá 626426016 ãngcol6e"}


def test_leader_dots_are_cut_off_and_kept_as_read() -> None:
    (line,) = mend_lines([make_reading("tỉnh An Giang.........")])
    assert (line.text, line.words[-1].raw_text) == ("tỉnh An Giang", "Giang.........")


def test_nothing_becomes_nothing() -> None:
    assert mend_lines([]) == ()


@pytest.mark.timeout(20)
def test_a_line_without_any_space_is_weighed_in_time() -> None:
    read = "oanhoanh" * 25 + "ã"
    assert mend(read, read.replace("ã", "a")) in {read, read.replace("ã", "a")}
