"""What a whole page tells about a word: how far two readers that agree are believed, what is printed again and again."""

from __future__ import annotations

import pytest

from ocr.engine import Reading
from ocr.language.channel import FIRST_READER, SECOND_READER, weigh_agreed, weigh_reading
from ocr.language.combine import align_readings
from ocr.language.mend import mend_lines
from ocr.language.page_habits import USUAL_TROUBLE, PageHabits, observe_page
from tests.support.readings import make_line, make_reading

SURE_FIRST, SURE_SECOND = 0.96, 0.9
LOST_HOOKS = "quy định cua các văn bản quy phạm pháp luật"
GOOD = ("thực hiện nhiệm vụ được giao", "cơ quan, đơn vị có liên quan", "báo cáo kết quả thực hiện") * 8
SPOILT = ("thực hiện nhiệm vu được giao", "co quan, đơn vị có liên quan", "báo cáo kết qua thực hiện") * 8


def read_alike(text: str) -> Reading:
    return Reading(make_line(text, SURE_FIRST), make_line(text, SURE_SECOND))


def test_a_space_that_both_readers_lost_is_put_back_and_names_of_one_word_stay() -> None:
    texts = [
        line.text for line in mend_lines([read_alike("Vềviệc triển khai thực hiện"), read_alike("huyện Mađrắk, tỉnh Đắklắk")])
    ]
    assert texts == ["Về việc triển khai thực hiện", "huyện Mađrắk, tỉnh Đắklắk"]


def test_trouble_is_the_share_of_words_on_which_readers_differ() -> None:
    alike = [align_readings(make_line(text).words, make_line(text).words) for text in GOOD]
    differing = [align_readings(make_line(one).words, make_line(other).words) for one, other in zip(GOOD, SPOILT, strict=True)]
    assert observe_page(alike).trouble < 0.03
    assert 0.14 < observe_page(differing).trouble < 0.2
    assert observe_page([]).trouble == pytest.approx(USUAL_TROUBLE)
    assert observe_page([align_readings(make_line("một").words, ())]).trouble == pytest.approx(USUAL_TROUBLE)


def test_a_hook_that_both_readers_lost_is_put_back_on_a_page_full_of_losses() -> None:
    others = [make_reading(one, other) for one, other in zip(GOOD, SPOILT, strict=True)]
    lines = mend_lines([*others, read_alike(LOST_HOOKS)])
    assert lines[-1].text == "quy định của các văn bản quy phạm pháp luật"


def test_two_readers_that_agree_are_believed_less_the_more_they_differ_elsewhere() -> None:
    costs = [weigh_agreed("cua", "của", SURE_FIRST, SURE_SECOND, trouble) for trouble in (0.03, 0.1, 0.3)]
    assert costs == sorted(costs, reverse=True)
    kept = [weigh_agreed("cua", "cua", SURE_FIRST, SURE_SECOND, trouble) for trouble in (0.03, 0.1, 0.3)]
    assert kept == sorted(kept)
    assert kept[-1] < costs[-1]


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("cơ quan có thâm quyền quy định", "cơ quan có thẩm quyền quy định"),
        ("người có thâm niên công tác", "người có thâm niên công tác"),
    ],
)
def test_a_word_that_fits_what_stands_before_is_doubted_where_it_does_not_fit_what_follows(read: str, printed: str) -> None:
    (line,) = mend_lines([Reading(make_line(read, 0.97), make_line(read, 1.0))])
    assert line.text == printed


@pytest.mark.parametrize("text", ["nhà tạm, nhà dột nát trên địa bàn", "thôn Bản Dền, xã Mường Hum"])
def test_what_is_printed_again_and_again_stays(text: str) -> None:
    readings = [read_alike(text) for _ in range(4)]
    assert [line.text for line in mend_lines(readings)] == [text] * 4


def test_a_pair_of_words_weighs_with_each_time_and_not_where_the_page_shows_the_other_word_too() -> None:
    def observe(*texts: str) -> PageHabits:
        return observe_page([align_readings(make_line(text).words, make_line(text).words) for text in texts])

    def weigh(habits: PageHabits, believed: str) -> float:
        return habits.weigh_repeated("dột", "nhà", "nát", believed)

    once, thrice = observe("nhà dột nát"), observe(*["nhà dột nát"] * 3)
    assert weigh(once, "dốt") == 0
    assert weigh(thrice, "dốt") > weigh(observe(*["nhà dột nát"] * 2), "dốt") > 0
    assert weigh(thrice, "dột") == 0
    assert weigh(observe(*["nhà dột nát"] * 3, "dốt"), "dốt") == 0


def test_a_reader_is_as_sure_of_a_word_whose_full_stop_it_lost() -> None:
    lost = weigh_reading("thư", "thư.", 1.0, SECOND_READER)
    assert lost < weigh_reading("thư", "thứ", 1.0, SECOND_READER)
    assert lost < weigh_reading("thư.", "thư", 0.97, FIRST_READER)
    (line,) = mend_lines([Reading(make_line("về công tác văn thư.", 0.965), make_line("về công tác văn thư", 1.0))])
    assert line.text == "về công tác văn thư."
