"""How the pages of scans become other files: parted at separator sheets, or fronts and backs brought together. Pure.

A separator sheet bears a code that says ``SOHOA-TACH:`` and a dossier number, or ``T`` (after the patch of that name) for
another document of the same dossier; so does a patch sheet from elsewhere, which has only the bars. The mark in front keeps the
codes that counters print on ordinary papers from parting anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dossiers.codes import DossierNumber
from dossiers.errors import InvalidCodeError
from dossiers.scan_verdict import PageGlance

SEPARATOR_MARK = "SOHOA-TACH:"
NEXT_DOCUMENT = "T"
FRONT_ENDINGS = ("-truoc", "_truoc", "-trước", "_trước", "-front", "_front")
BACK_ENDINGS = ("-sau", "_sau", "-back", "_back")


class SourcePage(NamedTuple):
    """A page of one of several sources: which of them, from 0, and which page of it, from 1."""

    source: int
    page: int


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes a file of its own: its pages in order, and the dossier that a separator names, None without one."""

    pages: tuple[SourcePage, ...]
    dossier_number: str | None = None


@dataclass(frozen=True, slots=True)
class Separator:
    """A separator sheet: where a dossier begins, or without a number another document of the same."""

    dossier_number: str | None


def separator_text(number: DossierNumber | None) -> str:
    """Return what the code of a separator sheet says."""
    return f"{SEPARATOR_MARK}{number if number is not None else NEXT_DOCUMENT}"


def read_separator(page: PageGlance) -> Separator | None:
    """Return the separator sheet that a page is, or None for an ordinary one. A damaged number is none of ours.

    What a code says goes before the bars of Patch T.
    """
    for code in page.codes:
        if not code.startswith(SEPARATOR_MARK):
            continue
        said = code.removeprefix(SEPARATOR_MARK)
        if said == NEXT_DOCUMENT:
            return Separator(None)
        try:
            return Separator(str(DossierNumber.parse(said)))
        except InvalidCodeError:
            continue
    return Separator(None) if page.has_patch_t else None


def part_at_separators(pages: Sequence[PageGlance]) -> tuple[Part, ...]:
    """Return the parts of a scan between its separator sheets; none when it has no separator sheet.

    Separator sheets and the blank verso after each belong to no part; every other page is in exactly one.
    """
    if not any(read_separator(page) for page in pages):
        return ()
    parts: list[Part] = []
    gathered: list[SourcePage] = []
    number: str | None = None
    is_after_separator = False
    for page in pages:
        separator = read_separator(page)
        if separator is not None:
            if gathered:
                parts.append(Part(tuple(gathered), number))
            gathered = []
            number = separator.dossier_number or number
        elif not (is_after_separator and page.quality.is_blank):
            gathered.append(SourcePage(0, page.number))
        is_after_separator = separator is not None
    if gathered:
        parts.append(Part(tuple(gathered), number))
    return tuple(parts)


def unfold_stack(page_count: int, *, backs_reversed: bool = True) -> tuple[SourcePage, ...] | None:
    """Return the pages of one file in reading order that holds all fronts and then all backs; None for an odd number.

    ``backs_reversed``: the stack was turned over as a whole, so that the last back was scanned first.
    """
    if page_count % 2:
        return None
    half = page_count // 2
    backs = range(page_count, half, -1) if backs_reversed else range(half + 1, page_count + 1)
    return tuple(SourcePage(0, page) for pair in zip(range(1, half + 1), backs, strict=True) for page in pair)


def interleave(front_count: int, back_count: int, *, backs_reversed: bool = True) -> tuple[SourcePage, ...] | None:
    """Return the pages of a file of fronts (source 0) and one of backs (source 1) in reading order; None unless as many."""
    if front_count != back_count:
        return None
    backs = range(back_count, 0, -1) if backs_reversed else range(1, back_count + 1)
    pairs = zip(range(1, front_count + 1), backs, strict=True)
    return tuple(page for front, back in pairs for page in (SourcePage(0, front), SourcePage(1, back)))


def side_of(stem: str) -> tuple[str, str] | None:
    """Return what a name without its ending says: ("a", "front") for ``a-truoc``, ("a", "back") for ``a-sau``, else None."""
    lowered = stem.lower()
    for side, endings in (("front", FRONT_ENDINGS), ("back", BACK_ENDINGS)):
        for ending in endings:
            if lowered.endswith(ending) and len(stem) > len(ending):
                return stem[: -len(ending)], side
    return None


def tell_pages(pages: Sequence[SourcePage]) -> str:
    """Return page numbers in short, without their sources: ``2-5``, ``1,8,2,7``."""
    runs: list[list[int]] = []
    for _, page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
