"""What is measured of the readers' errors."""

from __future__ import annotations

import pytest

from ocr.engine import Reading
from ocr.language.channel import SECOND_READER
from tests.support.readings import make_line
from training.channel import list_known, print_agreed, print_reader
from training.readings import KnownLine, KnownPage

PRINTED = "thẩm quyền của các cơ quan nhà nước."


def make_page(first: str, second: str, lines: int = 8) -> KnownPage:
    reading = Reading(make_line(first, 0.97), make_line(second, 1.0))
    return KnownPage("x", (KnownLine(reading, PRINTED),) * lines)


def test_a_slot_is_known_by_what_is_printed_in_its_place() -> None:
    known = list(list_known([make_page("thâm quyền cua cáccơ quan nhà nước.", "thẩm quyền cua các cơ quan nhà nước")]))
    assert [(one.slot.first_text, one.slot.second_text, one.printed) for one in known[:6]] == [
        ("thâm", "thẩm", "thẩm"),
        ("quyền", "quyền", "quyền"),
        ("cua", "cua", "của"),
        ("cáccơ", "các cơ", "các cơ"),
        ("quan", "quan", "quan"),
        ("nhà", "nhà", "nhà"),
    ]
    assert {round(one.trouble, 3) for one in known} == {round((3 * 8 + 2) / (7 * 8 + 20), 3)}


def test_a_line_whose_print_is_not_known_is_left_out() -> None:
    page = make_page(PRINTED, PRINTED)
    unknown = KnownPage("x", tuple(KnownLine(line.reading, None) for line in page.lines))
    assert list(list_known([unknown])) == []
    assert list(list_known([make_page(PRINTED, PRINTED, lines=2)])) == []  # too few words to judge a page by


def test_the_tables_tell_losses_of_a_sure_reader_and_errors_of_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    known = list(list_known([make_page("thẩm quyền cua các cơ quan nhà nước.", "thẩm quyền cua các cơ quan nhà nước")]))
    print_reader("second", SECOND_READER, [(one.slot.second_text, one.printed, 1.0) for one in known])
    shown = capsys.readouterr().out
    assert "lost stop      0.12500" in shown  # one word of eight has lost its full stop
    print_agreed([one for one in known if one.slot.is_agreed])
    shown = capsys.readouterr().out
    assert "56 words, 8 wrong" in shown
    assert "tone           -0.00 nats" in shown
