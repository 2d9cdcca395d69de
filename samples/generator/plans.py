"""Which dossiers to draw: the committed set, or as many as asked by seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from samples.generator import recipes
from samples.generator.dice import Dice
from samples.generator.fiction import COMMUNE, DEPARTMENT, WARD
from samples.generator.papers import administrative
from samples.generator.recipes import DossierPlan, FilePlan

LOOSE_FILE = "quet-khong-ma-ho-so.jpg"

COMMITTED: tuple[DossierPlan, ...] = (
    DossierPlan("H01.31.12-261008-0003", WARD, dt.date(2026, 10, 8), 103, recipes.plan_birth(), "clean"),
    DossierPlan("H01.31.12-261009-0011", WARD, dt.date(2026, 10, 9), 111, recipes.plan_business()),
    DossierPlan("H01.31.12-261012-0020", WARD, dt.date(2026, 10, 12), 120, recipes.plan_marriage()),
    DossierPlan(
        "H01.31.12-261015-0001",
        WARD,
        dt.date(2026, 10, 15),
        131,
        recipes.plan_allowance(),
        "clean",
        hand_numbers=True,
        citizen_born=(1941, 1950),
    ),
    DossierPlan("H01.31.12-261016-0014", WARD, dt.date(2026, 10, 16), 134, recipes.plan_incomplete()),
    DossierPlan("H01.40.05-261013-0007", COMMUNE, dt.date(2026, 10, 13), 207, recipes.plan_single_status(with_result=False)),
    DossierPlan("H01.40.05-261014-0002", COMMUNE, dt.date(2026, 10, 14), 202, recipes.plan_land()),
    DossierPlan(
        "H01.40.05-261016-0009",
        COMMUNE,
        dt.date(2026, 10, 16),
        209,
        (replace(recipes.plan_death()[0], dpi=100),),
        "hard",
        expected_outcome="needs_review",
    ),
    DossierPlan("H01.14-261006-0033", DEPARTMENT, dt.date(2026, 10, 6), 333, recipes.plan_building()),
    DossierPlan("000.00.14.H01-250618-0118", DEPARTMENT, dt.date(2025, 6, 18), 418, recipes.plan_internal()),
    DossierPlan(
        "",
        COMMUNE,
        dt.date(2026, 10, 19),
        501,
        (FilePlan(LOOSE_FILE, (administrative.draw_thong_bao,), "result"),),
        expected_outcome="needs_review",
    ),
)
"""The dossiers kept in the repository: 10 with a number, and one loose file."""


SPECIMENS = DossierPlan("", WARD, dt.date(2026, 10, 20), 601, recipes.plan_specimens(), "clean")
"""One short paper of each type that no dossier of the committed set holds."""


def plan_dossiers(seed: int, count: int, profile: str = "") -> tuple[DossierPlan, ...]:
    """Plan ``count`` dossiers of mixed kinds, counters and days; ``profile`` empty mixes the scan profiles too."""
    dice = Dice(seed)
    plans = []
    for index in range(count):
        recipe = recipes.RECIPES[index % len(recipes.RECIPES)]
        agency = dice.choice((WARD, COMMUNE))
        day = dt.date(2026, dice.randint(1, 10), dice.randint(1, 28))
        wear = profile or dice.choices(("clean", "moderate", "hard"), (4, 5, 1))[0]
        plans.append(
            DossierPlan(
                number=f"{agency.code}-{day:%y%m%d}-{index + 1:04d}",
                agency=agency,
                day=day,
                seed=dice.getrandbits(32),
                files=recipe(with_result=dice.random() < 0.7),
                profile=wear,
                hand_numbers=dice.random() < 0.15,
                expected_outcome="needs_review" if wear == "hard" else "archived",
            )
        )
    return tuple(replace(plan, citizen_born=(1941, 1950)) if _is_allowance(plan) else plan for plan in plans)


def _is_allowance(plan: DossierPlan) -> bool:
    return any(file.name == "don-va-bien-ban.pdf" for file in plan.files)
