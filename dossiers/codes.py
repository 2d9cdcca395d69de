"""Codes of the one-stop system: dossiers, procedures and agencies, in their new and old written forms.

Forms (see docs/design.md; they were learnt from practice, so both are accepted side by side):

- agency, new ``H15.50.05.13`` (level one first), old ``000.00.14.H56`` (level one last); at most 35 characters;
- dossier ``{agency}-{yymmdd}-{sequence}``: the sequence has 4 digits in a province, 6 or 7 in a ministry, whose first two
  are then the ministry;
- procedure ``1.000110.000.00.00.H01``, in short ``1.000110``.

A code that was once given is never rewritten: parsing only mends case, dashes and blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dossiers.errors import InvalidCodeError

MAX_AGENCY_CODE_LENGTH = 35

_AGENCY_NEW = r"[A-Z][0-9]{2}(?:\.[0-9]{2,3})*"
_AGENCY_OLD = r"[0-9]{3}(?:\.[0-9]{2})*\.[A-Z][0-9]{2}"
_AGENCY = rf"(?:{_AGENCY_NEW}|{_AGENCY_OLD})"
_AGENCY_RE = re.compile(_AGENCY)
_DOSSIER_RE = re.compile(rf"({_AGENCY})-([0-9]{{6}})-([0-9]{{4}}|[0-9]{{6,7}})")
_PROCEDURE_RE = re.compile(rf"([0-9]\.[0-9]{{6}})(?:\.({_AGENCY_OLD}))?")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# Blanks that reading or typing slips in around a separator; a blank between two digits stays a fault.
_LOOSE_SEPARATOR = re.compile(r"[ \t\u00a0]*([.-])[ \t\u00a0]*")
_GAP = r"[ \t\u00a0]*"
_FOUND_DOSSIER_RE = re.compile(
    r"(?<![^\W_])(?<![0-9]\.)"
    + _DOSSIER_RE.pattern.replace(r"\.", rf"{_GAP}\.{_GAP}").replace(")-(", rf"){_GAP}-{_GAP}(")
    + r"(?![^\W_])",
    re.IGNORECASE,
)


def _tidy(text: str) -> str:
    """Return ``text`` with plain dashes, upper case, and no blanks at its ends or around separators."""
    return _LOOSE_SEPARATOR.sub(r"\1", _DASHES.sub("-", text)).strip().upper()


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """The code of an agency. ``root`` is the level-one part: a province (H..) or a ministry (G..)."""

    value: str

    @classmethod
    def parse(cls, text: str) -> AgencyCode:
        """Read an agency code in either form.

        Raises InvalidCodeError when it has neither form or is longer than 35 characters.
        """
        value = _tidy(text)
        if len(value) > MAX_AGENCY_CODE_LENGTH or not _AGENCY_RE.fullmatch(value):
            raise InvalidCodeError(value=text, kind="mã cơ quan (agency code)")
        return cls(value)

    def __str__(self) -> str:
        return self.value

    @property
    def is_old_form(self) -> bool:
        """True when the level-one part stands last."""
        return self.value[0].isdigit()

    @property
    def root(self) -> str:
        parts = self.value.split(".")
        return parts[-1] if self.is_old_form else parts[0]


@dataclass(frozen=True, slots=True)
class DossierNumber:
    """The number of a dossier (mã hồ sơ), e.g. ``H15.50.05.13-261008-0975``. ``sequence`` keeps its leading zeros."""

    agency: AgencyCode
    received_on: date
    sequence: str

    @classmethod
    def parse(cls, text: str) -> DossierNumber:
        """Read a dossier number in either form.

        Raises InvalidCodeError when it is malformed or its date does not exist.
        """
        found = _DOSSIER_RE.fullmatch(_tidy(text))
        received_on = _date_of(found[2]) if found else None
        if found is None or received_on is None or len(found[1]) > MAX_AGENCY_CODE_LENGTH:
            raise InvalidCodeError(value=text, kind="mã hồ sơ (dossier number)")
        return cls(AgencyCode(found[1]), received_on, found[3])

    def __str__(self) -> str:
        return f"{self.agency}-{self.received_on:%y%m%d}-{self.sequence}"

    @property
    def ministry(self) -> str | None:
        """The two digits that name the ministry, or None for a dossier of a province."""
        return self.sequence[:2] if len(self.sequence) > 4 else None


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """The code of an administrative procedure. ``agency`` is None in the short form."""

    short: str
    agency: AgencyCode | None

    @classmethod
    def parse(cls, text: str) -> ProcedureCode:
        """Read a procedure code, long or short.

        Raises InvalidCodeError when it is malformed.
        """
        found = _PROCEDURE_RE.fullmatch(_tidy(text))
        if found is None:
            raise InvalidCodeError(value=text, kind="mã thủ tục hành chính (procedure code)")
        return cls(found[1], AgencyCode.parse(found[2]) if found[2] else None)

    def __str__(self) -> str:
        return f"{self.short}.{self.agency}" if self.agency else self.short


def find_dossier_number(text: str) -> DossierNumber | None:
    """Return the first valid dossier number in ``text`` (the name of a file or folder, or a page read), else None.

    A number inside a longer run of letters or digits does not count: better none than a wrong one.
    """
    return next((number for number, _, _ in _find_dossier_numbers(text)), None)


def find_dossier_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of every valid dossier number in ``text``, in order."""
    return [(start, end) for _, start, end in _find_dossier_numbers(text)]


def _find_dossier_numbers(text: str) -> Iterator[tuple[DossierNumber, int, int]]:
    for found in _FOUND_DOSSIER_RE.finditer(_DASHES.sub("-", text)):
        try:
            yield DossierNumber.parse(found[0]), found.start(), found.end()
        except InvalidCodeError:
            continue


def _date_of(yymmdd: str) -> date | None:
    try:
        return date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return None
