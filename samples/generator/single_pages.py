"""Draw pages of a level, one page a file, with their ground truth: what readers are measured on."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from dossiers.page import BoxPx
from samples.generator.build import SCANS, locate_truth, write_manifest
from samples.generator.degrade import Scan, scan_page
from samples.generator.dice import Dice
from samples.generator.fiction import COMMUNE, DEPARTMENT, WARD
from samples.generator.hardships import DAMAGES, lower_resolution
from samples.generator.levels import LEVELS, Level
from samples.generator.overlays import OVERLAYS
from samples.generator.papers.case import Case
from samples.generator.recipes import DossierPlan, FilePlan, open_case
from samples.generator.sheet import PlacedLine, Sheet
from samples.generator.truth import FileTruth, PageTruth, render_truth
from samples.generator.warps import Warped, curl, photograph, place
from samples.generator.writers import write_scan

UPRIGHT = "upright"
TURNS_DEG = (0, 90, 180, 270)
PAGES_A_TURNED_FILE = 8
_ROOMY = (1.25, 1.13)  # of an A4 page: what it takes when it lies ten degrees askew
_THUMBNAIL_PX = 700
_FULL_LINES = 15  # a sheet with a signature alone says little about a reader


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as scanned, what it says, and the picture of the page as it should stand; ``size_px`` when it does."""

    scan: Scan
    lines: tuple[PlacedLine, ...]
    upright: Image.Image
    size_px: tuple[int, int]
    paper_type: str


def draw_level(name: str, seed: int, count: int, out: Path) -> list[FileTruth]:
    """Draw ``count`` pages of the level ``name`` into ``out``: scans, truths, and small pictures of the upright pages.

    The same name, seed and count give the same bytes; another count leaves the pages that both have as they are. Raises
    KeyError for a level that is not known.
    """
    level = LEVELS[name]
    pages = [draw_page(name, seed, index) for index in range(count)]
    size = PAGES_A_TURNED_FILE if level.turned else 1
    truths = []
    for first in range(0, count, size):
        file_name = f"{name}-{seed}-{first // size + 1:02}{level.suffix}"
        truths.append(_write_file(file_name, name, pages[first : first + size], out))
    write_manifest(out)
    return truths


def draw_page(name: str, seed: int, index: int) -> DrawnPage:
    """Draw page ``index`` (from 0) of a level."""
    level, dice = LEVELS[name], Dice(f"{seed}/{name}/{index}")
    draw = level.papers[(index + seed) % len(level.papers)]
    case = _open_case(level, dice, index)
    paper = draw(case)
    sheet = dice.choice(tuple(sheet for sheet in paper.sheets if len(sheet.lines) >= _FULL_LINES) or paper.sheets[:1])
    for overlay, chance in level.overlays:
        if dice.random() < chance:
            OVERLAYS[overlay](sheet, dice, case.agency)
    warped, lines = _spoil(level, dice, sheet)
    page = lower_resolution(warped.image, level.coarser) if level.coarser > 1 else warped.image
    verso = draw(_open_case(level, dice, index + 1)).sheets[0].image if level.wear.bleed else None
    scan = scan_page(
        page,
        dice,
        level.wear,
        dpi=level.draw_dpi // level.coarser,
        mode=level.mode,
        rotation_deg=TURNS_DEG[index % 4] if level.turned else 0,
        verso=verso.resize(page.size) if verso is not None else None,
    )
    if level.finer > 1:
        image = scan.image.resize((page.width * level.finer, page.height * level.finer), Image.Resampling.BICUBIC)
        scan = replace(scan, image=image)
    size_px = page.width * level.finer, page.height * level.finer
    return DrawnPage(scan, lines, page, size_px, paper.type_id)


def _open_case(level: Level, dice: Dice, index: int) -> Case:
    agency = dice.choice((WARD, COMMUNE, DEPARTMENT))
    day = dt.date(dice.randint(2018, 2026), dice.randint(1, 12), dice.randint(1, 28))
    file = FilePlan("trang.pdf", (), dpi=level.draw_dpi)
    plan = DossierPlan(f"{agency.code}-{day:%y%m%d}-{index + 1:04d}", agency, day, dice.getrandbits(32), (file,))
    return open_case(replace(plan, hand_numbers=dice.random() < level.hand_numbers), file, 0)


def _spoil(level: Level, dice: Dice, sheet: Sheet) -> tuple[Warped, tuple[PlacedLine, ...]]:
    """Damage and bend the sheet; return the picture, and the lines where they then lie at the scan's resolution."""
    page = sheet.image
    if level.damage:
        page = DAMAGES[level.damage](page, dice, level.draw_dpi)
    if level.shape == "curl":
        warped = curl(page, dice, level.draw_dpi)
    elif level.shape == "photo":
        warped = photograph(page, dice, level.draw_dpi)
    elif level.turned:
        warped = place(page, (round(page.width * _ROOMY[0]), round(page.height * _ROOMY[1])))
    else:
        warped = place(page, page.size)
    moved = (replace(line, bbox_px=warped.move_box(line.bbox_px)) for line in sheet.lines)
    return warped, tuple(_scale(line, level.finer / level.coarser) for line in moved)


def _scale(line: PlacedLine, factor: float) -> PlacedLine:
    return replace(line, bbox_px=BoxPx(*(round(value * factor) for value in line.bbox_px)))


def _write_file(file_name: str, name: str, pages: list[DrawnPage], out: Path) -> FileTruth:
    level = LEVELS[name]
    path = out / SCANS / file_name
    write_scan(path, [page.scan.image for page in pages], dpi=level.dpi, jpeg_quality=level.wear.jpeg_quality)
    truth = FileTruth(
        path=file_name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        dossier_number=None,
        role="component",
        profile=name,
        expected_outcome="needs_review",
        pages=tuple(_describe(number, page, level) for number, page in enumerate(pages, start=1)),
        documents=(),
    )
    target = locate_truth(out, Path(file_name))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_truth(truth), encoding="utf-8")
    (out / UPRIGHT).mkdir(exist_ok=True)
    for number, page in enumerate(pages, start=1):
        small = page.upright.convert("L")
        small.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX))
        small.save(out / UPRIGHT / f"{path.stem}-{number:02}.png")
    return truth


def _describe(number: int, page: DrawnPage, level: Level) -> PageTruth:
    return PageTruth(
        number=number,
        rotation_deg=page.scan.rotation_deg,
        skew_deg=page.scan.skew_deg,
        blank=False,
        dpi=level.dpi,
        mode=level.mode,
        width_px=page.size_px[0],
        height_px=page.size_px[1],
        lines=page.lines,
    )
