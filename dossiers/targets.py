"""Targets as data with dates of validity, and the arithmetic of rates, points and gaps.

One TOML file a set of targets in ``dossiers/targets/``. Percentages have two decimals, halves rounded up; a zero denominator
gives None, shown as N/A (index of Decision 766/QĐ-TTg).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from dossiers.errors import ConfigurationError

DIGITIZATION = "digitization"

_FOLDER = Path(__file__).parent / "targets"
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


class Formula(StrEnum):
    """How an indicator is computed. ``REGISTER`` needs the register of received dossiers and cannot be computed without it."""

    DIGITIZED_DOSSIERS = "digitized_dossiers"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. ``target_percent`` 0 to 100.

    At ``full_points_percent`` it earns ``max_points``, below that in proportion; both are None when it earns none.
    ``missing_vi`` and ``missing_en`` say why it cannot be computed, empty when it can.
    """

    id: str
    formula: Formula
    name_vi: str
    name_en: str
    target_percent: Decimal
    index_item: str = ""
    max_points: Decimal | None = None
    full_points_percent: Decimal | None = None
    missing_vi: str = ""
    missing_en: str = ""


@dataclass(frozen=True, slots=True)
class TargetSet:
    """The indicators that hold from ``valid_from`` to ``valid_to``, both inclusive; without an end when that is None."""

    id: str
    version: int
    title_vi: str
    title_en: str
    source: str
    valid_from: date
    valid_to: date | None
    indicators: tuple[Indicator, ...]

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def find(self, indicator_id: str) -> Indicator:
        """Return an indicator. Raises ConfigurationError when the set has none of that id."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise ConfigurationError(detail=f"the targets {self.id} have no indicator {indicator_id}")


@cache
def load_target_sets(folder: Path = _FOLDER) -> tuple[TargetSet, ...]:
    """Read every set of targets, oldest first. Raises ConfigurationError when a file is wrong or two have the same id."""
    sets = sorted((_read_set(path) for path in folder.glob("*.toml")), key=lambda one: (one.valid_from, one.id))
    if len({one.id for one in sets}) != len(sets):
        raise ConfigurationError(detail=f"two sets of targets in {folder.name} have the same id")
    return tuple(sets)


def choose_target_set(day: date, sets: Iterable[TargetSet] | None = None) -> TargetSet:
    """Return the targets that hold on a day; of several the newest.

    When none holds, the last that began before is returned (ask ``is_valid_on`` and say so), else the first to come.
    Raises ConfigurationError when there are no targets at all.
    """
    known = sorted(load_target_sets() if sets is None else sets, key=lambda one: one.valid_from)
    if not known:
        raise ConfigurationError(detail="no targets are configured")
    begun = [one for one in known if one.valid_from <= day]
    valid = [one for one in begun if one.is_valid_on(day)]
    return (valid or begun or known[:1])[-1]


def compute_rate_percent(part: int, whole: int) -> Decimal | None:
    """Return ``part / whole`` as a percentage with two decimals, halves up; None when ``whole`` is 0."""
    return _round(_HUNDRED * part / whole) if whole else None


def compute_points(part: int, whole: int, indicator: Indicator) -> Decimal | None:
    """Return the points an indicator earns, with two decimals, computed from the exact ratio.

    None when ``whole`` is 0 or the indicator earns no points.
    """
    if not whole or indicator.max_points is None or indicator.full_points_percent is None:
        return None
    percent = _HUNDRED * part / whole
    if percent >= indicator.full_points_percent:
        return _round(indicator.max_points)
    return _round(_HUNDRED * part * indicator.max_points / (whole * indicator.full_points_percent))


def compute_gap(part: int, whole: int, target_percent: Decimal) -> int:
    """Return how many more of the same ``whole`` must be added to ``part`` to reach the target; 0 when it is reached."""
    needed = (target_percent * whole / _HUNDRED).to_integral_value(ROUND_CEILING)
    return max(0, int(needed) - part)


def _round(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _read_set(path: Path) -> TargetSet:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        indicators = tuple(_read_indicator(one) for one in data.pop("indicators"))
        target_set = TargetSet(**{"valid_to": None, **data}, indicators=indicators)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise ConfigurationError(detail=f"targets file {path.name}: {error}") from error
    return target_set


def _read_indicator(data: dict[str, Any]) -> Indicator:
    values: dict[str, Any] = {**data, "formula": Formula(data["formula"])}
    for name in ("target_percent", "max_points", "full_points_percent"):
        if name in values:
            values[name] = Decimal(values[name])
    indicator = Indicator(**values)
    if not 0 <= indicator.target_percent <= _HUNDRED:
        raise ValueError(f"{indicator.id}: a target is 0 to 100 percent")
    if indicator.full_points_percent is not None and indicator.full_points_percent <= 0:
        raise ValueError(f"{indicator.id}: full points need more than 0 percent")
    return indicator
