"""The programs that ``benchmarks.orchestration`` measures: ``real``, ``batch`` or ``queue``, and how many dossiers."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf

import samples
from dossiers.dispatching import PlannedBatch
from dossiers.model import Actor, SubmissionState
from operations.dispatching import Dispatcher
from operations.engine import RunState
from operations.paths import FoundScan
from operations.receiving import receive
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from runtime.prefect_environment import prepare_prefect_environment
from runtime.settings import load_settings
from runtime.wiring import House, use_house

PAGES_A_DOSSIER = 5
_ACTOR = Actor("benchmark", "Benchmark")
_DOSSIERS = Path(samples.__file__).parent / "dossiers"


def run_real(house: House, count: int) -> None:
    """Take dossiers of five pages through the four steps, without Prefect."""
    for number in range(count):
        path = house.home / f"H01.31.12-261008-{number:04d}.pdf"
        write_scan(path, number)
        sha256 = receive(house, FoundScan(path, path.stem), _ACTOR).sha256
        take_through_steps(house, sha256, _ACTOR)


def take_through_steps(house: House, sha256: str, actor: Actor) -> None:
    """Take a received scan to the archive by the four steps, without Prefect."""
    recognized = read_scan(house, sha256)
    described = understand_scan(house, sha256, recognized)
    archive_documents(house, sha256, described, make_pdfs(house, sha256, described, actor), actor)


def run_batch(house: House, count: int) -> None:
    """Work off a batch by the real flow, with steps that do nothing."""
    scans = _receive_many(house, count)
    prepare_prefect_environment(house.settings)
    from flows import digitize_batch, digitize_dossier

    def settle(house: House, sha256: str, *_: object) -> SubmissionState:
        return _end(house, sha256, _ACTOR)

    def do_nothing(*_: object) -> str:
        return "0" * 64

    for name in ("read_scan", "understand_scan", "make_pdfs"):
        setattr(digitize_dossier, name, do_nothing)
    vars(digitize_dossier)["archive_documents"] = settle
    house.catalog.dispatches.claim("batch", scans, lane="normal")
    dossiers = [(f"H01.31.12-261008-{number:04d}", [scan]) for number, scan in enumerate(scans)]
    with use_house(house):
        digitize_batch.run_batch("batch", "normal", dossiers, asdict(_ACTOR), return_state=True)
    left = house.catalog.submissions.counts()[SubmissionState.RECEIVED]
    if left:
        raise RuntimeError(f"{left} of {count} dossiers were not worked off")


class InstantEngine:
    """An engine that has settled a batch as soon as it is sent."""

    def __init__(self, house: House) -> None:
        self.house = house

    def send(self, batch: PlannedBatch, actor: Actor) -> str:
        for scan in batch.scans:
            self.house.catalog.submissions.start_attempt(scan, actor=actor)
            self.settle(scan, actor)
        return batch.key

    def settle(self, scan: str, actor: Actor) -> None:
        """Bring a scan to its end without doing anything."""
        _end(self.house, scan, actor)

    def look(self, flow_run_ids: Sequence[str]) -> Mapping[str, RunState]:
        return dict.fromkeys(flow_run_ids, RunState.ENDED)

    def bury(self, flow_run_id: str, why: str) -> None:
        raise RuntimeError(why)

    def cancel(self, flow_run_id: str) -> None:
        raise RuntimeError(flow_run_id)

    def check(self) -> None:
        """It always answers."""


def run_queue(house: House, count: int) -> None:
    """Receive so many dossiers and let the dispatcher send them all; print the time of its first and its last look in ms."""
    _receive_many(house, count)
    dispatcher = Dispatcher(house, InstantEngine(house), _ACTOR)
    looks_ms: list[float] = []
    while house.catalog.submissions.counts()[SubmissionState.RECEIVED]:
        began_s = time.perf_counter()
        dispatcher.look()
        looks_ms.append((time.perf_counter() - began_s) * 1000)
    sys.stdout.write(f"{looks_ms[0]:.0f} {looks_ms[-1]:.0f}\n")


def _end(house: House, scan: str, actor: Actor) -> SubmissionState:
    """Let a scan end in the catalog alone: no store is told, now or later."""
    submission = house.catalog.submissions.mark(scan, SubmissionState.REJECTED, actor=actor)
    due = house.catalog.record_outbox.find(scan)
    if due is not None:
        house.catalog.record_outbox.take_out(due)
    return submission.state


def _receive_many(house: House, count: int) -> list[str]:
    began = datetime.now(UTC) - timedelta(seconds=count)
    scans = [f"{number:064x}" for number in range(count)]
    for number, scan in enumerate(scans):
        house.catalog.submissions.receive(
            scan,
            name=f"{number}.pdf",
            path=f"/inbox/{number}.pdf",
            size_bytes=1_000_000,
            dossier_number=f"H01.31.12-{number // 10000:06d}-{number % 10000:04d}",
            actor=_ACTOR,
            at=began + timedelta(seconds=number),
        )
    return scans


def write_scan(path: Path, number: int) -> None:
    """Write a scan of five pages, taken from the sample dossiers, unlike any other."""
    with pikepdf.new() as scan:
        for source in sorted(_DOSSIERS.rglob("*.pdf")):
            with pikepdf.open(source) as pages:
                scan.pages.extend(pages.pages)
            if len(scan.pages) >= PAGES_A_DOSSIER:
                break
        del scan.pages[PAGES_A_DOSSIER:]
        scan.docinfo["/Title"] = f"dossier {number}"
        scan.save(path)


if __name__ == "__main__":
    part, dossiers = sys.argv[1], int(sys.argv[2])
    with House(load_settings()) as opened:
        {"real": run_real, "batch": run_batch, "queue": run_queue}[part](opened, dossiers)
