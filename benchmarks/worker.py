"""What runs in Sohoa's worker process for the measurements, driven by ``benchmarks.ours``.

Imports, models and the signing identity are warm before the first answer, as they are in a worker of the product; storing
in S3 is not part of it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import samples
from benchmarks.reading import PageReading, Reading, failed
from dossiers.errors import SohoaError
from dossiers.model import RecognizedDocument
from ocr.document import read_document
from ocr.load import extract_pages
from ocr.pool import PagePool
from operations.profiling import Profile, profile_file, sum_stages, warm_up
from runtime.settings import load_settings
from runtime.wiring import House
from storage.files import hash_file

WARM_PAGE = Path(samples.__file__).parent / "dossiers" / "quet-khong-ma-ho-so.jpg"


@dataclass(frozen=True, slots=True)
class Request:
    """A file to take to signed PDF/A left in the folder ``out``, or only to read when there is no ``out``."""

    path: Path
    out: Path | None = None


def serve(requests: Connection, home: Path) -> None:
    """Answer requests until None comes; the first message tells the engine's name. Everything is written under ``home``."""
    os.environ["SOHOA_HOME"] = str(home)
    with House(load_settings()) as house, tempfile.TemporaryDirectory(dir=home) as scratch:
        warm_up(house)
        _digitize(house, WARM_PAGE, Path(scratch) / "warm", None)
        requests.send(house.engine.name)
        while (request := requests.recv()) is not None:
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                requests.send(_answer(house, request, Path(folder)))


def _answer(house: House, request: Request, folder: Path) -> Reading:
    try:
        if request.out is None:
            return _read(house, request.path, folder)
        return _digitize(house, request.path, folder, request.out)
    except SohoaError as error:
        return failed(house.engine.name, error.message_en)


def _digitize(house: House, path: Path, folder: Path, out: Path | None) -> Reading:
    profile = profile_file(house, path, folder)
    pdfs: list[str] = []
    if out is not None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        pdfs.extend(str(shutil.copy2(pdf.path, out / f"{number:03}.pdf")) for number, pdf in enumerate(profile.signed, start=1))
    total = profile.total
    return replace(
        _describe(profile.document),
        wall_s=total.wall_s,
        cpu_s=total.cpu_s,
        peak_bytes=profile.peak_bytes,
        stored_bytes=profile.stored_bytes,
        pdfs=tuple(pdfs),
        stages=_list_stages(profile),
        fields={name: (field.value, field.confidence) for name, field in profile.described[0].fields.items()},
    )


def _list_stages(profile: Profile) -> dict[str, float]:
    steps = {name: cost.wall_s for name, cost in profile.steps.items() if name != "read"}
    return {**sum_stages(profile.document), **steps}


def _read(house: House, path: Path, folder: Path) -> Reading:
    with PagePool(house.engine, 0) as pool:
        extracted = extract_pages(path, path.name, folder, house.limits)
        return _describe(read_document(hash_file(path), extracted, pool, path.name))


def _describe(document: RecognizedDocument) -> Reading:
    pages = tuple(
        PageReading(tuple(line.text for line in page.lines), page.rotation_deg, page.skew_deg) for page in document.pages
    )
    return Reading(document.engine, pages, 0.0, 0.0, 0, 0)
