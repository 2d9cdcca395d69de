"""Where the time goes when a scan becomes signed PDF/A: every step once, in this process, nothing stored."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classifiers import understand
from dossiers.model import DescribedDocument, DocumentRole, RecognizedDocument, SignedPdf
from ocr.document import read_document
from ocr.load import extract_pages
from ocr.pool import PagePool, start_worker
from operations.paths import source_errors_mapped
from operations.signing import make_signed_pdf
from runtime.wiring import House
from storage.files import hash_file

_STATUS = Path("/proc/self/status")
_FORGET_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: seconds on the clock, and of processor time with that of the programs it ran."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


@dataclass(frozen=True, slots=True)
class Profile:
    """One scan from its file to signed PDF/A.

    ``steps`` are extract, read, understand, and sign (building the PDF/A, the mark and the signature), in the order in which
    they ran. The stages of each page inside ``read`` are ``document.pages[…].seconds``. ``peak_bytes`` is the largest
    resident memory of this process meanwhile, or since its start where the system does not let that be forgotten.
    """

    document: RecognizedDocument
    described: tuple[DescribedDocument, ...]
    signed: tuple[SignedPdf, ...]
    steps: dict[str, Cost] = field(default_factory=dict)
    peak_bytes: int = 0

    @property
    def total(self) -> Cost:
        return sum(self.steps.values(), Cost())

    @property
    def stored_bytes(self) -> int:
        """Size of the signed PDFs."""
        return sum(pdf.path.stat().st_size for pdf in self.signed)


def warm_up(house: House) -> None:
    """Make this process what a worker is: one core, with the reader, the document types and the signing identity at hand.

    Unlike a worker it still heeds an interrupt.
    """
    heeding = signal.getsignal(signal.SIGINT)
    start_worker()
    signal.signal(signal.SIGINT, heeding)
    for _ in (house.engine.name, house.types, house.identity):
        pass


def profile_file(house: House, path: Path, folder: Path) -> Profile:
    """Digitize the scan ``path`` as a flow would, page after page in this process, and measure it. Files go to ``folder``.

    Call ``warm_up`` once before, or the first file pays for it. A PDF that is signed already is read and signed like any
    other, although a flow would keep it as it is.
    Raises InputError when the file is at fault, RecognitionError, SigningError.
    """
    with source_errors_mapped(path):
        sha256 = hash_file(path)
    _forget_peak()
    steps: dict[str, Cost] = {}
    with _measured(steps, "extract"):
        extracted = extract_pages(path, path.name, folder, house.limits)
    with _measured(steps, "read"), PagePool(house.engine, 0, house.settings.reading.page_timeout_s) as pool:
        document = read_document(sha256, extracted, pool, path.name)
    with _measured(steps, "understand"):
        described = understand(document, None, house.types, house.thresholds)
    now = datetime.now(UTC)
    with _measured(steps, "sign"):
        signed = tuple(make_signed_pdf(house, folder, item, now, DocumentRole.COMPONENT) for item in described)
    return Profile(document, tuple(described), signed, steps, peak_bytes())


def sum_stages(document: RecognizedDocument) -> dict[str, float]:
    """Return the seconds of each reading stage over all pages, in the order in which the stages ran."""
    stages: dict[str, float] = {}
    for page in document.pages:
        for stage, seconds in page.seconds.items():
            stages[stage] = stages.get(stage, 0.0) + seconds
    return stages


def profile_to_json(path: Path, profile: Profile) -> dict[str, Any]:
    """Return the form of ``sohoa profile --json``; all times in seconds."""
    pages, total = profile.document.pages, profile.total
    return {
        "path": str(path),
        "engine": profile.document.engine,
        "pages": len(pages),
        "documents": len(profile.described),
        "wall_s": round(total.wall_s, 4),
        "cpu_s": round(total.cpu_s, 4),
        "peak_rss_bytes": profile.peak_bytes,
        "stored_bytes": profile.stored_bytes,
        "steps": {
            name: {"wall_s": round(cost.wall_s, 4), "cpu_s": round(cost.cpu_s, 4)} for name, cost in profile.steps.items()
        },
        "read_stages": {name: round(seconds, 4) for name, seconds in sum_stages(profile.document).items()},
        "by_page": [{"page": page.number, "read_stages": page.seconds} for page in pages],
    }


def cpu_seconds() -> float:
    """Return the processor time of this process and of the programs that it ran and waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_bytes() -> int:
    """Return the largest resident memory of this process, since the last time it was forgotten."""
    with suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _forget_peak() -> None:
    with suppress(OSError):
        _FORGET_PEAK.write_text("5", encoding="ascii")


@contextmanager
def _measured(steps: dict[str, Cost], name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), cpu_seconds()
    try:
        yield
    finally:
        steps[name] = Cost(time.perf_counter() - wall, cpu_seconds() - cpu)
