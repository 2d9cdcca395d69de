"""From a plan to files: draw the papers, scan them, write scans and ground truth."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from samples.generator.degrade import PROFILES, Scan, scan_page
from samples.generator.dice import Dice
from samples.generator.recipes import DossierPlan, FilePlan, open_case
from samples.generator.sheet import Sheet
from samples.generator.truth import DocumentTruth, FileTruth, PageTruth, Paper, render_truth
from samples.generator.writers import write_scan

SCANS = "dossiers"
TRUTHS = "ground_truth"
MANIFEST = "SHA256SUMS"


def build_dossiers(plans: tuple[DossierPlan, ...], out: Path) -> list[FileTruth]:
    """Draw every dossier of ``plans`` into ``out``: scans under dossiers/, truths under ground_truth/, and the manifest.

    The same plans give the same bytes wherever the locked environment and the same fonts are installed.
    """
    truths = [build_file(plan, file, out) for plan in plans for file in plan.files]
    write_manifest(out)
    return truths


def build_file(plan: DossierPlan, file: FilePlan, out: Path) -> FileTruth:
    """Draw, scan and write one file with its ground truth beside; return the truth."""
    relative = Path(plan.number) / file.name
    profile = file.profile or plan.profile
    wear = PROFILES[profile]
    papers = [draw(open_case(plan, file, index)) for index, draw in enumerate(file.papers)]
    scans, pages, documents = _scan_papers(papers, plan, file, profile)
    path = out / SCANS / relative
    write_scan(path, [scan.image for scan in scans], dpi=file.dpi, jpeg_quality=wear.jpeg_quality)
    truth = FileTruth(
        path=relative.as_posix(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        dossier_number=plan.number or None,
        role=file.role,
        profile=profile,
        expected_outcome=plan.expected_outcome,
        pages=tuple(pages),
        documents=tuple(documents),
    )
    target = locate_truth(out, relative)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_truth(truth), encoding="utf-8")
    return truth


def locate_truth(out: Path, relative: Path) -> Path:
    """Return where the truth of the scan ``relative`` (to dossiers/) stands: the same path with .json behind it."""
    return out / TRUTHS / relative.parent / f"{relative.name}.json"


def write_manifest(out: Path) -> None:
    """Write the digests of all scans and truths in the form ``sha256sum --check`` reads."""
    rows = []
    for folder in (SCANS, TRUTHS):
        for path in sorted((out / folder).rglob("*")):
            if path.is_file():
                rows.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n")
    (out / MANIFEST).write_text("".join(rows), encoding="utf-8")


def _scan_papers(
    papers: list[Paper], plan: DossierPlan, file: FilePlan, profile: str
) -> tuple[list[Scan], list[PageTruth], list[DocumentTruth]]:
    rng = Dice(f"{plan.seed}/{file.name}/scan")
    scans: list[Scan] = []
    pages: list[PageTruth] = []
    documents: list[DocumentTruth] = []
    rotations = dict(file.rotations)
    printed = 0
    for paper in papers:
        first = len(scans) + 1
        for sheet in paper.sheets:
            printed += 1
            number = len(scans) + 1
            sides: list[Sheet | None] = [sheet, None] if printed in file.versos else [sheet]
            for side in sides:
                front = sheet.image
                face = front if side is not None else Image.new("RGB", front.size, (255, 255, 255))
                scan = scan_page(
                    face,
                    rng,
                    PROFILES[profile],
                    dpi=file.dpi,
                    mode=file.mode,
                    rotation_deg=rotations.get(number, 0) if side is not None else 0,
                    verso=front if side is None else None,
                )
                scans.append(scan)
                pages.append(_describe_page(len(scans), sheet, side is None, scan, file))
        documents.append(DocumentTruth(first, len(scans), paper.type_id, plan.number or None, paper.fields))
    return scans, pages, documents


def _describe_page(number: int, sheet: Sheet, blank: bool, scan: Scan, file: FilePlan) -> PageTruth:
    return PageTruth(
        number=number,
        rotation_deg=scan.rotation_deg,
        skew_deg=0.0 if blank else scan.skew_deg,
        blank=blank,
        dpi=file.dpi,
        mode=file.mode,
        width_px=sheet.image.width,
        height_px=sheet.image.height,
        lines=() if blank else tuple(sheet.lines),
    )
