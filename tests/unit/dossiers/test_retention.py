"""How long dossiers are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dossiers.errors import InvalidCodeError
from dossiers.retention import (
    RetentionRules,
    RetentionTerm,
    end_of_retention,
    find_term,
    has_ended,
    lock_end,
    longest,
    needs_renewal,
    parse_term,
)

TEN = RetentionTerm(10, "06")
FIVE = RetentionTerm(5, "07")
PERMANENT = RetentionTerm(None, "01")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("01", PERMANENT),
        ("02", RetentionTerm(70, "02")),
        ("03", RetentionTerm(50, "03")),
        ("04", RetentionTerm(30, "04")),
        ("05", RetentionTerm(20, "05")),
        ("06", TEN),
        (10, TEN),
        (5, FIVE),
        ("07", None),
        ("", None),
    ],
)
def test_terms_are_codes_or_years(value: str | int, term: RetentionTerm | None) -> None:
    assert parse_term(value) == term


@pytest.mark.parametrize("value", ["1", "08", "10 years", 0, -1, 101, True])
def test_what_is_neither_is_refused(value: str | int) -> None:
    with pytest.raises(InvalidCodeError):
        parse_term(value)


def test_a_term_runs_from_the_end_of_the_year_in_which_the_work_ended() -> None:
    for day in (date(2026, 1, 1), date(2026, 10, 8), date(2026, 12, 31)):
        assert end_of_retention(TEN, day) == date(2036, 12, 31)
    assert end_of_retention(PERMANENT, date(2026, 1, 1)) is None


def test_a_lock_ends_at_midnight_in_vietnam_after_the_last_day() -> None:
    until = lock_end(RetentionRules(), TEN, date(2026, 10, 8), NOW)
    assert until == datetime(2036, 12, 31, 17, tzinfo=UTC)


def test_a_mixed_dossier_takes_the_longest() -> None:
    rules = RetentionRules(default=FIVE, procedures={"1.000110": TEN}, types={"birth": PERMANENT, "form": FIVE})
    assert find_term(rules, None, ["other"]) == FIVE
    assert find_term(rules, "1.000110", ["form"]) == TEN
    assert find_term(rules, "1.000110.000.00.00.H01", ["form"]) == TEN
    assert find_term(rules, "1.000110", ["form", "birth"]) == PERMANENT
    assert find_term(RetentionRules(), "1.000110", ["form"]) is None
    assert longest([None, FIVE, TEN]) == TEN
    assert longest([]) is None


def test_the_full_code_of_a_procedure_counts_before_its_short_one() -> None:
    rules = RetentionRules(procedures={"1.000110": TEN, "1.000110.000.00.00.H01": FIVE})
    assert find_term(rules, "1.000110.000.00.00.H01", []) == FIVE
    assert find_term(rules, "1.000110.000.00.00.H33", []) == TEN


def test_a_permanent_lock_reaches_far_and_is_renewed_at_half() -> None:
    rules = RetentionRules(permanent_years=30)
    until = lock_end(rules, PERMANENT, date(2026, 10, 8), NOW)
    assert until == datetime(2056, 12, 31, 17, tzinfo=UTC)
    assert not needs_renewal(rules, until, NOW)
    assert not needs_renewal(rules, until, NOW + timedelta(days=365 * 15))
    assert needs_renewal(rules, until, NOW + timedelta(days=365 * 16))
    assert needs_renewal(rules, None, NOW)


def test_nothing_ends_while_something_is_not_known_or_on_its_last_day() -> None:
    ended = date(2016, 3, 1)
    assert has_ended(TEN, ended, date(2027, 1, 1))
    assert not has_ended(TEN, ended, date(2026, 12, 31))
    assert not has_ended(TEN, None, date(2099, 1, 1))
    assert not has_ended(None, ended, date(2099, 1, 1))
    assert not has_ended(PERMANENT, ended, date(2099, 1, 1))
