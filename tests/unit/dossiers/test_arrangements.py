"""Which pages become which files."""

from __future__ import annotations

import pytest

from dossiers.arrangements import (
    Part,
    Separator,
    SourcePage,
    interleave,
    part_at_separators,
    read_separator,
    separator_text,
    side_of,
    tell_pages,
    unfold_stack,
)
from dossiers.codes import DossierNumber
from dossiers.page import QualityVerdict
from dossiers.scan_verdict import PageGlance

NUMBER = "H01.31.12-261008-0003"
OTHER = "H01.31.12-261009-0004"


def pages(*kinds: str) -> list[PageGlance]:
    """``x`` is an ordinary page, ``-`` a blank one, ``|`` has the bars of Patch T, anything else what a sheet's code says."""
    return [
        glance(
            number,
            *(() if kind in "x-|" else (f"SOHOA-TACH:{kind}",)),
            is_blank=kind == "-",
            has_patch_t=kind == "|",
        )
        for number, kind in enumerate(kinds, start=1)
    ]


def glance(number: int, *codes: str, is_blank: bool = False, has_patch_t: bool = False) -> PageGlance:
    quality = QualityVerdict(200, 0.8, 0.8, is_blank=is_blank, is_colour=True)
    return PageGlance(number, quality, codes=codes, has_patch_t=has_patch_t)


def told(*kinds: str) -> list[tuple[str, str | None]]:
    return [(tell_pages(part.pages), part.dossier_number) for part in part_at_separators(pages(*kinds))]


def test_what_a_sheet_says_is_read_again() -> None:
    assert read_separator(glance(1, separator_text(DossierNumber.parse(NUMBER)))) == Separator(NUMBER)
    assert read_separator(glance(1, separator_text(None))) == Separator(None)


@pytest.mark.parametrize("code", [NUMBER, "SOHOA-TACH:", "SOHOA-TACH:H01", "SOHOA-TACH:X", f"x SOHOA-TACH:{NUMBER}", ""])
def test_no_other_code_parts_anything(code: str) -> None:
    assert read_separator(glance(1, code)) is None


def test_the_bars_alone_begin_another_document_and_a_code_goes_before_them() -> None:
    assert told(NUMBER, "x", "|", "x", "x") == [("2", NUMBER), ("4-5", NUMBER)]
    assert read_separator(glance(1, f"SOHOA-TACH:{NUMBER}", has_patch_t=True)) == Separator(NUMBER)


def test_a_scan_without_separators_stays_whole() -> None:
    assert part_at_separators(pages("x", "-", "x")) == ()


def test_a_scan_is_parted_and_every_page_is_in_one_part() -> None:
    assert told(NUMBER, "x", "x", OTHER, "x") == [("2-3", NUMBER), ("5", OTHER)]


def test_the_verso_of_a_separator_goes_with_it_and_other_blanks_stay() -> None:
    assert told(NUMBER, "-", "x", "-", OTHER, "-", "x") == [("3-4", NUMBER), ("7", OTHER)]


def test_pages_before_the_first_separator_are_a_part_without_a_number() -> None:
    assert told("x", NUMBER, "x") == [("1", None), ("3", NUMBER)]


def test_patch_t_begins_another_document_of_the_same_dossier() -> None:
    assert told(NUMBER, "x", "T", "x", OTHER, "x", "T") == [("2", NUMBER), ("4", NUMBER), ("6", OTHER)]
    assert told("x", "T", "x") == [("1", None), ("3", None)]


def test_two_separators_in_a_row_make_no_empty_part() -> None:
    assert told(NUMBER, OTHER, "x") == [("3", OTHER)]


def test_a_stack_of_fronts_and_backs_unfolds() -> None:
    assert [page for _, page in unfold_stack(6) or ()] == [1, 6, 2, 5, 3, 4]
    assert [page for _, page in unfold_stack(6, backs_reversed=False) or ()] == [1, 4, 2, 5, 3, 6]
    assert unfold_stack(5) is None


def test_fronts_and_backs_interleave() -> None:
    assert interleave(2, 2) == (SourcePage(0, 1), SourcePage(1, 2), SourcePage(0, 2), SourcePage(1, 1))
    assert interleave(2, 2, backs_reversed=False) == (SourcePage(0, 1), SourcePage(1, 1), SourcePage(0, 2), SourcePage(1, 2))
    assert interleave(2, 3) is None


@pytest.mark.parametrize(
    ("stem", "side"),
    [("đơn-truoc", ("đơn", "front")), ("ĐƠN_Sau", ("ĐƠN", "back")), ("a-trước", ("a", "front")), ("-sau", None), ("đơn", None)],
)
def test_names_say_which_side_a_file_holds(stem: str, side: tuple[str, str] | None) -> None:
    assert side_of(stem) == side


def test_pages_are_told_in_short() -> None:
    assert tell_pages([SourcePage(0, page) for page in (2, 3, 4, 7, 1)]) == "2-4,7,1"
    assert Part(()).dossier_number is None
