"""Where a file of the inbox belongs, by names alone."""

from __future__ import annotations

import unicodedata

import pytest

from dossiers.stations import (
    Placement,
    is_marker,
    is_passed_over,
    is_result_note,
    marked_unit,
    place_file,
    read_page_count,
)

NUMBER = "H01.31.12-261008-0003"
OTHER = "H01.31.12-261009-0004"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"quầy 1/{NUMBER}/a.pdf", Placement("quầy 1", NUMBER, ("quầy 1", NUMBER))),
        (f"quầy 1/{NUMBER}/ket-qua/a.pdf", Placement("quầy 1", NUMBER, ("quầy 1", NUMBER))),
        (f"quầy 1/2026/{NUMBER} bổ sung/a.pdf", Placement("quầy 1", NUMBER, ("quầy 1", "2026", f"{NUMBER} bổ sung"))),
        (f"quầy 1/{NUMBER}.pdf", Placement("quầy 1", NUMBER, ("quầy 1", f"{NUMBER}.pdf"))),
        ("quầy 1/scan0001.pdf", Placement("quầy 1", None, ("quầy 1", "scan0001.pdf"))),
        (f"{NUMBER}/a.pdf", Placement("", NUMBER, (NUMBER,))),
        (f"{NUMBER}.pdf", Placement("", NUMBER, (f"{NUMBER}.pdf",))),
        (f"q/{NUMBER}/{OTHER}.pdf", Placement("q", OTHER, ("q", NUMBER))),
    ],
)
def test_a_path_says_station_dossier_and_unit(path: str, expected: Placement) -> None:
    assert place_file(path.split("/")) == expected


def test_a_decomposed_name_belongs_to_the_same_station_and_keeps_its_own_form() -> None:
    decomposed = unicodedata.normalize("NFD", "quầy 1")
    placement = place_file([decomposed, NUMBER, "a.pdf"])
    assert placement.station == "quầy 1"
    assert placement.unit == (decomposed, NUMBER)


@pytest.mark.parametrize(
    "parts", [[], ["..", "a.pdf"], ["q", "..", "a.pdf"], ["q", "", "a.pdf"], ["q/../..", "a.pdf"], ["a\0b"]]
)
def test_a_path_that_leads_out_is_refused(parts: list[str]) -> None:
    with pytest.raises(ValueError, match="inbox"):
        place_file(parts)


@pytest.mark.parametrize(
    "name", ["a.pdf.part", "A.PDF.PART", "~$a.docx", ".ẩn.pdf", "a.tmp", "a.pdf~", "Thumbs.db", "_XONG", "a.pdf.ket-qua.txt"]
)
def test_what_is_no_finished_scan_is_passed_over(name: str) -> None:
    assert is_passed_over(name)


@pytest.mark.parametrize("name", ["a.pdf", "part.pdf", "đơn.tif", "ket-qua.pdf", "xong.pdf", "~a.pdf"])
def test_a_scan_is_not_passed_over(name: str) -> None:
    assert not is_passed_over(name)


def test_markers_name_a_folder_or_a_file() -> None:
    assert is_marker(".xong")
    assert marked_unit(["q", NUMBER, "_XONG"]) == ("q", NUMBER)
    assert marked_unit(["q", unicodedata.normalize("NFD", "giấy.pdf.xong")]) == ("q", "giấy.pdf")
    assert is_result_note("Giấy.pdf.KET-QUA.txt")


@pytest.mark.parametrize(("content", "pages"), [("12", 12), ("số trang: 5\n", 5), ("", None), ("xong", None), ("0", None)])
def test_a_marker_may_promise_pages(content: str, pages: int | None) -> None:
    assert read_page_count(content) == pages
