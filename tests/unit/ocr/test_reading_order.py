"""Lines of the two-column parts of an official page, in a person's order."""

from __future__ import annotations

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table
from ocr.lines import join_words
from ocr.reading_order import arrange_lines

LETTER_PX, HEIGHT_PX, SPACE_PX = 15, 28, 10


def words(text: str, left: int, top: int) -> list[RecognizedWord]:
    made = []
    for part in text.split():
        width = LETTER_PX * len(part)
        made.append(RecognizedWord(part, BoxPx(left, top, left + width, top + HEIGHT_PX), 0.9))
        left += width + SPACE_PX
    return made


def line(*parts: tuple[str, int], top: int) -> RecognizedLine:
    """Make what a reader takes for one line: parts at their left edges."""
    return join_words([word for text, left in parts for word in words(text, left, top)])


def texts(lines: list[RecognizedLine]) -> list[str]:
    return [item.text for item in arrange_lines(lines)]


def test_a_letterhead_read_across_is_parted() -> None:
    page = [
        line(("ỦY BAN NHÂN DÂN", 150), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 620), top=100),
        line(("TỈNH AN GIANG", 180), ("Độc lập - Tự do - Hạnh phúc", 700), top=150),
        line(("Số: 12/QĐ-UBND", 160), ("An Giang, ngày 05 tháng 3 năm 2026", 650), top=220),
        line(("QUYẾT ĐỊNH", 750), top=330),
        line(("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;", 250), top=420),
    ]
    assert texts(page) == [
        "ỦY BAN NHÂN DÂN",
        "TỈNH AN GIANG",
        "Số: 12/QĐ-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "An Giang, ngày 05 tháng 3 năm 2026",
        "QUYẾT ĐỊNH",
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    ]


def test_columns_whose_lines_stand_at_different_heights() -> None:
    page = [
        line(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 620), top=90),
        line(("SỞ TÀI CHÍNH", 150), top=108),
        line(("Độc lập - Tự do - Hạnh phúc", 700), top=140),
        line(("Số: 3/STC", 160), top=158),
        line(("V/v báo cáo", 160), top=200),
        line(("Kính gửi: Ủy ban nhân dân các xã, phường và đặc khu trong tỉnh", 300), top=320),
    ]
    assert texts(page)[:3] == ["SỞ TÀI CHÍNH", "Số: 3/STC", "V/v báo cáo"]
    assert texts(page)[3:5] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]


def test_recipients_come_before_the_signature() -> None:
    page = [
        line(("Các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành quyết định này.", 200), top=100),
        line(("Nơi nhận:", 200), ("TM. ỦY BAN NHÂN DÂN", 900), top=200),
        line(("- Như trên;", 200), ("CHỦ TỊCH", 1000), top=240),
        line(("- Lưu: VT.", 200), top=280),
        line(("Nguyễn Văn A", 980), top=330),
    ]
    assert texts(page)[1:] == [
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Nguyễn Văn A",
    ]


def test_amounts_of_a_receipt_stay_in_their_rows() -> None:
    page = [line((f"Mặt hàng {row}", 100), (f"{row}2.000", 800), top=100 + 50 * row) for row in range(5)]
    assert texts(page) == [f"Mặt hàng {row} {row}2.000" for row in range(5)]


def test_rows_of_a_table_stay_whole() -> None:
    page = [line(("Một", 100), ("Nội dung", 400), ("Ghi chú", 900), top=100 + 50 * row) for row in range(4)]
    assert texts(page) == ["Một Nội dung Ghi chú"] * 4


def test_stretched_spaces_do_not_part_running_text() -> None:
    page = [line(("Căn cứ Luật Tổ chức", 150), ("chính quyền địa phương ngày", 455), top=100 + 45 * row) for row in range(6)]
    assert len(texts(page)) == 6


def test_nothing_is_lost_and_nothing_made_up() -> None:
    page = [line(("a b", 100), ("cc dd", 700), top=100), line(("e", 100), top=160)]
    assert sorted(" ".join(texts(page)).split()) == ["a", "b", "cc", "dd", "e"]
    assert arrange_lines([]) == ()


ENTRIES = [("1", "Ngô Thị Tuyết", "09/07/1992", "19.125.000"), ("2", "Huỳnh Thanh Thủy", "23/05/1983", "10.875.000")]
ENTRIES += [("3", "Phạm Quốc Thuận", "17/08/1976", "13.125.000"), ("4", "Lý Thị Thủy", "27/11/1981", "19.875.000")]
COLUMNS = (160, 260, 620, 900)


def table_pieces(count: int) -> list[RecognizedLine]:
    """Return each entry of a table as a line of its own, a little up or down, the surest first as a detector gives them."""
    pieces = [
        line((entry, left), top=500 + 60 * row + shift)
        for row, entries in enumerate(ENTRIES[:count])
        for entry, left, shift in zip(entries, COLUMNS, (0, 7, -4, 3), strict=True)
    ]
    return sorted(pieces, key=lambda piece: -piece.bbox_px.width)


def test_the_entries_of_an_unruled_table_are_read_row_by_row_between_what_stands_above_and_below() -> None:
    above, below = line(("DANH SÁCH", 700), top=380), line(("Tổng số bốn người", 160), top=800)
    assert texts([below, *table_pieces(4), above]) == ["DANH SÁCH", *(" ".join(row) for row in ENTRIES), "Tổng số bốn người"]


def test_a_ruled_table_of_few_rows_is_read_row_by_row() -> None:
    ruled = Table(BoxPx(150, 480, 1150, 620), 2, 4, ())
    found = arrange_lines(table_pieces(2), [ruled])
    assert [item.text for item in found] == [" ".join(row) for row in ENTRIES[:2]]


def test_a_table_of_two_columns_is_read_as_columns() -> None:
    left = [line((text, 150), top=500 + 50 * row) for row, text in enumerate(("Bên chuyển nhượng đất", "Họ tên người vợ"))]
    right = [line((text, 800), top=500 + 50 * row) for row, text in enumerate(("Bên nhận chuyển nhượng", "Họ tên người mua"))]
    found = arrange_lines([*left, *right], [Table(BoxPx(140, 480, 1300, 620), 2, 2, ())])
    assert [item.text for item in found] == [item.text for item in (*left, *right)]
