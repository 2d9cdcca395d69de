"""What the soak is going to do is drawn from its seed alone, and leaves nothing out."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from samples.generator.dice import Dice
from tests.soak.papers import draw_paper
from tests.soak.plan import STATIONS, Fault, Way, Workload, iter_faults, plan_dossiers

LOAD = Workload("260101", 12, ("to-1.png", "to-2.png"), draw_paper)


def test_every_way_and_every_station_comes_up() -> None:
    for seed in range(50):
        dossiers = plan_dossiers(LOAD, Dice(seed))
        files = [file for dossier in dossiers for file in dossier.files]
        assert len(files) == 24
        assert {file.way for file in files} == set(Way)
        assert {dossier.station for dossier in dossiers} == set(STATIONS)
        assert len({dossier.number for dossier in dossiers}) == 12


def test_only_a_duplicate_has_a_paper_that_came_before_and_never_half_of_one() -> None:
    files = [file for dossier in plan_dossiers(LOAD, Dice(3)) for file in dossier.files]
    times = Counter(file.paper for file in files)
    repeated = {file.paper for file in files if file.way is Way.DUPLICATE}
    assert {paper for paper, count in times.items() if count > 1} == repeated
    assert not repeated & {file.paper for file in files if file.way is Way.TRUNCATED}


def test_each_fault_comes_once_a_round_and_the_seed_says_when() -> None:
    rounds = list(islice(iter_faults(Dice(1)), 3 * len(Fault)))
    assert set(Counter(rounds).values()) == {3}
    assert rounds == list(islice(iter_faults(Dice(1)), 3 * len(Fault)))
    assert rounds != list(islice(iter_faults(Dice(2)), 3 * len(Fault)))


def test_a_paper_is_the_same_every_time_and_no_other() -> None:
    assert draw_paper(7) == draw_paper(7)
    assert draw_paper(7) != draw_paper(8)
