"""How long a dossier is kept, and until when what is in it must be locked: pure.

The term comes from the dossier's procedure and from the types of its papers; the longest counts for all of them. It runs
from the end of the year in which the work ended (Luật Lưu trữ 33/2024/QH15). Codes are those of ``maintenance`` in TT
05/2025/TT-BNV. Which procedure has which term is configuration: nothing of it stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from dossiers.errors import InvalidCodeError
from dossiers.scan_verdict import VIETNAM_TIME

PERMANENT = "01"
OTHER = "07"
_YEARS_OF_CODE = {"02": 70, "03": 50, "04": 30, "05": 20, "06": 10}
_MAX_YEARS = 100


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """A term: so many whole years, or for ever (``years`` is None). ``code`` is that of TT 05/2025."""

    years: int | None
    code: str

    @property
    def is_permanent(self) -> bool:
        return self.years is None


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Terms by procedure code and by document type; ``default`` where neither says anything, None for no rule at all."""

    default: RetentionTerm | None = None
    procedures: Mapping[str, RetentionTerm | None] = field(default_factory=dict)
    types: Mapping[str, RetentionTerm | None] = field(default_factory=dict)
    permanent_years: int = 30

    @property
    def knows_permanent(self) -> bool:
        """True when any rule keeps something for ever."""
        terms = (self.default, *self.procedures.values(), *self.types.values())
        return any(term is not None and term.is_permanent for term in terms)


def parse_term(value: str | int) -> RetentionTerm | None:
    """Return the term of a code "01" to "06" or of a whole number of years, None for "" and for "07" (other: no term known).

    Raises InvalidCodeError for anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_YEARS:
        code = next((code for code, years in _YEARS_OF_CODE.items() if years == value), OTHER)
        return RetentionTerm(value, code)
    if value in ("", OTHER):
        return None
    if value == PERMANENT:
        return RetentionTerm(None, PERMANENT)
    if isinstance(value, str) and value in _YEARS_OF_CODE:
        return RetentionTerm(_YEARS_OF_CODE[value], value)
    raise InvalidCodeError(value=str(value), kind="thời hạn bảo quản (retention term)")


def find_term(rules: RetentionRules, procedure: str | None, type_ids: Iterable[str]) -> RetentionTerm | None:
    """Return the longest term of a dossier's procedure and of its papers' types, else the default, else None."""
    terms = [_of_procedure(rules, procedure), *(rules.types.get(type_id) for type_id in type_ids)]
    return longest(terms) or rules.default


def longest(terms: Iterable[RetentionTerm | None]) -> RetentionTerm | None:
    """Return the longest of some terms; for ever is longer than any number of years. None when there is none."""
    known = [term for term in terms if term is not None]
    return max(known, key=lambda term: (term.is_permanent, term.years or 0), default=None)


def end_of_retention(term: RetentionTerm, ended_on: date) -> date | None:
    """Return the last day on which a dossier must be kept, None for ever; years run from the end of the year of its work."""
    return None if term.years is None else date(ended_on.year + term.years, 12, 31)


def lock_end(rules: RetentionRules, term: RetentionTerm, ended_on: date, now: datetime) -> datetime:
    """Return until when (UTC) a dossier's objects are locked: the midnight in Vietnam after its last day.

    No lock lasts for ever: that of a permanent dossier reaches ``permanent_years`` ahead of ``now`` and is renewed.
    """
    last_day = end_of_retention(term, ended_on)
    if last_day is None:
        last_day = date(now.astimezone(VIETNAM_TIME).year + rules.permanent_years, 12, 31)
    return datetime(last_day.year + 1, 1, 1, tzinfo=VIETNAM_TIME).astimezone(UTC)


def needs_renewal(rules: RetentionRules, locked_until: datetime | None, now: datetime) -> bool:
    """Say whether a permanent lock must be made longer: less than half of its years are left."""
    return locked_until is None or locked_until < now + timedelta(days=365 * rules.permanent_years / 2)


def has_ended(term: RetentionTerm | None, ended_on: date | None, today: date) -> bool:
    """Say whether a dossier need not be kept any more: its work ended, its term is known, and the last day is over."""
    if term is None or ended_on is None:
        return False
    last_day = end_of_retention(term, ended_on)
    return last_day is not None and today > last_day


def _of_procedure(rules: RetentionRules, procedure: str | None) -> RetentionTerm | None:
    """Return the term under a procedure's full code, else under its first two parts ("1.000110")."""
    if not procedure:
        return None
    short = ".".join(procedure.split(".")[:2])
    return rules.procedures.get(procedure) or rules.procedures.get(short)
