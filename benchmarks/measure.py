"""Let both engines take the same files, by turns, and keep what they made of them and what it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.page_sets import BenchFile, PageSet
from benchmarks.reading import Reading
from benchmarks.scoring import Score, score_page, total

Digitize = Callable[[BenchFile], Reading]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file as one engine took it: medians over the runs; the text is the same in each."""

    file: BenchFile
    reading: Reading
    scores: tuple[Score, ...]

    @property
    def score(self) -> Score:
        return total(self.scores)


@dataclass(frozen=True, slots=True)
class SetResult:
    """One set as one engine took it."""

    page_set: PageSet
    files: tuple[FileResult, ...]

    @property
    def score(self) -> Score:
        return total([result.score for result in self.files])

    @property
    def cpu_s_a_page(self) -> float:
        return sum(result.reading.cpu_s for result in self.files) / self.page_set.page_count

    @property
    def wall_s_a_page(self) -> float:
        return sum(result.reading.wall_s for result in self.files) / self.page_set.page_count

    @property
    def stored_bytes_a_page(self) -> float:
        """Stored bytes a page, over the files that were stored at all."""
        stored = [result for result in self.files if result.reading.stored_bytes]
        pages = sum(len(result.file.pages) for result in stored)
        return sum(result.reading.stored_bytes for result in stored) / pages if pages else 0.0

    @property
    def source_bytes_a_page(self) -> float:
        return sum(result.file.path.stat().st_size for result in self.files) / self.page_set.page_count

    @property
    def peak_bytes(self) -> int:
        return max((result.reading.peak_bytes for result in self.files), default=0)

    @property
    def failures(self) -> tuple[str, ...]:
        return tuple(f"{result.file.name}: {result.reading.failure}" for result in self.files if result.reading.failure)


def measure_set(page_set: PageSet, engines: dict[str, Digitize], runs: int, tell: Tell) -> dict[str, SetResult]:
    """Read every file of a set with every engine, the engines by turns, ``runs`` times."""
    results: dict[str, list[FileResult]] = {name: [] for name in engines}
    for file in page_set.files:
        readings: dict[str, list[Reading]] = {name: [] for name in engines}
        for _ in range(runs):
            for name, digitize in engines.items():
                readings[name].append(digitize(file))
        for name in engines:
            result = FileResult(file, take_median(readings[name]), score_file(file, readings[name][-1]))
            results[name].append(result)
            tell(f"{page_set.name:16} {Path(file.name).name[:34]:34} {name:6} {_brief(result)}")
    return {name: SetResult(page_set, tuple(found)) for name, found in results.items()}


def take_median(readings: Sequence[Reading]) -> Reading:
    """Return the last reading with the median of the times and the largest peak of all."""
    return replace(
        readings[-1],
        wall_s=median(reading.wall_s for reading in readings),
        cpu_s=median(reading.cpu_s for reading in readings),
        peak_bytes=max(reading.peak_bytes for reading in readings),
    )


def score_file(file: BenchFile, reading: Reading) -> tuple[Score, ...]:
    """Score every page; a page that the engine did not give back counts as read empty."""
    read = [page.lines for page in reading.pages] + [()] * (len(file.pages) - len(reading.pages))
    return tuple(score_page(printed.lines, lines) for printed, lines in zip(file.pages, read, strict=False))


def _brief(result: FileResult) -> str:
    score = result.score
    if result.reading.failure:
        return f"failed: {result.reading.failure[:80]}"
    return (
        f"error {score.error:6.2%}  inserted {score.insertions:6.2%}  F1 {score.word_f1:6.1%}  "
        f"{result.reading.cpu_s / max(1, len(result.file.pages)):6.2f} s a page"
    )
