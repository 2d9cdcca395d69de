"""Tesseract by itself, without any preparation: a third engine, for asking whether sets of pages rank engines alike."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.programs import run_program
from benchmarks.reading import PageReading, Reading
from ocr.load import extract_pages


class PlainTesseract:
    """``tesseract PAGE -l vie`` on each page's own image. Raises FileNotFoundError when Tesseract is not installed."""

    name = "tesseract alone"

    def __init__(self) -> None:
        program = shutil.which("tesseract")
        if program is None:
            raise FileNotFoundError("tesseract")
        self._program = program

    def digitize(self, path: Path) -> Reading:
        """Read every page; nothing is stored."""
        pages, wall_s, cpu_s, peak_bytes = [], 0.0, 0.0, 0
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        with tempfile.TemporaryDirectory(prefix="sohoa-bench-") as folder:
            for source in extract_pages(path, path.name, Path(folder)).pages:
                out = Path(folder) / "text"
                command = [self._program, str(source.path), str(out), "-l", "vie", "--dpi", str(source.dpi)]
                run = run_program(command, environment, Path(folder) / "log")
                text = out.with_suffix(".txt").read_text(encoding="utf-8") if run.code == 0 else ""
                pages.append(PageReading(tuple(line for line in text.replace("\f", "").splitlines() if line.strip())))
                wall_s, cpu_s, peak_bytes = wall_s + run.wall_s, cpu_s + run.cpu_s, max(peak_bytes, run.peak_bytes)
        return Reading(self.name, tuple(pages), wall_s, cpu_s, peak_bytes, 0)
