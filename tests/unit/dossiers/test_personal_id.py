"""Personal ID numbers: the 12 digits, the old 9, and what cannot be one."""

from __future__ import annotations

import pytest

from dossiers.errors import InvalidCodeError
from dossiers.personal_id import is_personal_id, parse_personal_id


@pytest.mark.parametrize(
    ("text", "value", "birth_year", "is_female"),
    [
        ("089090001234", "089090001234", 1990, False),
        ("089190001234", "089190001234", 1990, True),
        ("001205 001 234", "001205001234", 2005, False),
        ("0 9 6 3 0 1 0 0 1 2 3 4", "096301001234", 2001, True),
        ("351234567", "351234567", None, None),
    ],
)
def test_possible_numbers(text: str, value: str, birth_year: int | None, is_female: bool | None) -> None:
    parsed = parse_personal_id(text)
    assert (str(parsed), parsed.birth_year, parsed.is_female) == (value, birth_year, is_female)
    assert is_personal_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "1234", "08909000123", "0890900012345", "003090001234", "089490001234", "08909000123a", "000000000", "٠٨٩٠٩٠٠٠١٢٣٤"],
)
def test_impossible_numbers(text: str) -> None:
    assert not is_personal_id(text)


def test_a_birth_after_the_last_possible_year_is_refused() -> None:
    assert parse_personal_id("089230001234", latest_birth_year=2030).birth_year == 2030
    with pytest.raises(InvalidCodeError):
        parse_personal_id("089230001234", latest_birth_year=2026)


def test_the_error_does_not_tell_the_number() -> None:
    with pytest.raises(InvalidCodeError) as caught:
        parse_personal_id("989190001234")
    assert "989190001234" not in caught.value.message_vi + caught.value.message_en
