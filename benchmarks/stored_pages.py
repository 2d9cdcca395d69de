"""Measure how pages are stored and whether they still read the same: ``python -m benchmarks.stored_pages FOLDER``.

FOLDER holds ``scans/`` and ``gt/`` as in ``benchmarks.read_realscans``, or ``dossiers/`` and ``ground_truth/`` as the samples
do. Each page is stored as a PDF of its own, drawn again as a viewer would, at 300 dpi or more (a page that keeps its pixels
is read as it is), and read by the project's reader and by plain Tesseract; so is the scan at the same size. Where lines are
known, errors are those of characters, insertions included; "differ" is how far the two readings lie apart, known or not.
``--ocrmypdf`` runs that program, which must be on the path, on the same pages for its size.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pikepdf
from pdf2image import convert_from_path
from PIL import Image
from rapidfuzz.distance import Levenshtein

from benchmarks.plain import PlainTesseract
from benchmarks.scoring import Score, normalize, score_page
from dossiers.model import ClassifiedDocument, DescribedDocument
from dossiers.page import PageSource, QualityVerdict, RecognizedPage
from ocr.load import extract_pages
from ocr.pages import read_page
from ocr.two_readers import open_engine
from pdf.archival import ArchivalFacts, build_archival_pdf
from pdf.stored_image import PageImages, StoredForm, store_image

OCRMYPDF = ["ocrmypdf", "-l", "vie", "--deskew", "--rotate-pages", "--output-type", "pdfa", "--jobs", "1", "--quiet"]
READERS = ("sohoa", "tesseract")
DRAWN_DPI = 300


@dataclass(frozen=True)
class Reading:
    """What one reader made of the scan and of the stored page; scores are None where the lines are not known."""

    source: Score | None
    stored: Score | None
    differing: int
    letters: int


@dataclass(frozen=True)
class PageResult:
    """One page: sizes in bytes, processor seconds, form, and what each reader read."""

    label: str
    form: str
    source_bytes: int
    pdf_bytes: int
    ocrmypdf_bytes: int | None
    cpu_s: float
    readings: dict[str, Reading]


def find_scans(folder: Path) -> Iterator[tuple[Path, dict[int, list[str]]]]:
    """Yield every scan of FOLDER with the known lines of its pages by page number."""
    if (folder / "scans").is_dir():
        for path in sorted((folder / "scans").iterdir()):
            known = {1: folder / "gt" / f"{path.stem}.txt"}
            known |= {int(found.stem.rpartition("_p")[2]): found for found in (folder / "gt").glob(f"{path.stem}_p*.txt")}
            yield path, {number: text.read_text("utf-8").splitlines() for number, text in known.items() if text.is_file()}
        return
    for path in sorted((folder / "ground_truth").rglob("*.json")):
        truth = json.loads(path.read_text("utf-8"))
        yield folder / "dossiers" / truth["path"], {page["number"]: page["lines"] for page in truth["pages"] if page["lines"]}


def measure_page(label: str, source: PageSource, lines: list[str] | None, folder: Path, with_ocrmypdf: bool) -> PageResult:
    """Store one page both ways, read it, and return the figures. Files are written to ``folder``."""
    compact = _build(source, folder / "compact.pdf", PageImages.COMPACT)
    started = time.process_time()
    with pikepdf.new() as pdf:
        form = store_image(pdf, source, PageImages.COMPACT).form
    cpu_s = time.process_time() - started
    readings: dict[str, Reading] = {}
    keeps_pixels = form in (StoredForm.SOURCE, StoredForm.GROUP4)
    scan = source if keeps_pixels else _enlarge(source, folder / "scan.png")
    drawn = source if keeps_pixels else _draw(compact, source, folder / "drawn.png")
    for reader in READERS:
        before, after = _read(reader, scan), _read(reader, drawn)
        expected = [normalize(line) for line in lines or [] if line.strip()]
        scores = [score_page(expected, text) if expected else None for text in (before, after)]
        apart = Levenshtein.distance("\n".join(before), "\n".join(after))
        readings[reader] = Reading(scores[0], scores[1], apart, sum(map(len, before)))
    peer = _run_ocrmypdf(source, folder) if with_ocrmypdf else None
    return PageResult(label, form.value, source.path.stat().st_size, compact.stat().st_size, peer, cpu_s, readings)


def _build(source: PageSource, path: Path, page_images: PageImages) -> Path:
    verdict = QualityVerdict(source.dpi, 1.0, 1.0, is_blank=False, is_colour=True)
    page = RecognizedPage(source, source.width_px, source.height_px, 0, 0.0, verdict, (), {})
    document = ClassifiedDocument("0" * 64, (page,), "unknown", "", 0.0, ())
    facts = ArchivalFacts(datetime(2026, 1, 1, tzinfo=UTC), "benchmark")
    return build_archival_pdf(DescribedDocument(document, None, {}, ()), path, facts, page_images).path


def _draw(pdf: Path, source: PageSource, path: Path) -> PageSource:
    """Draw the stored page as a viewer would, at 300 dpi or the scan's own finer resolution."""
    dpi = max(source.dpi, DRAWN_DPI)
    (picture,) = convert_from_path(pdf, dpi=dpi, size=_measure_at(source, dpi))
    return _save_page(picture, source, dpi, path)


def _enlarge(source: PageSource, path: Path) -> PageSource:
    """Return the scan itself at the resolution at which the stored page is drawn, so that readers see both alike."""
    if source.dpi >= DRAWN_DPI:
        return source
    with Image.open(source.path) as image:
        picture = image.convert("RGB").resize(_measure_at(source, DRAWN_DPI), Image.Resampling.BICUBIC)
    return _save_page(picture, source, DRAWN_DPI, path)


def _measure_at(source: PageSource, dpi: int) -> tuple[int, int]:
    return round(source.width_px * dpi / source.dpi), round(source.height_px * dpi / source.dpi)


def _save_page(picture: Image.Image, source: PageSource, dpi: int, path: Path) -> PageSource:
    picture.save(path, dpi=(dpi, dpi), compress_level=1)
    digest = sha256(path.read_bytes()).hexdigest()
    width, height = picture.size
    return replace(source, path=path, sha256=digest, media_type="image/png", dpi=dpi, width_px=width, height_px=height)


def _read(reader: str, source: PageSource) -> list[str]:
    if reader == "sohoa":
        return [normalize(line.text) for line in read_page(source, open_engine()).lines]
    (page,) = PlainTesseract().digitize(source.path).pages
    return [normalize(line) for line in page.lines]


def _run_ocrmypdf(source: PageSource, folder: Path) -> int | None:
    scan = _build(source, folder / "source.pdf", PageImages.SOURCE)
    out = folder / "ocrmypdf.pdf"
    process = os.posix_spawnp("ocrmypdf", [*OCRMYPDF, str(scan), str(out)], os.environ)
    _, status = os.waitpid(process, 0)
    return out.stat().st_size if status == 0 else None


def print_row(result: PageResult) -> None:
    """Print one page."""
    peer = f"{result.ocrmypdf_bytes / 1024:8.0f}" if result.ocrmypdf_bytes else f"{'-':>8}"
    sizes = f"{result.source_bytes / 1024:8.0f}{result.pdf_bytes / 1024:8.0f}{peer}"
    errors = ""
    for reading in result.readings.values():
        known = [
            f"{score.error + score.insertions:8.2%}" if score else f"{'-':>8}" for score in (reading.source, reading.stored)
        ]
        errors += f"{''.join(known)}{reading.differing / max(reading.letters, 1):8.2%}"
    sys.stdout.write(f"{result.label:28.28} {result.form:8}{sizes}{result.cpu_s:7.2f}{errors}\n")
    sys.stdout.flush()


def print_totals(results: list[PageResult]) -> None:
    """Print means a page, and errors over all pages with known lines."""
    count = len(results)
    source, stored = (
        sum(sizes) / count / 1024 for sizes in zip(*((r.source_bytes, r.pdf_bytes) for r in results), strict=True)
    )
    cpu = sum(result.cpu_s for result in results) / count
    sys.stdout.write(f"\n{count} pages: {source:.0f} KB a scan, {stored:.0f} KB a stored page, {cpu:.2f} CPU s a page\n")
    peers = [result for result in results if result.ocrmypdf_bytes]
    if peers:
        shares = sorted(result.pdf_bytes / (result.ocrmypdf_bytes or 1) for result in peers)
        whole = sum(result.pdf_bytes for result in peers) / sum(result.ocrmypdf_bytes or 0 for result in peers)
        sys.stdout.write(
            f"of OCRmyPDF's bytes: {whole:.2f} in all, {shares[len(shares) // 2]:.2f} median page, {shares[-1]:.2f} worst\n"
        )
    for reader in READERS:
        readings = [result.readings[reader] for result in results]
        pairs = [(r.source, r.stored) for r in readings if r.source is not None and r.stored is not None]
        if pairs:
            before, after = pairs[0]
            for more_before, more_after in pairs[1:]:
                before, after = before + more_before, after + more_after
            sys.stdout.write(
                f"{reader:10} {len(pairs)} pages with known lines: error {before.error:.2%} -> {after.error:.2%}, "
                f"with insertions {before.error + before.insertions:.2%} -> {after.error + after.insertions:.2%}\n"
            )
        apart = sum(reading.differing for reading in readings) / max(sum(reading.letters for reading in readings), 1)
        sys.stdout.write(f"{reader:10} readings of scan and stored page differ in {apart:.2%} of characters\n")


def main() -> None:
    """Measure every page of FOLDER and print a row each and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="take only scans whose names begin so")
    parser.add_argument("--known", action="store_true", help="take only pages whose lines are known")
    parser.add_argument("--ocrmypdf", action="store_true", help="run OCRmyPDF on the pages for its size")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    header = "".join(f"{name[:5]:>8}{'stored':>8}{'differ':>8}" for name in READERS)
    sys.stdout.write(f"{'page':28} {'form':8}{'scan KB':>8}{'PDF KB':>8}{'peer KB':>8}{'CPU s':>7}{header}\n")
    results: list[PageResult] = []
    for path, known in find_scans(arguments.folder):
        if arguments.only and not path.name.startswith(tuple(arguments.only)):
            continue
        with tempfile.TemporaryDirectory() as name:
            for source in extract_pages(path, path.name, Path(name)).pages:
                if arguments.known and source.number not in known:
                    continue
                label = f"{path.stem[:22]} p{source.number}"
                results.append(measure_page(label, source, known.get(source.number), Path(name), arguments.ocrmypdf))
                print_row(results[-1])
    if results:
        print_totals(results)


if __name__ == "__main__":
    main()
