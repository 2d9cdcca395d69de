"""Codes: whatever is well-formed survives the way through text; whatever is not raises only InvalidCodeError."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dossiers.codes import AgencyCode, DossierNumber, ProcedureCode, find_dossier_number
from dossiers.errors import InvalidCodeError
from dossiers.personal_id import is_personal_id, parse_personal_id

DIGITS = "0123456789"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=length, max_size=length)


LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ROOTS = st.builds(lambda letter, number: letter + number, LETTERS, digits(2))
NEW_AGENCIES = st.builds(
    lambda root, parts: ".".join([root, *parts]), ROOTS, st.lists(st.one_of(digits(2), digits(3)), max_size=8)
)
OLD_AGENCIES = st.builds(
    lambda first, parts, root: ".".join([first, *parts, root]), digits(3), st.lists(digits(2), max_size=8), ROOTS
)
AGENCIES = st.one_of(NEW_AGENCIES, OLD_AGENCIES)
DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SEQUENCES = st.one_of(digits(4), digits(6), digits(7))
NUMBERS = st.builds(lambda agency, day, sequence: f"{agency}-{day:%y%m%d}-{sequence}", AGENCIES, DATES, SEQUENCES)
BLANKS = st.sampled_from(["", " ", "\t", "\u00a0 "])


@given(NUMBERS)
def test_dossier_numbers_round_trip(text: str) -> None:
    assert str(DossierNumber.parse(text)) == text


@given(AGENCIES, DATES, SEQUENCES)
def test_the_parts_of_a_dossier_number_come_back(agency: str, day: date, sequence: str) -> None:
    number = DossierNumber.parse(f"{agency}-{day:%y%m%d}-{sequence}")
    assert (str(number.agency), number.received_on, number.sequence) == (agency, day, sequence)


@given(NUMBERS, BLANKS, BLANKS, st.booleans())
def test_blanks_dashes_and_case_do_not_matter(text: str, before: str, after: str, lower: bool) -> None:
    spelled = text.replace("-", f"{before}\u2013{after}")
    assert str(DossierNumber.parse(before + (spelled.lower() if lower else spelled) + after)) == text


@given(
    NUMBERS,
    st.sampled_from(["{}", "{}.pdf", "/scans/{}/1.tif", "Mã hồ sơ: {}.", "ho so {} (2)", "x\n{}\ny", "{}_khai sinh.jpg"]),
)
def test_numbers_are_found_in_names_and_text(number: str, frame: str) -> None:
    assert str(find_dossier_number(frame.format(number))) == number


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for parse in (DossierNumber.parse, AgencyCode.parse, ProcedureCode.parse, parse_personal_id):
        try:
            value = str(parse(text))
        except InvalidCodeError:
            continue
        assert str(parse(value)) == value


@given(st.text(alphabet="H15.-– 0269\n\u00a0a", max_size=80))
def test_what_is_found_parses_to_itself(text: str) -> None:
    found = find_dossier_number(text)
    assert found is None or DossierNumber.parse(str(found)) == found


@given(st.one_of(NEW_AGENCIES, OLD_AGENCIES))
def test_agency_codes_keep_their_root(text: str) -> None:
    code = AgencyCode.parse(text)
    assert str(code) == text
    assert code.root in text.split(".")
    assert code.root[0].isalpha()


@given(digits(1), digits(6), st.one_of(st.none(), OLD_AGENCIES))
def test_procedure_codes_round_trip(first: str, second: str, agency: str | None) -> None:
    text = f"{first}.{second}" + (f".{agency}" if agency else "")
    assert str(ProcedureCode.parse(text)) == text


@given(st.sampled_from([1, 2, 89, 96, 101, 399]), st.integers(0, 3), st.integers(0, 99), digits(6))
def test_personal_ids_tell_year_and_sex(place: int, century: int, year: int, rest: str) -> None:
    parsed = parse_personal_id(f"{place:03}{century}{year:02}{rest}")
    assert parsed.birth_year == 1900 + 100 * (century // 2) + year
    assert parsed.is_female == (century % 2 == 1)


@given(st.integers(4, 9), digits(2), digits(6))
def test_no_one_is_born_in_the_22nd_century(century: int, year: str, rest: str) -> None:
    assert not is_personal_id(f"089{century}{year}{rest}")
