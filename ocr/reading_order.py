"""Lines in the order in which a person reads a Vietnamese official page.

Such a page (NĐ 30/2020, App. I) has the issuing agency and the national title side by side at its top, and "Nơi nhận"
and the signature side by side at its end. A page reader takes two neighbours for one line, or jumps between them. So lines
are parted at wide gaps, and where parts stand in two columns with a gutter between, the left column is read before
the right one. Rows of a table or a receipt stay whole (``ocr.table_rows``). Lengths are multiples of ``em_px``, the usual
word height.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord, Table
from ocr.lines import join_words
from ocr.table_rows import find_row_blocks, join_rows, lies_in

CLEAR_GAP_EM = 1.9  # justified text stretches its spaces to about one em
LIKELY_GAP_EM = 0.8  # enough where a neighbouring line has a clear gap at the same place
NEIGHBOUR_EM = 6.0
MIN_GUTTER_EM = 0.6
MIN_COLUMN_EM = 2.5
MAX_DROP_EM = 3.0  # from one line of a column to the next
MAX_ROWS_SIDE_BY_SIDE = 7  # a letterhead has fewer; more are a table, unless both sides are running text
RUNNING_TEXT_LETTERS = 15
MIN_SHARED_HEIGHT = 0.15  # the columns of a letterhead need not stand on the same lines
MIN_SHARED_ROW_HEIGHT = 0.5


def arrange_lines(lines: Sequence[RecognizedLine], tables: Sequence[Table] = ()) -> tuple[RecognizedLine, ...]:
    """Return the lines in reading order: tables row by row, parted into columns where they stand side by side elsewhere."""
    if not lines:
        return ()
    em_px = measure_em(lines)
    arranged: list[RecognizedLine] = []
    rest = list(lines)
    for block in find_row_blocks(lines, tables):
        rows = join_rows([line for line in rest if lies_in(line, block)])
        rest = [line for line in rest if not lies_in(line, block)]
        above = [line for line in rest if line.bbox_px.top + line.bbox_px.bottom < block.top + block.bottom]
        arranged += _arrange_columns(above, em_px)
        arranged += rows
        rest = [line for line in rest if line not in above]
    return (*arranged, *_arrange_columns(rest, em_px))


def _arrange_columns(lines: Sequence[RecognizedLine], em_px: float) -> tuple[RecognizedLine, ...]:
    parts = sorted(split_lines(lines, em_px), key=lambda part: (part.bbox_px.top + part.bbox_px.bottom, part.bbox_px.left))
    zones = _gather_early_columns(_build_zones(parts, em_px), em_px)
    return tuple(line for zone in zones for line in _read_zone(zone, em_px))


def measure_em(lines: Sequence[RecognizedLine]) -> float:
    """Return the usual height of a word in pixels (at least 1)."""
    heights = [word.bbox_px.height for line in lines for word in line.words if len(word.text) > 1]
    return max(1.0, statistics.median(heights)) if heights else max(1.0, float(lines[0].bbox_px.height))


def split_lines(lines: Sequence[RecognizedLine], em_px: float) -> list[RecognizedLine]:
    """Part lines at the gap between two columns; rows of several columns or ending in a number stay whole."""
    gaps = [_widest_gap(line) for line in lines]
    clear = [
        (line.bbox_px, gap)
        for line, gap in zip(lines, gaps, strict=True)
        if gap and gap[1] - gap[0] >= CLEAR_GAP_EM * em_px and _is_two_columns(line, gap, em_px)
    ]
    parts: list[RecognizedLine] = []
    for line, gap in zip(lines, gaps, strict=True):
        is_apart = gap is not None and any(_supports(line.bbox_px, gap, box, other, em_px) for box, other in clear)
        if gap is not None and is_apart and _is_two_columns(line, gap, em_px):
            parts.extend(join_words([word for word in line.words if _is_left(word, gap) is side]) for side in (True, False))
        else:
            parts.append(line)
    return parts


Gap = tuple[int, int]


def _widest_gap(line: RecognizedLine) -> Gap | None:
    words = sorted(line.words, key=lambda word: word.bbox_px.left)
    widest: Gap | None = None
    reach = words[0].bbox_px.right
    for word in words[1:]:
        if word.bbox_px.left - reach > (widest[1] - widest[0] if widest else 0):
            widest = (reach, word.bbox_px.left)
        reach = max(reach, word.bbox_px.right)
    return widest


def _is_left(word: RecognizedWord, gap: Gap) -> bool:
    return word.bbox_px.left < gap[1]


def _is_two_columns(line: RecognizedLine, gap: Gap, em_px: float) -> bool:
    left = [word for word in line.words if _is_left(word, gap)]
    right = [word for word in line.words if not _is_left(word, gap)]
    if not left or not right:
        return False
    letters = [sum(letter.isalpha() for word in side for letter in word.text) for side in (left, right)]
    digits = sum(letter.isdigit() for word in right for letter in word.text)
    is_row = any(_has_clear_gap(side, em_px) for side in (left, right))
    is_wide = all(join_words(side).bbox_px.width >= MIN_COLUMN_EM * em_px for side in (left, right))
    return not is_row and is_wide and min(letters) >= 2 and letters[1] > digits


def _has_clear_gap(words: Sequence[RecognizedWord], em_px: float) -> bool:
    gap = _widest_gap(join_words(words))
    return gap is not None and gap[1] - gap[0] >= CLEAR_GAP_EM * em_px


def _supports(box: BoxPx, gap: Gap, other_box: BoxPx, other: Gap, em_px: float) -> bool:
    """Say whether a clear gap elsewhere (or the line's own) makes this gap a gutter."""
    is_near = max(box.top - other_box.bottom, other_box.top - box.bottom) <= NEIGHBOUR_EM * em_px
    shared = min(gap[1], other[1]) - max(gap[0], other[0])
    return is_near and gap[1] - gap[0] >= LIKELY_GAP_EM * em_px and shared >= LIKELY_GAP_EM * em_px


def _build_zones(parts: Sequence[RecognizedLine], em_px: float) -> list[list[RecognizedLine]]:
    """Group lines, given from top to bottom, into single lines and zones of two columns."""
    zones: list[list[RecognizedLine]] = []
    for part in parts:
        if zones and _is_close(zones[-1], part, em_px) and _find_gutter([*zones[-1], part], em_px) is not None:
            zones[-1].append(part)
        else:
            zones.append([part])
    return zones


def _gather_early_columns(zones: list[list[RecognizedLine]], em_px: float) -> list[list[RecognizedLine]]:
    """Draw into a zone of two columns the lines just above it that belong to one of them (it began higher up)."""
    gathered: list[list[RecognizedLine]] = []
    for zone in zones:
        whole = zone
        while len(whole) > 1 and gathered and _belongs_above(gathered[-1], whole, em_px):
            whole = gathered.pop() + whole
        gathered.append(whole)
    return gathered


def _belongs_above(above: list[RecognizedLine], zone: list[RecognizedLine], em_px: float) -> bool:
    drop = min(line.bbox_px.top for line in zone) - above[0].bbox_px.bottom
    return len(above) == 1 and drop <= em_px and _find_gutter([*above, *zone], em_px) is not None


def _is_close(zone: Sequence[RecognizedLine], part: RecognizedLine, em_px: float) -> bool:
    return part.bbox_px.top - max(line.bbox_px.bottom for line in zone) <= MAX_DROP_EM * em_px


def _find_gutter(lines: Sequence[RecognizedLine], em_px: float) -> Gap | None:
    """Return the only gap in what the lines cover from left to right, None when there is none or more than one."""
    spans = sorted((line.bbox_px.left, line.bbox_px.right) for line in lines)
    gutters: list[Gap] = []
    reach = spans[0][1]
    for left, right in spans[1:]:
        if left - reach >= MIN_GUTTER_EM * em_px:
            gutters.append((reach, left))
        reach = max(reach, right)
    return gutters[0] if len(gutters) == 1 else None


def _read_zone(zone: Sequence[RecognizedLine], em_px: float) -> list[RecognizedLine]:
    gutter = _find_gutter(zone, em_px) if len(zone) > 1 else None
    if gutter is None:
        return list(zone)
    left = [line for line in zone if line.bbox_px.left < gutter[1]]
    right = [line for line in zone if line.bbox_px.left >= gutter[1]]
    pairs = [(one, two) for one in left for two in right if _shared_height(one, two) > MIN_SHARED_HEIGHT]
    if not pairs:
        return list(zone)
    is_running = min(_mean_letters(left), _mean_letters(right)) >= RUNNING_TEXT_LETTERS
    if len(pairs) > MAX_ROWS_SIDE_BY_SIDE and not is_running:
        return _join_rows(zone)
    return left + right


def _join_rows(zone: Sequence[RecognizedLine]) -> list[RecognizedLine]:
    rows: list[list[RecognizedLine]] = []
    for line in zone:
        if rows and _shared_height(rows[-1][0], line) > MIN_SHARED_ROW_HEIGHT:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_join_lines(row) for row in rows]


def _join_lines(row: Sequence[RecognizedLine]) -> RecognizedLine:
    if len(row) == 1:
        return row[0]
    return join_words([word for line in sorted(row, key=lambda line: line.bbox_px.left) for word in line.words])


def _shared_height(one: RecognizedLine, two: RecognizedLine) -> float:
    shared = min(one.bbox_px.bottom, two.bbox_px.bottom) - max(one.bbox_px.top, two.bbox_px.top)
    return shared / min(one.bbox_px.height, two.bbox_px.height)


def _mean_letters(lines: Sequence[RecognizedLine]) -> float:
    return sum(len(line.text) for line in lines) / len(lines)
