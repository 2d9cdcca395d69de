"""What a signing program draws on a page: signer, e-mail address, authority, the second of signing.

It belongs to the signature, not to the document (NĐ 30/2020, App. I, II.7 and 8 place it at the top or beside the seal's
picture), and stands across whatever was there. Its lines are told by what they say.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from dossiers.page import BoxPx, PageRegion, RecognizedLine, RegionKind

CONFIDENCE = 0.95
_MOMENT = re.compile(r"\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?\d{4},? \d{1,2} ?: ?\d{2} ?: ?\d{2}")  # a letter tells no seconds
_CUES = {
    "moment": re.compile(_MOMENT.pattern + r"|(?:thời gian|ngày giờ) ký ?:", re.IGNORECASE),
    "zone": re.compile(r"[+±] ?0?7 ?[:'.] ?00"),
    "address": re.compile(r"^(?:e-?mail ?: ?)?[\w.+-]+ ?@ ?[\w-]+(?: ?\. ?[\w-]*)*$", re.IGNORECASE),
    "signer": re.compile(
        r"^(?:(?:được )?ký (?:số |điện tử )?bởi|người ký|ngày ký|digitally signed|signature valid)\b", re.IGNORECASE
    ),
    "agency": re.compile(r"^(?:cơ quan|tổ chức|đơn vị) ?:", re.IGNORECASE),
}
MAX_GAP_EM = 1.8  # between lines of one mark, in its own letters' height
MAX_LOST_GAP_EM = 3.0  # to its small lines: an address between, cut in two, may not have been read
MAX_INDENT_EM = 3.0
MAX_HEIGHT_SHARE = 0.85  # of the page's usual line: a line without a cue of its own belongs to it only when it is small


def part_digital_signatures(
    lines: Sequence[RecognizedLine],
) -> tuple[list[RecognizedLine], tuple[PageRegion, ...]]:
    """Part what is printed from the visible marks of digital signatures: the lines that stay, and where the marks are.

    A mark says when it was made, to the second, or that this is what it says, and gives one more cue within a few lines.
    """
    cued = [(line, cues) for line in lines if (cues := _find_cues(line.text))]
    usual_px = statistics.median([line.bbox_px.height for line in lines if not _find_cues(line.text)] or [0])
    regions: list[PageRegion] = []
    dropped: set[int] = set()
    for members in _group(cued):
        cues = frozenset[str]().union(*(cues for _, cues in members))
        if "moment" not in cues or len(cues) < 2:
            continue
        box = _grow(lines, [line for line, _ in members], usual_px, dropped)
        regions.append(PageRegion(RegionKind.DIGITAL_SIGNATURE, box, CONFIDENCE))
    return [line for line in lines if id(line) not in dropped], tuple(regions)


def _find_cues(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _CUES.items() if pattern.search(text))


def _group(cued: Sequence[tuple[RecognizedLine, frozenset[str]]]) -> list[list[tuple[RecognizedLine, frozenset[str]]]]:
    groups: list[list[tuple[RecognizedLine, frozenset[str]]]] = []
    for line, cues in sorted(cued, key=lambda pair: pair[0].bbox_px.top):
        near = next((group for group in groups if any(_is_near(line.bbox_px, one.bbox_px) for one, _ in group)), None)
        if near is None:
            groups.append([(line, cues)])
        else:
            near.append((line, cues))
    return groups


def _grow(lines: Sequence[RecognizedLine], members: Sequence[RecognizedLine], usual_px: float, dropped: set[int]) -> BoxPx:
    """Add the small lines right above, below and between to a mark; write down what goes, return its box."""
    taken = list(members)
    rest = [line for line in lines if line not in taken]
    while found := [line for line in rest if _belongs(line, taken, usual_px)]:
        taken += found
        rest = [line for line in rest if line not in found]
    dropped |= {id(line) for line in lines if line in taken}
    box = taken[0].bbox_px
    for line in taken:
        box = box.union(line.bbox_px)
    return box


def _belongs(line: RecognizedLine, taken: Sequence[RecognizedLine], usual_px: float) -> bool:
    if line.bbox_px.height > MAX_HEIGHT_SHARE * usual_px:
        return False
    left, right = min(one.bbox_px.left for one in taken), max(one.bbox_px.right for one in taken)
    indent_px = MAX_INDENT_EM * line.bbox_px.height
    if line.bbox_px.left < left - indent_px or line.bbox_px.right > right + indent_px:
        return False
    return any(_is_near(line.bbox_px, one.bbox_px, MAX_LOST_GAP_EM) for one in taken)


def _is_near(one: BoxPx, other: BoxPx, max_gap_em: float = MAX_GAP_EM) -> bool:
    gap = max(one.top, other.top) - min(one.bottom, other.bottom)
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0 and gap <= max_gap_em * min(one.height, other.height)
