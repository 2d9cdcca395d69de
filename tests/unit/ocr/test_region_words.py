"""What was read out of seals and signatures is dropped, print in their place is kept."""

from __future__ import annotations

import pytest

from dossiers.page import BoxPx, PageRegion, RecognizedLine, RecognizedWord, RegionKind
from ocr.lines import join_words
from ocr.regions import drop_region_words, settle_regions
from ocr.regions.words import looks_like_word

SEAL = PageRegion(RegionKind.SEAL, BoxPx(400, 400, 700, 700), 0.9)
SIGNATURE = PageRegion(RegionKind.SIGNATURE, BoxPx(500, 450, 900, 650), 0.8)


def line(top: int, left: int, *words: tuple[str, float]) -> RecognizedLine:
    """Return a line of words 90 px wide, 100 px apart."""
    return join_words(
        [
            RecognizedWord(text, BoxPx(left + 100 * index, top, left + 100 * index + 90, top + 30), confidence)
            for index, (text, confidence) in enumerate(words)
        ]
    )


def texts(lines: list[RecognizedLine]) -> list[str]:
    return [kept.text for kept in lines]


def test_scraps_of_rim_and_strokes_go() -> None:
    scraps = [
        line(500, 450, ("ỦYƯBẠN", 0.6), ("x", 0.9)),
        line(560, 520, ("Z1", 0.3), ("'", 0.1)),
        line(600, 600, ("CƯ", 0.85)),
    ]
    assert drop_region_words(scraps, (SEAL, SIGNATURE)) == []


def test_titles_and_names_over_a_seal_stay() -> None:
    print_lines = [
        line(410, 480, ("CHỦ", 0.92), ("TỊCH", 0.95)),
        line(640, 480, ("Nguyễn", 0.75), ("Hoàng", 0.5), ("Giang", 0.9)),
        line(520, 300, ("Nơi", 0.95), ("nhận:", 0.95), ("TM.", 0.9), ("UBND", 0.9)),
        line(560, 500, ("Số", 0.9), ("12/QĐ-UBND", 0.6)),
        line(600, 520, ("ông", 0.35), ("Tường", 0.93)),
    ]
    assert drop_region_words(print_lines, (SEAL, SIGNATURE)) == print_lines


def test_a_line_of_print_loses_only_the_scrap_at_its_end() -> None:
    found = drop_region_words([line(550, 250, ("tỉnh", 0.95), ("Lưu:", 0.95), ("VT;", 0.9), ("ÿ2)", 0.3))], (SEAL,))
    assert texts(found) == ["tỉnh Lưu: VT;"]
    assert found[0].bbox_px.right == 540


def test_a_word_under_a_stroke_amid_print_stays_though_it_was_read_badly() -> None:
    crossed = line(550, 300, ("triển", 0.97), ("khai", 0.95), ("còzq", 0.02), ("tác", 0.9), ("lãnh", 0.97), ("đạo", 0.96))
    assert drop_region_words([crossed], (SIGNATURE,)) == [crossed]
    scrawled = line(550, 300, ("triển", 0.97), ("khai", 0.95), ("còzq", 0.02), ("ỹz", 0.1), ("đạo", 0.96))
    assert texts(drop_region_words([scrawled], (SIGNATURE,))) == ["triển khai đạo"]


def test_words_elsewhere_and_in_handwriting_stay() -> None:
    far = line(900, 450, ("qxz", 0.2))
    written = line(500, 450, ("qxz", 0.2))
    assert drop_region_words([far], (SEAL,)) == [far]
    assert drop_region_words([written], (PageRegion(RegionKind.HANDWRITING, SEAL.bbox_px, 0.9),)) == [written]
    assert drop_region_words([written], ()) == [written]


def test_the_corners_of_a_round_seals_box_are_no_seal() -> None:
    corner = line(402, 402, ("jz1", 0.2))
    assert drop_region_words([corner], (SEAL,)) == [corner]


def test_strokes_that_were_print_are_no_regions() -> None:
    title = PageRegion(RegionKind.SIGNATURE, BoxPx(100, 100, 400, 130), 0.8)
    sure = line(100, 100, ("GIẤY", 0.97), ("KHAI", 0.97), ("SINH", 0.97))
    assert settle_regions((title, SEAL), [sure]) == (SEAL,)
    assert settle_regions((title,), [line(100, 100, ("GlÂY", 0.5))]) == (title,)


@pytest.mark.parametrize(
    "text", ["Nguyễn", "TỊCH", "khuỷu", "UBND", "2025", "04/02/2025", "Giấy", "QĐ-UBND", "gì", "quyền,", "(nghiêng)"]
)
def test_print_looks_like_words(text: str) -> None:
    assert looks_like_word(text)


@pytest.mark.parametrize("text", ["qxz", "ÿ2)", "ỦYƯBẠN", "cHỦ", "J›", "'", "", "nguyễễn", "zw"])
def test_scraps_do_not(text: str) -> None:
    assert not looks_like_word(text)
