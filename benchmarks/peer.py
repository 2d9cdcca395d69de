"""OCRmyPDF as the other engine: one run a file, measured with everything that it starts, its results kept by file."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from PIL import Image

from benchmarks.programs import run_program
from benchmarks.reading import PageReading, Reading, failed

OPTIONS = ("-l", "vie", "--deskew", "--rotate-pages", "--output-type", "pdfa", "--jobs", "1")
CREDIBLE_DPI = range(70, 2401)
A4_LONG_IN = 11.69
_IMAGES = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}


class Peer:
    """OCRmyPDF, installed as ``program``; what it made of each file is kept in ``cache``.

    With ``use_cache`` a file that was read before is not read again, and the times are those of then. ``start_cpu_s`` is
    what starting the program alone takes; every file pays it.
    """

    def __init__(self, program: Path, cache: Path, *, use_cache: bool = False) -> None:
        self.program = program
        self.cache = cache
        self.use_cache = use_cache
        self.cache.mkdir(parents=True, exist_ok=True)
        told = run_program([str(program), "--version"], os.environ, cache / "version.log")
        self.name = f"OCRmyPDF {told.output.strip()}"
        self.start_cpu_s = told.cpu_s

    def digitize(self, path: Path) -> Reading:
        """Take ``path`` from scan to PDF/A. The text is that of the sidecar, Tesseract's own lines and order."""
        key = sha256(path.read_bytes() + repr((self.name, OPTIONS)).encode()).hexdigest()[:24]
        kept, pdf = self.cache / f"{key}.reading.json", self.cache / f"{key}.pdf"
        if self.use_cache and kept.is_file():
            known = Reading.from_json(json.loads(kept.read_text(encoding="utf-8")))
            return replace(known, pdfs=(str(pdf),) if pdf.is_file() else ())
        reading = self._run(path, pdf)
        kept.write_text(json.dumps(reading.to_json(), ensure_ascii=False), encoding="utf-8")
        return reading

    def _run(self, path: Path, pdf: Path) -> Reading:
        sidecar = pdf.with_suffix(".txt")
        command = [str(self.program), *OPTIONS, *choose_dpi(path), "--quiet", "--sidecar", str(sidecar), str(path), str(pdf)]
        run = run_program(command, {**os.environ, "OMP_THREAD_LIMIT": "1"}, pdf.with_suffix(".log"))
        if run.code != 0:
            reason = " ".join(run.output.split())[-300:]
            return failed(self.name, reason, wall_s=run.wall_s, cpu_s=run.cpu_s, peak_bytes=run.peak_bytes)
        pages = parse_sidecar(sidecar.read_text(encoding="utf-8"))
        return Reading(
            self.name, pages, run.wall_s, run.cpu_s, run.peak_bytes, stored_bytes=pdf.stat().st_size, pdfs=(str(pdf),)
        )


def parse_sidecar(text: str) -> tuple[PageReading, ...]:
    """Return the pages of a sidecar file: pages end with a form feed."""
    pages = text.split("\f")
    if pages and not pages[-1].strip():
        pages = pages[:-1]
    return tuple(PageReading(tuple(line for line in page.splitlines() if line.strip())) for page in pages)


def choose_dpi(path: Path) -> tuple[str, ...]:
    """Return the option that OCRmyPDF needs for a picture that does not say its resolution: it is taken for an A4 page."""
    if path.suffix.lower() not in _IMAGES:
        return ()
    with Image.open(path) as image:
        dpi = image.info.get("dpi", (0, 0))
        if round(float(dpi[0])) in CREDIBLE_DPI:
            return ()
        return ("--image-dpi", str(max(70, round(max(image.size) / A4_LONG_IN))))
