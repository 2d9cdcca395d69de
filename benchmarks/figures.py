"""The figures that count, each with its goal and the peer's value beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from benchmarks.measure import SetResult
from benchmarks.page_sets import REAL_DEV, REAL_HELD
from benchmarks.scoring import Score, total
from benchmarks.upright import MAX_ANGLE_ERROR_DEG, Stand
from samples.generator.levels import GROUPS

OURS, PEER, PLAIN = "ours", "peer", "plain"
MIB = 1024 * 1024
HARD_SETS = GROUPS["hard"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. ``unit`` is %, s, MiB, KiB, deg or empty; ``met`` None where there is no goal or no value."""

    name: str
    unit: str
    ours: float | None
    peer: float | None
    goal: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return self.ours / self.peer if self.ours is not None and self.peer else None


@dataclass(frozen=True, slots=True)
class Measurements:
    """All that was measured: results by set and engine, how stored pages stand, what re-reading them gave, the long run."""

    sets: dict[str, dict[str, SetResult]]
    stands: dict[str, tuple[Stand, ...]] = field(default_factory=dict)
    reread: dict[str, tuple[Score, Score]] = field(default_factory=dict)
    long_peaks: tuple[int, ...] = ()
    extra: tuple[Figure, ...] = ()


def list_figures(found: Measurements) -> list[Figure]:
    """Return every figure whose sets were measured."""
    figures: list[Figure] = []
    for name in (REAL_DEV, REAL_HELD):
        if name in found.sets:
            figures += _real(found.sets[name], name)
    for name, results in found.sets.items():
        figures += _drawn(name, results)
    hard = [found.sets[name] for name in HARD_SETS if name in found.sets]
    if hard:
        figures.append(_absolute("hard pages, all kinds: character error", "%", hard, lambda s: s.error, 0.05))
    figures += _turned(found)
    figures += _cost(found)
    return [*figures, *found.extra]


def _real(results: dict[str, SetResult], name: str) -> list[Figure]:
    return [
        _relative(f"{name}: character error without insertions", "%", results, lambda s: s.error, 1 / 3),
        _relative(f"{name}: spurious characters", "%", results, lambda s: s.insertions, 1 / 4),
        _word_f1(f"{name}: word F1", results, 0.97),
        _plain(f"{name}: the same error line by line", "%", results, lambda s: s.line_error),
        _plain(f"{name}: reading order (Kendall's tau)", "", results, lambda s: s.order_tau),
    ]


def _drawn(name: str, results: dict[str, SetResult]) -> list[Figure]:
    if not any(result.score.letters for result in results.values()):
        return []
    if name in HARD_SETS:
        return [_absolute(f"{name}: character error", "%", [results], lambda s: s.error, 0.05)]
    if name == "clean-300":
        return [_relative(f"{name}: errors with insertions, never worse", "%", results, _all_errors, 1)]
    if name == "forms-200":
        return [_relative(f"{name}: errors with insertions", "%", results, _all_errors, 1 / 6)]
    if name == "marks-200":
        return [
            _plain(f"{name}: character error", "%", results, lambda s: s.error),
            _relative(f"{name}: spurious characters", "%", results, lambda s: s.insertions, 1 / 4),
        ]
    if name in (REAL_DEV, REAL_HELD):
        return []
    return [_plain(f"{name}: errors with insertions", "%", results, _all_errors)]


def _turned(found: Measurements) -> list[Figure]:
    """Return how many stored pages stand upright, and the skew that is left on those, the worst of each engine."""
    if not found.stands.get(OURS):
        return []
    shares = {name: mean(stand.is_upright for stand in stands) for name, stands in found.stands.items() if stands}
    worst = {name: _worst_angle(stands) for name, stands in found.stands.items()}
    return [
        Figure("turned: stored pages upright", "%", shares[OURS], shares.get(PEER), "100 %", shares[OURS] == 1),
        Figure(
            "turned: skew left on a stored page, worst",
            "deg",
            worst[OURS],
            worst.get(PEER),
            f"<= {MAX_ANGLE_ERROR_DEG}",
            (worst[OURS] or 0) <= MAX_ANGLE_ERROR_DEG,
        ),
    ]


def _worst_angle(stands: Iterable[Stand]) -> float | None:
    return max((abs(stand.left_deg) for stand in stands if stand.is_upright), default=None)


def _cost(found: Measurements) -> list[Figure]:
    real = [found.sets[name] for name in (REAL_DEV, REAL_HELD) if name in found.sets]
    groups = [("real pages", real), ("all pages", list(found.sets.values()))]
    figures = []
    for label, sets in groups:
        if not sets:
            continue
        figures.append(_sized(f"CPU a page, scan to signed PDF/A, {label}", "s", sets, _cpu_s, 1 / 4))
        figures.append(_sized(f"stored size a page, {label}", "KiB", sets, _stored_kib, 1 / 4))
    peaks = {
        name: max((results[name].peak_bytes for results in found.sets.values() if name in results), default=0) / MIB
        for name in (OURS, PEER)
    }
    ours = peaks[OURS] or None
    figures.append(
        Figure("peak memory of the largest process", "MiB", ours, peaks[PEER] or None, "<= 1024 MiB", (ours or 0) <= 1024)
    )
    figures += [_grown(f"{name}: error of the stored page", *scores) for name, scores in found.reread.items()]
    if len(found.reread) > 1:
        sources, stored = zip(*found.reread.values(), strict=True)
        together = f"error of the stored pages of these {len(sources)} sets together"
        figures.append(_grown(together, total(sources), total(stored)))
    files = sum(len(results[OURS].files) for results in found.sets.values() if OURS in results)
    if files and len(found.long_peaks) >= 3 * files:
        figures.append(judge_flatness(found.long_peaks, files))
    return figures


def _grown(what: str, source: Score, stored: Score) -> Figure:
    grown = stored.error / source.error if source.error else None
    return Figure(f"{what} read again, over the source's", "", grown, None, "<= 1.1", None if grown is None else grown <= 1.1)


def judge_flatness(peaks: Sequence[int], files: int) -> Figure:
    """Compare the peaks of a long run in its last round of so many files with those in its second; the first warms up."""
    rounds = len(peaks) // files
    second, last = peaks[files : 2 * files], peaks[(rounds - 1) * files : rounds * files]
    growth = median(late / early for early, late in zip(second, last, strict=True)) - 1
    told = f"growth of memory, {rounds} rounds of {files} files"
    return Figure(told, "%", growth, None, "flat (<= 3 %)", growth <= 0.03)


def is_within(ours: float, peer: float, share: float) -> bool:
    """Say whether ``ours`` is at most ``share`` of ``peer``, whatever rounding did."""
    return ours <= share * peer * (1 + 1e-9)


def _all_errors(score: Score) -> float:
    return score.error + score.insertions


def _values(results: dict[str, SetResult], value: Callable[[Score], float]) -> tuple[float | None, float | None]:
    ours, peer = (value(results[name].score) if name in results else None for name in (OURS, PEER))
    return ours, peer


def _relative(name: str, unit: str, results: dict[str, SetResult], value: Callable[[Score], float], share: float) -> Figure:
    ours, peer = _values(results, value)
    met = is_within(ours, peer, share) if ours is not None and peer is not None else None
    return Figure(name, unit, ours, peer, _say_share(share), met)


def _plain(name: str, unit: str, results: dict[str, SetResult], value: Callable[[Score], float]) -> Figure:
    ours, peer = _values(results, value)
    return Figure(name, unit, ours, peer)


def _word_f1(name: str, results: dict[str, SetResult], least: float) -> Figure:
    ours, peer = _values(results, lambda score: score.word_f1)
    return Figure(name, "%", ours, peer, f">= {least:.0%}", None if ours is None else ours >= least)


def _absolute(
    name: str, unit: str, sets: Sequence[dict[str, SetResult]], value: Callable[[Score], float], most: float
) -> Figure:
    ours, peer = (
        value(total([results[engine].score for results in sets])) if all(engine in results for results in sets) else None
        for engine in (OURS, PEER)
    )
    return Figure(name, unit, ours, peer, f"<= {most:.0%}", None if ours is None else ours <= most)


def _sized(
    name: str, unit: str, sets: Sequence[dict[str, SetResult]], value: Callable[[SetResult], float], share: float
) -> Figure:
    """Return a cost a page over several sets, each page counted once."""
    costs: dict[str, float | None] = {}
    for engine in (OURS, PEER):
        results = [found[engine] for found in sets if engine in found]
        pages = sum(result.page_set.page_count for result in results)
        costs[engine] = sum(value(result) for result in results) / pages if pages else None
    ours, peer = costs[OURS], costs[PEER]
    met = is_within(ours, peer, share) if ours is not None and peer else None
    return Figure(name, unit, ours, peer, _say_share(share), met)


def _cpu_s(result: SetResult) -> float:
    return result.cpu_s_a_page * result.page_set.page_count


def _stored_kib(result: SetResult) -> float:
    return result.stored_bytes_a_page * result.page_set.page_count / 1024


def _say_share(share: float) -> str:
    return "<= the peer's" if share == 1 else f"<= 1/{round(1 / share)} of the peer's"
