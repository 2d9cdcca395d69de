"""Numbers and days of headers: found in a text, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.figures import OURS, PEER
from benchmarks.headers import HEADERS_DEV, HEADERS_HELD, HeaderFacts, list_header_figures, load_headers
from benchmarks.measure import FileResult, SetResult
from benchmarks.page_sets import BenchFile, PageSet, PrintedPage
from benchmarks.reading import PageReading, Reading

FACTS = HeaderFacts("47/QĐ-UBND", "2025-01-07")


@pytest.mark.parametrize(
    ("line", "number", "day"),
    [
        ("Số: 47 /QĐ-UBND  Quảng Ngãi, ngày 07 tháng 01 năm 2025", True, True),
        ("SỐ 47/QĐ-UBND, ngày 7 tháng 1 năm 2025", True, True),
        ("Số: 4† /QĐ-UBND  ngày ẨT tháng 01 năm 2025", False, False),
        ("Số: 147 /QĐ-UBND  ngày 17 tháng 01", False, False),
        ("Số: 47/TB-UBND  ngày 07 tháng 11", False, False),
        ("Căn cứ 47/QĐ-UBND", False, False),
    ],
)
def test_a_number_counts_only_in_its_place(line: str, number: bool, day: bool) -> None:
    assert FACTS.is_number_in([line]) is number
    assert FACTS.is_day_in([line]) is day


def make_result(lines: tuple[str, ...], fields: dict[str, tuple[str, float]]) -> SetResult:
    file = BenchFile("a.pdf", Path("a.pdf"), (PrintedPage(()),))
    reading = Reading("engine", (PageReading(lines),), 1.0, 1.0, 1, 1, fields=fields)
    return SetResult(PageSet(HEADERS_DEV, (file,)), (FileResult(file, reading, ()),))


def test_shares_and_sure_fields_are_told() -> None:
    fields = {"document_number": ("047/QĐ-UBND", 0.9), "issue_date": ("2025-01-17", 0.8), "type": ("x", 1.0)}
    sets = {
        HEADERS_DEV: {
            OURS: make_result(("Số: 47/QĐ-UBND", "ngày 17 tháng 01"), fields),
            PEER: make_result(("Số: 4T/QĐ-UBND",), {}),
        }
    }
    number, day, sure = list_header_figures({"a.pdf": FACTS}, sets)
    assert (number.ours, number.peer, number.met) == (1.0, 0.0, True)
    assert (day.ours, day.peer, day.met) == (0.0, 0.0, False)
    assert (sure.ours, sure.met) == (0.5, False)
    assert "2 number and date fields" in sure.name


def test_first_pages_are_split_like_the_transcribed_ones(tmp_path: Path) -> None:
    rows = ("path\tnumber\tdate", "275TB_2022.jpg\t275/TB\t2022-02-28", "851QD_CDKTKT_2015.jpg\t851/QĐ\t2015-12-15")
    (tmp_path / "fields.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    dev, held = load_headers(tmp_path, tmp_path / "scratch")
    assert (dev.name, held.name) == (HEADERS_DEV, HEADERS_HELD)
    assert [file.name for file in dev.files] == ["275TB_2022.jpg"]
    assert [file.name for file in held.files] == ["851QD_CDKTKT_2015.jpg"]
