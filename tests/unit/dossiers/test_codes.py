"""Codes in their new and old forms, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from dossiers.codes import AgencyCode, DossierNumber, ProcedureCode, find_dossier_number
from dossiers.errors import InvalidCodeError


@pytest.mark.parametrize(
    ("text", "agency", "received_on", "sequence", "ministry"),
    [
        ("H15.50.05.13-261008-0975", "H15.50.05.13", date(2026, 10, 8), "0975", None),
        ("000.00.14.H56-200203-0118", "000.00.14.H56", date(2020, 2, 3), "0118", None),
        ("G15.01-260101-150123", "G15.01", date(2026, 1, 1), "150123", "15"),
        ("G15-260101-1501234", "G15", date(2026, 1, 1), "1501234", "15"),
    ],
)
def test_dossier_numbers_of_both_forms(text: str, agency: str, received_on: date, sequence: str, ministry: str | None) -> None:
    number = DossierNumber.parse(text)
    assert str(number) == text
    assert (str(number.agency), number.received_on, number.sequence, number.ministry) == (
        agency,
        received_on,
        sequence,
        ministry,
    )


@pytest.mark.parametrize(
    "text",
    [
        " h15.50.05.13-261008-0975 ",
        "H15. 50 .05.13 - 261008 – 0975",
        "H15.50.05.13\u2013261008\u20130975",
        "H15.50.05.13\u00a0-261008-0975",
    ],
)
def test_case_blanks_and_dashes_are_mended(text: str) -> None:
    assert str(DossierNumber.parse(text)) == "H15.50.05.13-261008-0975"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H15.50.05.13-261308-0975",
        "H15.50.05.13-260230-0975",
        "H15.50.05.13-261008-097",
        "H15.50.05.13-261008-09750",
        "H15.50.05.13-261008-09750123",
        "H15.50.05.13-261008",
        "H15.50.05.13-26 1008-0975",
        "15.50.05.13-261008-0975",
        "H1550-261008-0975",
        "H15..50-261008-0975",
        "H15.50.50.50.50.50.50.50.50.50.50.50-261008-0975",
        "H15.50.05.13-261008-0975x",
        "H15.50.05.13-２61008-0975",
        "H15.50.05.13/261008/0975",
    ],
)
def test_malformed_dossier_numbers_are_refused(text: str) -> None:
    with pytest.raises(InvalidCodeError) as caught:
        DossierNumber.parse(text)
    assert caught.value.facts["value"] == text
    assert "mã hồ sơ" in caught.value.facts["kind"]


def test_agency_codes() -> None:
    new, old = AgencyCode.parse("h01.50.05"), AgencyCode.parse("000.00.14.H56")
    assert (str(new), new.root, new.is_old_form) == ("H01.50.05", "H01", False)
    assert (str(old), old.root, old.is_old_form) == ("000.00.14.H56", "H56", True)


@pytest.mark.parametrize("text", ["", "H", "H1", "H01.", ".H01", "H01.5", "000.00.14", "H01-50", "H01" + ".123" * 9])
def test_malformed_agency_codes_are_refused(text: str) -> None:
    with pytest.raises(InvalidCodeError):
        AgencyCode.parse(text)


def test_procedure_codes() -> None:
    long, short = ProcedureCode.parse("1.000110.000.00.00.H01"), ProcedureCode.parse("2.000635")
    assert (str(long), long.short, str(long.agency)) == ("1.000110.000.00.00.H01", "1.000110", "000.00.00.H01")
    assert (str(short), short.agency) == ("2.000635", None)


@pytest.mark.parametrize("text", ["", "2.00635", "2000635", "2.000635.H01", "12.000635", "2.000635.000.00.00"])
def test_malformed_procedure_codes_are_refused(text: str) -> None:
    with pytest.raises(InvalidCodeError):
        ProcedureCode.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H15.50.05.13-261008-0975", "H15.50.05.13-261008-0975"),
        ("H15.50.05.13-261008-0975_to khai.pdf", "H15.50.05.13-261008-0975"),
        ("/hot/H15.50.05.13-261008-0975/scan 1.tiff", "H15.50.05.13-261008-0975"),
        ("Mã hồ sơ: H15.50.05.13 – 261008 - 0975.", "H15.50.05.13-261008-0975"),
        ("dòng một\nMã hồ sơ. 000.00.14.h56-200203-0118", "000.00.14.H56-200203-0118"),
        ("H15.50-269908-0975 rồi H15.50-261008-0975", "H15.50-261008-0975"),
        ("H15.50.05.13-261008-09751", None),
        ("AH15.50.05.13-261008-0975", None),
        ("ĐH15.50.05.13-261008-0975", None),
        ("9.H15.50.05.13-261008-0975", None),
        ("H15.50.05.13-261008-\n0975", None),
        ("Số: 47/QĐ-UBND", None),
        ("", None),
    ],
)
def test_find_dossier_number(text: str, expected: str | None) -> None:
    found = find_dossier_number(text)
    assert (str(found) if found else None) == expected
