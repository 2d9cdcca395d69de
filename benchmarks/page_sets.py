"""The pages that are measured, in named sets: scans with what is printed on them, a page at a time."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

# Pages of the folder of real scans that were looked at while the reader was built, and those kept for the last measurement.
# By the stem of their transcripts; a stem in neither list is held out.
DEV_STEMS = frozenset({"05CT_2020", "275TB_2022", "47QD_2025", "22TTr_2025", "660TB_2024", "2191_CT-CS"})
HELD_STEMS = frozenset({"01CT_2021", "07CT_2018", "23BC_2025", "299UBND_2025", "51QD_2025", "851QD_CDKTKT_2015", "999TB_2021"})
REAL_DEV, REAL_HELD = "real-dev", "real-held"
_PAGE_SUFFIX = re.compile(r"_p(\d+)$")
# What makes an annotation a signature; without them it is a stamp that is drawn and binds nobody.
_SIGNATURE_KEYS = ("/V", "/FT", "/T", "/DR", "/Parent", "/Kids")


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """What a page says, line by line, and how it lies (None when nobody measured that)."""

    lines: tuple[str, ...]
    rotation_deg: int | None = None
    skew_deg: float | None = None


@dataclass(frozen=True, slots=True)
class BenchFile:
    """One file to be read. ``name`` is unique within its set; ``upright`` are pictures of its pages as they should stand."""

    name: str
    path: Path
    pages: tuple[PrintedPage, ...]
    upright: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PageSet:
    """Files of one kind."""

    name: str
    files: tuple[BenchFile, ...]

    @property
    def page_count(self) -> int:
        return sum(len(file.pages) for file in self.files)


def load_drawn(name: str, folder: Path) -> PageSet:
    """Load a set that the generator drew: ``dossiers/`` and ``ground_truth/`` under ``folder``, blank pages left out.

    A file with a blank page counts its blank page as one without lines: whatever is read there is insertion.
    """
    files = []
    for path in sorted((folder / "ground_truth").rglob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        scan = folder / "dossiers" / truth["path"]
        pages = tuple(_printed(page) for page in truth["pages"])
        upright = tuple(sorted((folder / "upright").glob(f"{scan.stem}-*.png")))
        files.append(BenchFile(truth["path"], scan, pages, upright))
    return PageSet(name, tuple(files))


def load_real(folder: Path, scratch: Path) -> tuple[PageSet, PageSet]:
    """Load the pages with a transcript: those looked at, and those held out. Single pages of PDFs are put into ``scratch``."""
    dev: list[BenchFile] = []
    held: list[BenchFile] = []
    for transcript in sorted((folder / "gt").glob("*.txt")):
        stem = _PAGE_SUFFIX.sub("", transcript.stem)
        found = _PAGE_SUFFIX.search(transcript.stem)
        scan = next((folder / "scans").glob(f"{stem}.*"))
        if scan.suffix == ".pdf":
            scan = take_page(scan, int(found[1]) if found else 1, scratch / f"{transcript.stem}.pdf")
        lines = tuple(line for line in transcript.read_text(encoding="utf-8").splitlines() if line.strip())
        file = BenchFile(transcript.stem, scan, (PrintedPage(lines, 0),))
        (dev if stem in DEV_STEMS else held).append(file)
    return PageSet(REAL_DEV, tuple(dev)), PageSet(REAL_HELD, tuple(held))


def take_page(scan: Path, number: int, target: Path) -> Path:
    """Write page ``number`` of a PDF as a PDF of its own: unsigned, so that both engines take it; its stamps still drawn."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with pikepdf.open(scan) as source, pikepdf.new() as single:
        single.pages.append(source.pages[number - 1])
        for annotation in single.pages[0].obj.get("/Annots", pikepdf.Array()):
            for key in _SIGNATURE_KEYS:
                if key in annotation:
                    del annotation[key]
            annotation["/Subtype"] = pikepdf.Name.Stamp
        single.save(target, deterministic_id=True)
    return target


def _printed(page: dict[str, Any]) -> PrintedPage:
    return PrintedPage(tuple(page["lines"]), page["rotation_deg"], page["skew_deg"])
