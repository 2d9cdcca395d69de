"""Targets are data, and their arithmetic is exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from dossiers.targets import (
    DIGITIZATION,
    TargetSet,
    choose_target_set,
    compute_gap,
    compute_points,
    compute_rate_percent,
    load_target_sets,
)

AN_GIANG = load_target_sets()[0]
INDICATOR = AN_GIANG.find(DIGITIZATION)


def test_the_targets_of_the_mission() -> None:
    assert {one.id: one.target_percent for one in AN_GIANG.indicators} == {
        "digitization": 80,
        "fully_online": 80,
        "online_payment": 45,
    }
    assert (INDICATOR.max_points, INDICATOR.full_points_percent) == (Decimal(4), Decimal(80))
    assert all(one.missing_vi and one.missing_en for one in AN_GIANG.indicators if one.id != DIGITIZATION)


@pytest.mark.parametrize(
    ("part", "whole", "percent", "points", "gap"),
    [
        (0, 0, None, None, 0),
        (0, 10, "0.00", "0.00", 8),
        (2, 3, "66.67", "3.33", 1),
        (1, 3, "33.33", "1.67", 2),
        (1, 800, "0.13", "0.01", 639),  # 0.125 is a half and goes up
        (79, 100, "79.00", "3.95", 1),
        (7999, 10000, "79.99", "4.00", 1),  # 3.9995 points are 4.00, and yet the target is not reached
        (4, 5, "80.00", "4.00", 0),
        (5, 5, "100.00", "4.00", 0),
        (79999, 100000, "80.00", "4.00", 1),  # shown as 80.00, but the gap is told from the exact ratio
    ],
)
def test_rate_points_and_gap(part: int, whole: int, percent: str | None, points: str | None, gap: int) -> None:
    assert str(compute_rate_percent(part, whole)) == str(percent)
    assert str(compute_points(part, whole, INDICATOR)) == str(points)
    assert compute_gap(part, whole, INDICATOR.target_percent) == gap


def test_an_indicator_without_points_earns_none() -> None:
    assert compute_points(1, 2, AN_GIANG.find("online_payment")) is None


def make_set(name: str, start: str, end: str | None) -> TargetSet:
    valid_to = date.fromisoformat(end) if end else None
    return replace(AN_GIANG, id=name, valid_from=date.fromisoformat(start), valid_to=valid_to)


@pytest.mark.parametrize(
    ("day", "chosen", "is_valid"),
    [
        ("2023-05-01", "first", False),
        ("2024-01-01", "first", True),
        ("2024-12-31", "first", True),
        ("2025-06-01", "first", False),
        ("2026-01-01", "second", True),
        ("2026-07-01", "third", True),
        ("2027-07-01", "second", True),
    ],
)
def test_the_targets_of_a_day(day: str, chosen: str, is_valid: bool) -> None:
    sets = [
        make_set("third", "2026-06-01", "2026-12-31"),
        make_set("first", "2024-01-01", "2024-12-31"),
        make_set("second", "2026-01-01", None),
    ]
    found = choose_target_set(date.fromisoformat(day), sets)
    assert (found.id, found.is_valid_on(date.fromisoformat(day))) == (chosen, is_valid)


def test_no_targets_at_all_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigurationError):
        choose_target_set(date(2026, 1, 1), [])
    with pytest.raises(ConfigurationError):
        AN_GIANG.find("unheard-of")


GOOD = """
id = "x"
version = 1
title_vi = "x"
title_en = "x"
source = "x"
valid_from = 2026-01-01
[[indicators]]
id = "digitization"
formula = "digitized_dossiers"
name_vi = "x"
name_en = "x"
target_percent = 62.5
"""


def test_a_file_more_is_a_set_more(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(GOOD, encoding="utf-8")
    (read,) = load_target_sets(tmp_path)
    assert (read.valid_to, read.find(DIGITIZATION).target_percent) == (None, Decimal("62.5"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("62.5", "101"),
        ("62.5", '"many"'),
        ("digitized_dossiers", "guess"),
        ("version = 1", "version = 1\nsurprise = 1"),
        ("target_percent = 62.5", ""),
        ("target_percent = 62.5", "target_percent = 62.5\nmax_points = 4\nfull_points_percent = 0"),
        ("[[indicators]]", "[[others]]"),
        ('id = "x"', "id = "),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "wrong.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"wrong\.toml"):
        load_target_sets(tmp_path)


def test_two_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="same id"):
        load_target_sets(tmp_path)
