"""The programs that ``benchmarks.growth`` measures: ``queue COUNT WORKED`` or ``work FIRST COUNT``. Each prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict

import cv2
import numpy as np

from benchmarks.orchestration_parts import InstantEngine, take_through_steps, write_scan
from dossiers.model import Actor, SubmissionState
from operations.dispatching import Dispatcher
from operations.paths import FoundScan
from operations.receiving import receive
from runtime.prefect_environment import prepare_prefect_environment
from runtime.settings import load_settings
from runtime.wiring import House, use_house

_ACTOR = Actor("benchmark", "Benchmark")


class _HereEngine(InstantEngine):
    """An engine that works a batch off as soon as it is sent: the scans of ``real`` by the four steps, others at once."""

    def __init__(self, house: House, real: frozenset[str]) -> None:
        super().__init__(house)
        self._real = real
        self.spent_ms: list[float] = []

    def settle(self, scan: str, actor: Actor) -> None:
        """Bring a scan to its end, and note what that took."""
        if scan not in self._real:
            super().settle(scan, actor)
            return
        began_s = time.process_time()
        take_through_steps(self.house, scan, actor)
        self.spent_ms.append((time.process_time() - began_s) * 1000)


def run_queue(house: House, count: int, worked: int) -> dict[str, float]:
    """Receive so many dossiers and let the dispatcher send them all; ``worked`` of them, spread evenly, are real files."""
    _work_one(house)  # what is loaded at the first use is not the queue's
    every = max(1, count // worked)
    began_s, received_ms = time.process_time(), 0.0
    real: set[str] = set()
    for number in range(count):
        if number % every == 0 and len(real) < worked:
            real_s = time.process_time()
            real.add(_receive_drawn(house, number))
            received_ms += (time.process_time() - real_s) * 1000
        else:
            _receive_row(house, number)
    engine = _HereEngine(house, frozenset(real))
    dispatcher = Dispatcher(house, engine, _ACTOR)
    while house.catalog.submissions.counts()[SubmissionState.RECEIVED]:
        dispatcher.look()
    whole_ms = (time.process_time() - began_s) * 1000
    third = max(1, len(engine.spent_ms) // 3)
    return {
        "queue_ms": (whole_ms - received_ms - sum(engine.spent_ms)) / count,
        "first_ms": received_ms / len(real) + sum(engine.spent_ms[:third]) / third,
        "last_ms": received_ms / len(real) + sum(engine.spent_ms[-third:]) / third,
        "catalog_bytes": sum(path.stat().st_size for path in house.home.glob("catalog.sqlite3*")),
    }


def run_work(house: House, first: int, count: int) -> dict[str, float]:
    """Work off dossiers by the real flow, against the Prefect API of the settings.

    They are of five pages for the real reader, of one small page for the one that reads nothing. The first is not counted:
    what is loaded at the first use is not the dossiers'.
    """
    prepare_prefect_environment(house.settings)
    from flows import digitize_batch

    receive_one = _receive_drawn if house.settings.reading.engine == "null" else _receive_pages
    warm, *dossiers = [(_name_dossier(number), [receive_one(house, number)]) for number in range(first - 1, first + count)]

    def work_off(batch: str, chosen: list[tuple[str, list[str]]]) -> float:
        house.catalog.dispatches.claim(batch, [scan for _, scans in chosen for scan in scans], lane="normal")
        began_s = _cpu_s()
        with use_house(house):
            digitize_batch.run_batch(batch, "normal", chosen, asdict(_ACTOR), return_state=True)
        house.close()  # page processes are counted once they have ended
        return _cpu_s() - began_s

    work_off(f"warm-{first}", [warm])
    spent_s = work_off(f"batch-{first}", dossiers)
    with House(house.settings) as after:
        states = {after.catalog.submissions.get(scan).state for _, scans in dossiers for scan in scans}
    if not states <= {SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW}:
        raise RuntimeError(f"not every dossier came to its end: {states}")
    return {"work_s": spent_s}


def _work_one(house: House) -> None:
    take_through_steps(house, _receive_drawn(house, -1), _ACTOR)


def _receive_drawn(house: House, number: int) -> str:
    """Receive a small page (A4 at 50 dpi) unlike any other."""
    page = np.full((584, 413, 3), 255, np.uint8)
    cv2.putText(page, f"Giay so {number}", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1)
    path = house.home / f"{number}.png"
    path.write_bytes(cv2.imencode(".png", page)[1].tobytes())
    try:
        return receive(house, FoundScan(path, _name_dossier(number)), _ACTOR).sha256
    finally:
        path.unlink()


def _receive_pages(house: House, number: int) -> str:
    path = house.home / f"{_name_dossier(number)}.pdf"
    write_scan(path, number)
    return receive(house, FoundScan(path, path.stem), _ACTOR).sha256


def _receive_row(house: House, number: int) -> None:
    house.catalog.submissions.receive(
        f"{number:064x}",
        name=f"{number}.png",
        path=f"/inbox/{number}.png",
        size_bytes=1_000_000,
        dossier_number=_name_dossier(number),
        actor=_ACTOR,
    )


def _name_dossier(number: int) -> str:
    return f"H01.31.12-{261008 + number // 10000:06d}-{number % 10000:04d}"


def _cpu_s() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    with House(load_settings()) as opened:
        told = {"queue": run_queue, "work": run_work}[sys.argv[1]](opened, int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(told) + "\n")
