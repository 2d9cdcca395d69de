"""How cost grows: queues of 100, 1,000 and 10,000 dossiers, and one or two processes that work them off.

    python -m benchmarks.growth                       # all, as tables in Markdown
    python -m benchmarks.growth --queues 100 1000 10000 --worked 60 --workers 0
    python -m benchmarks.growth --queues --workers 20          # dossiers a process, alone and side by side
    python -m benchmarks.growth --queues --workers 2 --real    # the same with dossiers of five pages and the real reader

A queue is claimed, planned, sent and settled by the real catalog and dispatcher. As many of its dossiers as ``--worked``
says, spread evenly from its head to its end, are files that are really received and taken through the four steps and the
archive with the reader that reads nothing; the others are settled as soon as they are sent. Processes that work side by
side run the real flow against one Prefect API and share one home, catalog and store; with the reader that reads nothing
they meet there most often. All is told in processor time, which other programs of the machine bear on little.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.orchestration import environment_of, running_prefect
from benchmarks.orchestration_parts import PAGES_A_DOSSIER
from benchmarks.programs import ProgramRun, run_program

_NULL = {"SOHOA_READING__ENGINE": "null"}
_ONE_PAGE_AT_A_TIME = {"SOHOA_READING__WORKERS": "1"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how cost grows with the queue and with the workers.")
    parser.add_argument("--queues", type=int, nargs="*", default=[100, 1000, 10000], help="dossiers that wait")
    parser.add_argument("--worked", type=int, default=60, help="dossiers of each queue that are really worked off")
    parser.add_argument("--workers", type=int, default=20, help="dossiers for each process side by side; 0: leave that out")
    parser.add_argument("--real", action="store_true", help="side by side, dossiers of five pages and the real reader")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sohoa-growth-") as folder:
        if chosen.queues:
            _tell_queues(Path(folder), chosen.queues, chosen.worked)
        if chosen.workers:
            _tell_workers(Path(folder), chosen.workers, chosen.real)


def _tell_queues(folder: Path, queues: list[int], worked: int) -> None:
    _say(
        "| dossiers that wait | queue, CPU ms a dossier | work, CPU ms a dossier: first third | last third | peak MB "
        "| catalog, KB a dossier |"
    )
    _say("|---|---|---|---|---|---|")
    for count in queues:
        run = _run(folder / f"queue-{count}", ["queue", str(count), str(worked)], _NULL)
        told = _read(run)
        _say(
            f"| {count:,} | {told['queue_ms']:.1f} | {told['first_ms']:.0f} | {told['last_ms']:.0f} "
            f"| {run.peak_bytes / 1e6:.0f} | {told['catalog_bytes'] / count / 1e3:.1f} |"
        )


def _tell_workers(folder: Path, dossiers: int, is_real: bool) -> None:
    with running_prefect(folder / "prefect") as (api, _):
        spent = {processes: _work(folder / f"workers-{processes}", processes, dossiers, api, is_real) for processes in (1, 2)}
    ratio = 2 * spent[1] / spent[2]
    what = f"{PAGES_A_DOSSIER} pages, read" if is_real else "one small page, not read"
    _say(f"\nA dossier of {what}: {spent[1]:.2f} CPU s in one process, {spent[2]:.2f} with two side by side.")
    _say(f"Two processes do {ratio:.2f} times the work of one, each with a core of its own.")


def _work(home: Path, processes: int, dossiers: int, api_url: str, is_real: bool) -> float:
    """Return the processor seconds that a dossier takes with so many processes side by side."""
    parts = [["work", str(1 + number * (dossiers + 1)), str(dossiers)] for number in range(processes)]
    settings = _ONE_PAGE_AT_A_TIME if is_real else _NULL
    with ThreadPoolExecutor(processes) as side_by_side:
        runs = side_by_side.map(lambda part: _run(home, part, settings, api_url), parts)
        return sum(float(_read(run)["work_s"]) for run in runs) / (processes * dossiers)


def _run(home: Path, part: list[str], settings: Mapping[str, str], api_url: str = "") -> ProgramRun:
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.growth_parts", *part]
    done = run_program(command, {**environment_of(home, api_url), **settings}, home / f"log-{'-'.join(part)}")
    if done.code:
        raise RuntimeError(f"{part} failed:\n{done.output[-3000:]}")
    return done


def _read(run: ProgramRun) -> dict[str, Any]:
    return dict(json.loads(run.output.splitlines()[-1]))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
