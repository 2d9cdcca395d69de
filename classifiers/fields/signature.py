"""Who signed, and as what: the block on the right under the body (ND 30/2020 App. I, cells 7a to 7c).

Lines of capitals ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH") stand above the hand signature, the printed name below it. Seals and
signatures cover them, so either may be missing; the name alone is taken only where the block must be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from classifiers.fields.field import make_field, strip_marks
from classifiers.fields.people import find_name
from classifiers.folding import count_letters, fold, squash, uppercase_share
from classifiers.layout import Segment
from classifiers.reading import PageReading
from dossiers.model import ExtractedField

_POSITIONS = (
    "CHỦ TỊCH,PHÓ CHỦ TỊCH,GIÁM ĐỐC,PHÓ GIÁM ĐỐC,TỔNG GIÁM ĐỐC,PHÓ TỔNG GIÁM ĐỐC,CHÁNH VĂN PHÒNG,PHÓ CHÁNH VĂN PHÒNG,"
    "TRƯỞNG PHÒNG,PHÓ TRƯỞNG PHÒNG,CỤC TRƯỞNG,PHÓ CỤC TRƯỞNG,CHI CỤC TRƯỞNG,PHÓ CHI CỤC TRƯỞNG,TỔNG CỤC TRƯỞNG,"
    "PHÓ TỔNG CỤC TRƯỞNG,HIỆU TRƯỞNG,PHÓ HIỆU TRƯỞNG,BỘ TRƯỞNG,THỨ TRƯỞNG,THỦ TƯỚNG,PHÓ THỦ TƯỚNG,VIỆN TRƯỞNG,"
    "PHÓ VIỆN TRƯỞNG,CHÁNH ÁN,PHÓ CHÁNH ÁN,TRƯỞNG BAN,PHÓ TRƯỞNG BAN,VỤ TRƯỞNG,PHÓ VỤ TRƯỞNG,CHỦ NHIỆM,PHÓ CHỦ NHIỆM,"
    "BÍ THƯ,PHÓ BÍ THƯ,CHÁNH THANH TRA,PHÓ CHÁNH THANH TRA,ĐỘI TRƯỞNG,PHÓ ĐỘI TRƯỞNG,TRƯỞNG CÔNG AN,PHÓ TRƯỞNG CÔNG AN,"
    "CÔNG CHỨNG VIÊN,TRƯỞNG KHOA,PHÓ TRƯỞNG KHOA,TRƯỞNG ĐOÀN,TỔNG BIÊN TẬP,CHỈ HUY TRƯỞNG,CHÍNH ỦY,"
    "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH,NGƯỜI KÝ TRÍCH LỤC,THƯỜNG TRỰC HỘI ĐỒNG,ỦY BAN NHÂN DÂN,HỘI ĐỒNG NHÂN DÂN,CHÍNH PHỦ,"
    "NGƯỜI TIẾP NHẬN,NGƯỜI TIẾP NHẬN HỒ SƠ,CÔNG CHỨC TIẾP NHẬN,CÁN BỘ TIẾP NHẬN,CHỦ TRÌ,CHỦ TỌA,"
    "THỦ TRƯỞNG CƠ QUAN,THỦ TRƯỞNG ĐƠN VỊ,KIỂM SÁT VIÊN,TỔNG THANH TRA,THỐNG ĐỐC,PHÓ THỐNG ĐỐC"
)
_BY_SQUASH = {squash(position): position for position in _POSITIONS.split(",")}
_PREFIX = re.compile(r"^\W{0,2}(tm|kt|tl|tuq|q)\s*[.,:]\s*")
_RECIPIENTS = re.compile(r"^\W{0,3}\S{0,3}oi nh[a-z]{1,2}n")
_BODY_END = re.compile(r"\./\.?\W*$")
_COLUMN_LEFT, _COLUMN_CENTRE = 0.42, 0.54
_LINE_STEP = 3.0
_LEAST_LINE_CONFIDENCE = 0.6
_NAME_REACH = 0.24


@dataclass(frozen=True, slots=True)
class _Block:
    positions: tuple[Segment, ...]
    name: Segment | None


def find_signature(pages: Sequence[PageReading], *, needs_position: bool) -> list[ExtractedField]:
    """Return ``signatory`` and ``signatory_position`` from the last page that shows the block.

    ``needs_position``: take a name only under a position, as on papers where applicants also print theirs.
    """
    for reading in reversed(pages):
        block = _find_block(reading, needs_position=needs_position)
        if block is not None:
            return [*_name_field(block), *_position_field(block)]
    return []


def _find_block(reading: PageReading, *, needs_position: bool) -> _Block | None:
    letterhead_end = _letterhead_end(reading)
    floor = letterhead_end.bottom if letterhead_end else 0.05
    column = [
        s
        for s in reading.segments
        if s.left > _COLUMN_LEFT and s.centre_x > _COLUMN_CENTRE and s.top > floor and s.width < 0.55
    ]
    starts = [index for index, segment in enumerate(column) if _begins_position(segment.text)]
    if starts:
        positions = _gather_positions(column, starts)
        return _Block(positions, _name_below(column, positions[-1]))
    if needs_position:
        return None
    top = _block_top(reading)
    names = [s for s in column if top is not None and s.top >= top - 0.02 and _name_in(s)]
    return _Block((), names[0]) if len(names) == 1 else None


def _letterhead_end(reading: PageReading) -> Segment | None:
    letterhead = reading.letterhead
    parts = [*letterhead.anchors, letterhead.date, letterhead.number] if letterhead else []
    return max((part for part in parts if part), key=lambda part: part.bottom, default=None)


def _gather_positions(column: Sequence[Segment], starts: Sequence[int]) -> tuple[Segment, ...]:
    """Return the run of capital lines around the last position on the page, from its first line to its last."""
    first = last = starts[-1]
    for index in range(starts[-1] - 1, -1, -1):
        if not _is_next_line(column[index], column[first]):
            break
        first = index
    while first < last and not _begins_position(column[first].text):
        first += 1
    for index in range(last + 1, len(column)):
        if not _is_next_line(column[last], column[index]):
            break
        last = index
    return tuple(column[first : last + 1])


def _is_next_line(upper: Segment, lower: Segment) -> bool:
    return (
        0 < lower.top - upper.top < _LINE_STEP * min(upper.height, lower.height)
        and abs(upper.centre_x - lower.centre_x) < 0.12
        and _is_capital_line(upper)
        and _is_capital_line(lower)
        and _name_in(lower) is None
    )


def _is_capital_line(segment: Segment) -> bool:
    """Say whether ``segment`` may be a line of the position; seals leave letters too, but poor ones and figures."""
    text = segment.text
    return (
        uppercase_share(text) > 0.8
        and count_letters(text) >= 4
        and not any(letter.isdigit() for letter in text)
        and (segment.confidence >= _LEAST_LINE_CONFIDENCE or _begins_position(text))
    )


def _name_below(column: Sequence[Segment], position: Segment) -> Segment | None:
    for segment in column:
        near = position.top < segment.top < position.bottom + _NAME_REACH
        if near and abs(segment.centre_x - position.centre_x) < 0.15 and _name_in(segment):
            return segment
    return None


def _block_top(reading: PageReading) -> float | None:
    """Return where the signature block must begin: level with "Nơi nhận", or after the "./." that ends the body."""
    for segment in reading.segments:
        if _RECIPIENTS.match(fold(segment.text)) and segment.left < 0.4:
            return segment.top
    ends = [segment.bottom for segment in reading.segments if _BODY_END.search(segment.text) and segment.left < 0.4]
    return ends[-1] if ends else None


def _name_in(segment: Segment) -> tuple[str, bool] | None:
    """Return the name on ``segment`` and whether it stands alone; a position is no name ("CHU TỊCH" for "CHỦ TỊCH")."""
    found = None if _begins_position(segment.text) else find_name(segment.text)
    # Names of signatories are not printed in capitals; what is left of a position under a seal is.
    return None if found and found[0].isupper() and (segment.confidence < 0.8 or found[0].count(" ") < 2) else found


def _begins_position(text: str) -> bool:
    if uppercase_share(text) < 0.8:
        return False
    folded = fold(text)
    prefix = _PREFIX.match(folded)
    return bool(prefix and count_letters(text) > 4) or _nearest_position(text) is not None


def _nearest_position(text: str) -> str | None:
    """Return the known position that ``text`` is, or is but for a letter in eight or so."""
    squashed = squash(text)
    if squashed in _BY_SQUASH:
        return _BY_SQUASH[squashed]
    near = [known for known in _BY_SQUASH if len(known) >= 7 and Levenshtein.distance(squashed, known, score_cutoff=1) <= 1]
    return _BY_SQUASH[near[0]] if len(near) == 1 else None


def _name_field(block: _Block) -> list[ExtractedField]:
    found = _name_in(block.name) if block.name else None
    if block.name is None or found is None:
        return []
    name, is_clean = found
    certainty = (0.97 if block.positions else 0.85) * (1.0 if is_clean else 0.75)
    return [make_field("signatory", name, block.name.words, block.name.page, certainty)]


def _position_field(block: _Block) -> list[ExtractedField]:
    if not block.positions:
        return []
    lines: list[str] = []
    for segment in block.positions:
        text = _mend_deputy(lines[-1] if lines else "", _mend_position(segment.text))
        if lines and not _begins_position(text):
            lines[-1] = f"{lines[-1]} {text}"
        else:
            lines.append(text)
    words = [word for segment in block.positions for word in segment.words]
    complete = _nearest_position(lines[-1]) is not None
    certainty = (0.95 if complete else 0.7) * (1.0 if block.name else 0.75)
    if lines[0].startswith("PHÓ "):
        # A deputy signs for his chief: the line "KT. …" above was not read.
        certainty *= 0.7
    return [make_field("signatory_position", " / ".join(lines), words, block.positions[0].page, certainty)]


def _mend_deputy(before: str, text: str) -> str:
    """Read "PHÓ" where it was lost: under "KT. GIÁM ĐỐC" a line "?? GIÁM ĐỐC" can only be that of the deputy."""
    chief = before.removeprefix("KT. ")
    extra = squash(text).removesuffix(squash(chief))
    if chief == before or squash(text) == extra or not 2 <= len(extra) <= 4:
        return text
    return f"PHÓ {chief}"


def _mend_position(text: str) -> str:
    """Write prefix and position as they are printed: "KT.CHU TỊCH" is "KT. CHỦ TỊCH"."""
    prefix = _PREFIX.match(fold(text))
    rest = strip_marks(text[prefix.end() :] if prefix else text)
    known = _nearest_position(rest) or rest
    return f"{prefix[1].upper()}. {known}" if prefix else known
