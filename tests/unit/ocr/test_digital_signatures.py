"""The visible marks of signing programs among the lines of a page."""

from __future__ import annotations

import pytest

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, RegionKind
from ocr.lines import join_words
from ocr.regions import part_digital_signatures

BODY = [("ỦY BAN NHÂN DÂN XÃ AN BÌNH", 100, 300, 60), ("Số: 12/UBND-VP", 100, 380, 60), ("Kính gửi: Văn phòng", 100, 500, 60)]


def lines_of(*rows: tuple[str, int, int, int]) -> list[RecognizedLine]:
    """Make lines of (text, left, top, height)."""
    made = []
    for text, left, top, height in rows:
        words, x = [], left
        for part in text.split():
            width = len(part) * height // 2
            words.append(RecognizedWord(part, BoxPx(x, top, x + width, top + height), 0.9))
            x += width + height // 3
        made.append(join_words(words))
    return made


@pytest.mark.parametrize(
    "mark",
    [
        ("Người ký: Cổng Thông tin", "Email: cong@tinh.gov.vn", "Cơ quan: Văn phòng", "Thời gian ký: 01.07.2026 14:33:20"),
        ("TRUNG TÂM TIN HỌC", "tth@tinh.gov.v", "17.01.2026 17:17:01", "+07:00"),
        ("Ký bởi: Sở Tài chính", "Ngày ký: 05-02-2026 08:01:59 +07:00"),
    ],
)
def test_a_signature_s_mark_is_parted_from_print(mark: tuple[str, ...]) -> None:
    rows = [(text, 1300, 40 + 45 * row, 30) for row, text in enumerate(mark)]
    kept, regions = part_digital_signatures(lines_of(*rows, *BODY))
    assert [line.text for line in kept] == [text for text, *_ in BODY]
    (region,) = regions
    assert region.kind is RegionKind.DIGITAL_SIGNATURE
    assert (region.bbox_px.left, region.bbox_px.top) == (1300, 40)


def test_lines_of_a_mark_above_one_that_was_not_read_belong_to_it() -> None:
    rows = [("TRUNG TÂM CÔNG", 1300, 40, 30), ("BÁO VÀ TIN HỌC", 1300, 80, 30)]
    rows += [("17.01.2026 17:17:01", 1300, 190, 30), ("+07:00", 1300, 230, 30)]  # an address stood at 120 and 155
    kept, regions = part_digital_signatures(lines_of(*rows, *BODY))
    assert [line.text for line in kept] == [text for text, *_ in BODY]
    assert regions[0].bbox_px.top == 40


@pytest.mark.parametrize(
    "rows",
    [
        (("Email: vanphong@tinh.gov.vn", 100, 40, 30), ("Điện thoại: 0296.3856565", 100, 85, 30)),
        (("Cơ quan: Sở Tư pháp", 100, 40, 30), ("Email: stp@tinh.gov.vn", 100, 85, 30)),
        (("Giờ giao dịch: 17/01/2026 17:17:01", 100, 40, 30), ("Mã giao dịch: 000123", 100, 85, 30)),
        (("Ngày ký: 05/02/2026", 100, 40, 60),),
        (),
    ],
)
def test_contact_lines_receipts_and_dates_stay(rows: tuple[tuple[str, int, int, int], ...]) -> None:
    lines = lines_of(*rows, *BODY)
    assert part_digital_signatures(lines) == (lines, ())


def test_print_beside_a_mark_stays() -> None:
    """A mark drawn between the headers takes none of their lines along, though they are near."""
    mark = lines_of(("Ký bởi: Văn phòng", 700, 300, 30), ("Thời gian ký: 01/02/2026 10:00:00", 700, 340, 30))
    kept, regions = part_digital_signatures([*mark, *lines_of(*BODY)])
    assert len(kept) == len(BODY)
    assert len(regions) == 1
