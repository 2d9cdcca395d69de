"""What a station is told of a scan while the citizen is still there: fit to keep, or to be scanned again, and why.

Pure: from what was seen of each page to sentences in Vietnamese. They name pages and faults, never what is written there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from dossiers.page import QualityFault, QualityVerdict

VIETNAM_TIME = timezone(timedelta(hours=7))
HEADING = "SOHOA - KẾT QUẢ KIỂM TRA BẢN QUÉT"
"""The first line of every note that Sohoa lays beside a scan; only a file that begins so is ever removed as one."""

_LABEL = re.compile(r"(?:\b(?:trang|tr\.?|page)\s*)?(?<![\d/.-])(\d{1,3})\s*/\s*(\d{1,3})(?![\d/.-])", re.IGNORECASE)
_WORDED = re.compile(r"\b(?:trang|tr|page)\b", re.IGNORECASE)
_BARE = re.compile(r"[-–—.\s]*(\d{1,3})[-–—.\s]*")
_MAX_PAGES_LABELLED = 500


class PageLabel(NamedTuple):
    """The number printed on a page, and of how many, when that is printed too."""

    number: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class PageGlance:
    """What a quick look tells of a page. ``number`` counts from 1 in the file.

    ``turn_deg`` is how far it is to be turned clockwise to stand upright, None where that is not clear. ``codes`` are the
    texts of its barcodes: they can be personal data and are no part of the ``repr``. ``has_patch_t``: it bears the bars of that
    name, as patch sheets do.
    """

    number: int
    quality: QualityVerdict
    turn_deg: int | None = None
    label: PageLabel | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)
    has_patch_t: bool = False


class VerdictStatus(StrEnum):
    """Where the check of a file stands."""

    CHECKING = "checking"
    GOOD = "good"
    RESCAN = "rescan"
    UNCHECKED = "unchecked"


STATUSES_VI = {
    VerdictStatus.CHECKING: "ĐANG KIỂM TRA",
    VerdictStatus.GOOD: "ĐẠT",
    VerdictStatus.RESCAN: "CẦN QUÉT LẠI",
    VerdictStatus.UNCHECKED: "CHƯA KIỂM TRA ĐƯỢC",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell of a scan. ``page`` is None when it concerns the whole file; ``rescan``: it should be done again."""

    code: str
    text_vi: str
    page: int | None = None
    rescan: bool = True


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """What is told of a file: how far the check is, how many pages were looked at, and what was found."""

    status: VerdictStatus
    page_count: int
    findings: tuple[Finding, ...]


_FAULTS: dict[QualityFault, tuple[str, bool]] = {
    QualityFault.BLURRED: ("ảnh bị mờ, nhòe; hãy lau mặt kính, ép phẳng giấy rồi quét lại", True),
    QualityFault.CUT_EDGE: ("chữ bị cắt ở mép giấy; hãy đặt lại giấy cho đủ khổ rồi quét lại", True),
    QualityFault.LOW_CONTRAST: ("chữ quá nhạt; hãy tăng độ tương phản rồi quét lại", True),
    QualityFault.NOT_COLOUR: ("ảnh không có màu; nên quét màu để giữ được màu mực và con dấu", False),
}


def judge_scan(pages: Sequence[PageGlance], *, is_finished: bool) -> ScanVerdict:
    """Return what to tell of a file from its pages, in order; unfinished, only what the pages seen so far are sure of."""
    findings = _gather_notes([finding for page in pages for finding in _judge_page(page)])
    if is_finished:
        findings += [*_judge_sides(pages), *_find_missing(pages)]
    if any(finding.rescan for finding in findings):
        status = VerdictStatus.RESCAN
    else:
        status = VerdictStatus.GOOD if is_finished else VerdictStatus.CHECKING
    return ScanVerdict(status, len(pages), tuple(findings))


def judge_count(pages: Sequence[PageGlance], promised: int) -> ScanVerdict:
    """Return what to tell of a dossier of which somebody said how many pages it has; blank ones may count or not."""
    written = sum(not page.quality.is_blank for page in pages)
    if promised in (written, len(pages)):
        return ScanVerdict(VerdictStatus.GOOD, len(pages), ())
    text = f"có {written} trang có chữ, nhưng báo là {promised} trang; hãy quét bổ sung hoặc sửa số trang đã báo"
    return ScanVerdict(VerdictStatus.RESCAN, len(pages), (Finding("missing_page", text),))


def judge_failure(text_vi: str, *, is_fault_of_file: bool, code: str) -> ScanVerdict:
    """Return what to tell of a file that could not be looked at."""
    status = VerdictStatus.RESCAN if is_fault_of_file else VerdictStatus.UNCHECKED
    return ScanVerdict(status, 0, (Finding(code, text_vi, rescan=is_fault_of_file),))


def read_label(text: str) -> PageLabel | None:
    """Return the page number that a short line at the head or foot of a page states: "Trang 2/5", "2/5", "- 2 -"; else None."""
    found = _LABEL.search(text)
    if found is not None and (_WORDED.search(text) or found[0] == text.strip()):
        number, total = int(found[1]), int(found[2])
        return PageLabel(number, total) if 1 <= number <= total <= _MAX_PAGES_LABELLED else None
    bare = _BARE.fullmatch(text)
    return PageLabel(int(bare[1])) if bare is not None and int(bare[1]) >= 1 else None


def write_note(verdict: ScanVerdict, name: str, at: datetime) -> str:
    """Return the note for the clerk, lines parted by line feeds."""
    lines = [HEADING, f"Tệp: {name}", f"Kết luận: {STATUSES_VI[verdict.status]}", f"Số trang đã xem: {verdict.page_count}"]
    lines += [f"- {tell_finding(finding)}" for finding in verdict.findings]
    if not verdict.findings and verdict.status is VerdictStatus.GOOD:
        lines.append("- Không thấy lỗi nào.")
    lines.append(f"Lúc: {at.astimezone(VIETNAM_TIME):%H:%M:%S %d/%m/%Y}")
    return "\n".join(lines) + "\n"


def tell_finding(finding: Finding) -> str:
    """Return one finding as a sentence."""
    about = f"Trang {finding.page}: " if finding.page is not None else ""
    text = f"{about}{finding.text_vi}."
    return text[0].upper() + text[1:]


def _gather_notes(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with one sentence for what is only told of several pages; what asks for a rescan stays by page."""
    pages: dict[str, list[int]] = {}
    for finding in findings:
        if not finding.rescan and finding.page is not None:
            pages.setdefault(finding.code, []).append(finding.page)
    gathered = []
    for finding in findings:
        about = pages.get(finding.code, [])
        if finding.rescan or len(about) < 2:
            gathered.append(finding)
        elif finding.page == about[0]:
            text = f"{finding.text_vi} (trang {', '.join(map(str, about))})"
            gathered.append(Finding(finding.code, text, rescan=False))
    return gathered


def _judge_page(page: PageGlance) -> Iterator[Finding]:
    quality = page.quality
    if quality.is_blank:
        return
    for fault in quality.faults:
        if fault is QualityFault.LOW_DPI:
            detail = f"độ phân giải {quality.dpi} dpi" if quality.dpi < 200 else "chữ quá nhỏ so với độ phân giải"
            yield Finding(fault.value, f"{detail}; hãy quét lại ở 300 dpi (ít nhất 200 dpi)", page.number)
        else:
            text, rescan = _FAULTS[fault]
            yield Finding(fault.value, text, page.number, rescan)
    if page.turn_deg == 180:
        yield Finding("upside_down", "trang bị ngược đầu; hệ thống tự xoay, không cần quét lại", page.number, rescan=False)


def _judge_sides(pages: Sequence[PageGlance]) -> Iterator[Finding]:
    """Tell of blank sheets: nothing but blanks is a stack laid the wrong way round; a blank verso is as it should be."""
    blank = [page.number for page in pages if page.quality.is_blank]
    if not blank:
        return
    if len(blank) == len(pages):
        yield Finding("blank", "tệp không có chữ nào; có thể đặt giấy ngược mặt, hãy lật lại rồi quét")
    elif len(pages) > 1 and blank == [page.number for page in pages][::2]:
        yield Finding("wrong_side", "mọi mặt trước đều trắng; có thể giấy đặt ngược mặt, hãy lật lại rồi quét")
    elif blank[0] == pages[0].number:
        yield Finding("wrong_side", "trang đầu trắng; có thể quét nhầm mặt sau của giấy", blank[0])
    else:
        told = ", ".join(map(str, blank))
        yield Finding("blank_pages", f"trang trắng, được giữ nhưng không đọc: {told}", rescan=False)


def _find_missing(pages: Sequence[PageGlance]) -> Iterator[Finding]:
    """Tell of page numbers that are printed on no page, unless a page whose number was not read can be it."""
    written = [page for page in pages if not page.quality.is_blank]
    if len(written) < 2:
        return  # one sheet a file: the others are other files
    run: list[tuple[int, PageLabel]] = []  # (place among the written pages, label) of one document
    ends = -1  # the place where the document before it ends
    for place, page in enumerate(written):
        if page.label is None:
            continue
        if run and not _continues(run[-1][1], page.label):
            yield from _find_gaps(run, ends, place)
            ends, run = run[-1][0], []
        run.append((place, page.label))
    yield from _find_gaps(run, ends, len(written))


def _continues(before: PageLabel, after: PageLabel) -> bool:
    return after.of == before.of and after.number > before.number


def _find_gaps(run: Sequence[tuple[int, PageLabel]], starts_after: int, ends_before: int) -> Iterator[Finding]:
    if not run:
        return
    total = run[0][1].of
    edges = list(run)
    if total is not None:
        edges = [(starts_after, PageLabel(0, total)), *run, (ends_before, PageLabel(total + 1, total))]
    for (place, label), (next_place, next_label) in pairwise(edges):
        absent = range(label.number + 1, next_label.number)
        if len(absent) > next_place - place - 1 and (total is not None or len(absent) == 1):
            told = f"{absent[0]}" if len(absent) == 1 else f"{absent[0]}-{absent[-1]}"
            detail = f"thiếu trang {told} trong {total} trang" if total is not None else f"có thể thiếu trang {told}"
            yield Finding("missing_page", f"{detail} (theo số in trên giấy)")
