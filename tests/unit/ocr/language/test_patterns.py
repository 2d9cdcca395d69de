"""Phrases that are printed in one way only."""

from __future__ import annotations

import pytest

from ocr.language.patterns import mend_patterns
from tests.support.readings import make_line


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("CỘNG HÒA XÃ HỘI CHÚ NGHĨA VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("CỌNG HOÀ XA HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Độc lập - Tự do - Hạnh phức", "Độc lập - Tự do - Hạnh phúc"),
        ("Kinh gửi: Sở Tài chính", "Kính gửi: Sở Tài chính"),
        ("Nơi nhận:", "Nơi nhận:"),
        ("Nơi nhân:", "Nơi nhận:"),
        ("Căn cử Luật Đất đai", "Căn cứ Luật Đất đai"),
        ("Cán bộ Luật Đất đai", "Cán bộ Luật Đất đai"),
        ("UỶ BAN NHÂN DÂN", "UỶ BAN NHÂN DÂN"),
        ("UỸ BAN NHÂN DÂN", "ỦY BAN NHÂN DÂN"),
        ("Độc lập trong công tác", "Độc lập trong công tác"),
    ],
)
def test_a_line_that_is_nearly_a_phrase_is_written_as_it(read: str, printed: str) -> None:
    (line,) = mend_patterns([make_line(read)])
    assert line.text == printed


def test_the_motto_is_only_looked_for_at_the_top() -> None:
    lines = [make_line("và các đơn vị")] * 20 + [make_line("CỘNG HÒA XÃ HỘI CHÚ NGHĨA VIỆT NAM")]
    assert mend_patterns(lines)[-1].text.split()[4] == "CHÚ"


def test_what_was_read_is_kept() -> None:
    (line,) = mend_patterns([make_line("Kinh gửi:")])
    assert [word.raw_text for word in line.words] == ["Kinh", None]


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("nhân dịp Tết Nguyên đán Át Ty - năm 2025", "nhân dịp Tết Nguyên đán Ất Tỵ - năm 2025"),
        ("Xuân Giáp Thin, năm 2024", "Xuân Giáp Thìn, năm 2024"),
        ("sinh năm Canh Tỷ", "sinh năm Canh Tý"),
        ("ông Nguyễn Canh Thân trình bày", "ông Nguyễn Canh Thân trình bày"),
        ("bà Ất Ty", "bà Ất Ty"),
        ("đầu năm đinh mui", "đầu năm đinh mui"),
    ],
)
def test_the_name_of_a_lunar_year_is_written_as_one_of_sixty(read: str, printed: str) -> None:
    (line,) = mend_patterns([make_line(read)])
    assert line.text == printed
