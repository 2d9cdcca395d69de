"""Figures, goals and the table, from results made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.figures import OURS, PEER, Figure, Measurements, judge_flatness, list_figures
from benchmarks.measure import FileResult, SetResult, measure_set, take_median
from benchmarks.page_sets import BenchFile, PageSet, PrintedPage
from benchmarks.reading import PageReading, Reading, failed
from benchmarks.report import make_report, rank_engines, write_report
from benchmarks.scoring import Score
from benchmarks.upright import Stand

MIB = 1024 * 1024


def make_result(tmp_path: Path, name: str, *, edits: int, inserted: int = 0, cpu_s: float = 1.0) -> SetResult:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"x" * 1000)
    file = BenchFile(f"{name}.pdf", path, (PrintedPage(("a" * 1000,), 0),))
    reading = Reading("engine", (PageReading(()),), 2.0, cpu_s, 100 * MIB, 4096)
    score = Score(letters=1000, edits=edits, inserted=inserted, hits=98, expected_words=100, read_words=100)
    return SetResult(PageSet(name, (file,)), (FileResult(file, reading, (score,)),))


def make_sets(tmp_path: Path, name: str, ours: int, peer: int) -> dict[str, SetResult]:
    return {OURS: make_result(tmp_path, name, edits=ours), PEER: make_result(tmp_path, name, edits=peer, cpu_s=4.0)}


def figures_by_name(found: Measurements) -> dict[str, Figure]:
    return {figure.name: figure for figure in list_figures(found)}


@pytest.mark.parametrize(("ours", "peer", "met"), [(10, 30, True), (11, 30, False), (0, 0, True)])
def test_a_goal_is_a_share_of_the_peers_error(tmp_path: Path, ours: int, peer: int, met: bool) -> None:
    found = Measurements({"real-held": make_sets(tmp_path, "real-held", ours, peer)})
    figure = figures_by_name(found)["real-held: character error without insertions"]
    assert (figure.ours, figure.peer, figure.met) == (ours / 1000, peer / 1000, met)
    assert figure.goal == "<= 1/3 of the peer's"


def test_costs_are_compared_a_page(tmp_path: Path) -> None:
    figures = figures_by_name(Measurements({"real-dev": make_sets(tmp_path, "real-dev", 1, 3)}))
    cpu = figures["CPU a page, scan to signed PDF/A, real pages"]
    assert (cpu.ours, cpu.peer, cpu.ratio, cpu.met) == (1.0, 4.0, 0.25, True)
    assert figures["stored size a page, all pages"].met is False
    assert figures["peak memory of the largest process"].ours == 100


def test_hard_pages_have_a_goal_of_their_own(tmp_path: Path) -> None:
    sets = {name: make_sets(tmp_path, name, edits, 500) for name, edits in (("hard-curl", 40), ("hard-faint", 70))}
    figures = figures_by_name(Measurements(sets))
    assert figures["hard-curl: character error"].met is True
    assert figures["hard-faint: character error"].met is False
    assert figures["hard pages, all kinds: character error"].ours == pytest.approx(0.055)


def test_turned_pages_must_all_stand_upright_and_level(tmp_path: Path) -> None:
    sets = {"turned": make_sets(tmp_path, "turned", 1, 1)}
    stands: dict[str, tuple[Stand, ...]] = {
        OURS: (Stand(True, 0.1), Stand(True, -0.25)),
        PEER: (Stand(True, 0.0), Stand(False, 9.0)),
    }
    figures = figures_by_name(Measurements(sets, stands))
    upright, level = figures["turned: stored pages upright"], figures["turned: skew left on a stored page, worst"]
    assert (upright.ours, upright.peer, upright.met) == (1.0, 0.5, True)
    assert (level.ours, level.peer, level.met) == (0.25, 0.0, False)


def test_re_reading_must_not_add_errors(tmp_path: Path) -> None:
    reread = {"real-dev": (Score(letters=100, edits=10), Score(letters=100, edits=12))}
    figures = figures_by_name(Measurements({"real-dev": make_sets(tmp_path, "real-dev", 1, 3)}, reread=reread))
    figure = figures["real-dev: error of the stored page read again, over the source's"]
    assert figure.ours == pytest.approx(1.2)
    assert figure.met is False


def test_the_sets_that_are_read_again_are_judged_together_as_well(tmp_path: Path) -> None:
    reread = {
        "real-dev": (Score(letters=100, edits=1), Score(letters=100, edits=2)),
        "marks-200": (Score(letters=300, edits=19), Score(letters=300, edits=19)),
    }
    figures = figures_by_name(Measurements({"real-dev": make_sets(tmp_path, "real-dev", 1, 3)}, reread=reread))
    figure = figures["error of the stored pages of these 2 sets together read again, over the source's"]
    assert figure.ours == pytest.approx(21 / 20)
    assert figure.met is True


def test_memory_that_grows_is_told() -> None:
    assert judge_flatness([500, *([100] * 99)], 10).met is True
    assert judge_flatness([100 + index for index in range(100)], 10).met is False
    assert judge_flatness([100, 200, 900] * 5 + [100], 3).met is True, "like is compared with like"


def test_an_engine_alone_has_figures_without_a_verdict(tmp_path: Path) -> None:
    found = Measurements({"forms-200": {OURS: make_result(tmp_path, "forms-200", edits=3)}})
    figure = figures_by_name(found)["forms-200: errors with insertions"]
    assert (figure.peer, figure.ratio, figure.met) == (None, None, None)


def test_the_report_holds_no_text_and_no_path_of_this_machine(tmp_path: Path) -> None:
    result = make_result(tmp_path, "clean-300", edits=1)
    (one,) = result.files
    broken = replace(one, reading=failed("engine", f"cannot open {tmp_path}/scan.pdf today"))
    report = make_report(Measurements({"clean-300": {PEER: replace(result, files=(broken,))}}), {"seed": 1, "runs": 1})
    write_report(report, tmp_path / "results.json", tmp_path / "results.md")
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    assert json.loads(text)["sets"]["clean-300"]["peer"]["failures"] == ["clean-300.pdf: cannot open today"]
    assert str(tmp_path) not in text
    assert "aaaa" not in text
    assert "clean-300.pdf: cannot open today" in (tmp_path / "results.md").read_text(encoding="utf-8")


def test_the_table_says_what_was_not_met(tmp_path: Path) -> None:
    report = make_report(Measurements({"forms-200": make_sets(tmp_path, "forms-200", 10, 30)}), {"seed": 1, "runs": 1})
    write_report(report, tmp_path / "results.json", tmp_path / "results.md")
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "| forms-200: errors with insertions | 1.00% | 3.00% | 0.33 | <= 1/6 of the peer's | **no** |" in page


def test_sets_are_asked_whether_they_rank_engines_as_real_pages_do(tmp_path: Path) -> None:
    sets = {
        "real-dev": make_sets(tmp_path, "real-dev", 1, 3),
        "forms-200": make_sets(tmp_path, "forms-200", 1, 9),
        "clean-300": make_sets(tmp_path, "clean-300", 2, 1),
    }
    assert rank_engines(Measurements(sets))["agreement_with_real"] == {"forms-200": 1.0, "clean-300": -1.0}


def test_engines_take_turns_and_times_are_medians(tmp_path: Path) -> None:
    file = make_result(tmp_path, "set", edits=0).files[0].file
    seconds = iter((9.0, 1.0, 2.0, 1.0, 3.0, 1.0))
    calls: list[str] = []

    def digitize(name: str) -> Reading:
        calls.append(name)
        return Reading(name, (PageReading(("a" * 999,)),), 1.0, next(seconds), 1, 1)

    engines = {PEER: lambda _: digitize(PEER), OURS: lambda _: digitize(OURS)}
    results = measure_set(PageSet("set", (file,)), engines, 3, lambda _: None)
    assert calls == [PEER, OURS] * 3
    assert results[PEER].cpu_s_a_page == 3.0
    assert results[OURS].score.edits == 1
    assert take_median([failed("e", "x", cpu_s=2.0)]).cpu_s == 2.0


def test_a_page_that_was_not_given_back_counts_as_read_empty(tmp_path: Path) -> None:
    file = make_result(tmp_path, "set", edits=0).files[0].file
    results = measure_set(PageSet("set", (file,)), {OURS: lambda _: failed("e", "broken")}, 1, lambda _: None)
    assert results[OURS].score.error == 1.0
    assert results[OURS].failures == ("set.pdf: broken",)
