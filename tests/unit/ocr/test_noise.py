"""What is no text is dropped, and what is badly read text is kept."""

from __future__ import annotations

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.engine import Reading
from ocr.lines import join_words
from ocr.noise import drop_noise


def line(*words: tuple[str, float, int]) -> RecognizedLine:
    boxes = [BoxPx(40 * index, 0, 40 * index + 30, height) for index, (_, _, height) in enumerate(words)]
    return join_words([RecognizedWord(text, box, confidence) for (text, confidence, _), box in zip(words, boxes, strict=True)])


BODY = line(("Căn", 0.95, 28), ("cứ", 0.95, 28), ("Luật", 0.95, 28))


def test_specks_and_strokes_go() -> None:
    lines = [BODY, line(("|", 0.4, 90)), line(("i", 0.9, 4)), line(("XO", 0.2, 30)), line(("~", 0.9, 28))]
    assert [kept.text for kept in drop_noise(lines)] == [BODY.text]


def test_doubtful_marks_at_the_ends_go_and_real_ones_stay() -> None:
    noisy = line((":", 0.3, 20), ("-", 0.93, 20), ("Như", 0.9, 28), ("-", 0.2, 20), ("trên", 0.9, 28), ("»", 0.9, 20))
    assert [kept.text for kept in drop_noise([BODY, noisy])][1] == "- Như - trên"


def test_boxes_to_tick_go_and_numbers_in_brackets_stay() -> None:
    form = line(("L]", 0.9, 28), ("Có", 0.9, 28), ("[]", 0.9, 28), ("Không", 0.9, 28), ("[01]", 0.9, 28), ("[X]", 0.9, 28))
    assert [kept.text for kept in drop_noise([BODY, form])][1] == "Có Không [01] [X]"


def test_a_handwritten_number_read_badly_is_kept_in_its_line() -> None:
    number = line(("Số:", 0.9, 28), ("2#", 0.0, 40), ("/UBND", 0.9, 28))
    assert [kept.text for kept in drop_noise([BODY, number])][1] == "Số: 2# /UBND"


def test_a_number_line_stays_though_handwriting_made_the_reader_doubt_all_of_it() -> None:
    number = line(("Số:22", 0.02, 40), ("/TTr-UBND", 0.35, 28))
    scrawl = line(("Sở22", 0.02, 40), ("TrUBND", 0.35, 28))
    assert [kept.text for kept in drop_noise([BODY, number, scrawl])][1:] == ["Số:22 /TTr-UBND"]


def test_a_line_that_both_readers_read_alike_stays_however_unlikely_its_words() -> None:
    unlikely = line(("-", 0.9, 28), ("Lưu:VT,KT.bngoc106", 0.03, 28))
    first = line(("-", 0.93, 28), ("Lưu:", 0.93, 28), ("VT,KT.bngocl106", 0.5, 28))
    second = line(("-", 0.99, 28), ("Lưu:VT,KT.bngoc106", 0.52, 28))
    other = line(("Jf-bmy", 0.6, 28), ("Vn1O6", 0.5, 28))
    assert drop_noise([BODY, unlikely]) == [BODY]
    assert drop_noise([BODY, unlikely], [Reading(BODY, BODY), Reading(first, second)]) == [BODY, unlikely]
    assert drop_noise([BODY, unlikely], [Reading(BODY, BODY), Reading(first, other)]) == [BODY]
    assert drop_noise([BODY, unlikely], [Reading(BODY, BODY), Reading(first)]) == [BODY]
    scrawl = line(("Ilili", 0.03, 28))
    assert drop_noise([BODY, scrawl], [Reading(BODY, BODY), Reading(scrawl, scrawl)]) == [BODY]
