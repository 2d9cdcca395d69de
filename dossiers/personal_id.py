"""Personal ID numbers: the 12 digits of the citizen identity card, and the 9 digits of the identity card before it.

Structure of the 12 digits (Decree 137/2015/NĐ-CP Art. 13, Circular 59/2021/TT-BCA): three for the province of birth
registration, or for the country (from 101); one for century and sex (even for men: 0 and 1 the 20th, 2 and 3 the 21st
century); two for the year of birth; six at random. There is no check digit, so a misread digit can pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dossiers.errors import InvalidCodeError

# Provinces as they were when numbers were given; a merger of provinces does not change a number once given.
# fmt: off
_PROVINCES = frozenset({
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45,
    46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91,
    92, 93, 94, 95, 96,
})
# fmt: on
_FIRST_COUNTRY, _LAST_COUNTRY = 101, 399
_SEPARATORS = re.compile(r"[ .\t\u00a0-]+")
_TWELVE = re.compile(r"[0-9]{12}")
_NINE = re.compile(r"[0-9]{9}")


@dataclass(frozen=True, slots=True)
class PersonalId:
    """A valid personal ID number. ``birth_year`` and ``is_female`` are None for an old 9-digit number."""

    value: str
    birth_year: int | None
    is_female: bool | None

    def __str__(self) -> str:
        return self.value


def parse_personal_id(text: str, *, latest_birth_year: int = 2099) -> PersonalId:
    """Read a 12-digit personal ID number, or an old 9-digit one; blanks, dots and dashes between digits are dropped.

    ``latest_birth_year`` is the last year a holder can have been born in, when the caller knows it.
    Raises InvalidCodeError when the length, the province, the century or the year is impossible.
    """
    value = _SEPARATORS.sub("", text.strip())
    if _NINE.fullmatch(value) and value != "0" * 9:
        return PersonalId(value, None, None)
    if _TWELVE.fullmatch(value):
        place, century = int(value[:3]), int(value[3]) // 2
        birth_year = 1900 + 100 * century + int(value[4:6])
        known_place = place in _PROVINCES or _FIRST_COUNTRY <= place <= _LAST_COUNTRY
        if known_place and century <= 1 and birth_year <= latest_birth_year:
            return PersonalId(value, birth_year, int(value[3]) % 2 == 1)
    # The number itself is sensitive: the error tells only its length.
    raise InvalidCodeError(value=f"{len(value)} ký tự", kind="số định danh cá nhân (personal ID number)")


def is_personal_id(text: str) -> bool:
    """Say whether ``text`` is a possible personal ID number of 12 or 9 digits."""
    try:
        parse_personal_id(text)
    except InvalidCodeError:
        return False
    return True
