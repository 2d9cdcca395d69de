"""Score what was read against what is printed, whichever engine read it.

Two ways of matching lines, both whatever their order:

- *lines*: each printed line is matched to the read line most like it, once; what is left over is insertion. Two printed lines
  that an engine put into one (a two-column header) count against it.
- *text*: as above, but a read line may first be cut between two printed lines, and read lines left over may be joined to the
  printed line that they complete. How an engine cuts lines is then no error; only its letters are.

Character error counts edits on matched lines and missing lines, without insertions; insertions stand apart. Words are a
bag. Order is told by itself: the share of printed-line pairs that are read in the printed order, as Kendall's tau.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

MIN_SIMILARITY = 0.3
_LEADER = re.compile(r"(?:[.…·_] ?){4,}|…{2,}")
_SLASH = re.compile(r"\s*/\s*")
_SAME_MARKS = str.maketrans("“”–—’", '""--\'')


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some pages.

    ``edits`` and ``inserted`` match by *text*, ``line_edits`` and ``line_inserted`` by *lines*. ``ordered`` and ``swapped``
    count pairs of printed lines by how they were read.
    """

    letters: int = 0
    edits: int = 0
    inserted: int = 0
    line_edits: int = 0
    line_inserted: int = 0
    hits: int = 0
    expected_words: int = 0
    read_words: int = 0
    ordered: int = 0
    swapped: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def error(self) -> float:
        """Character error without insertions, lines cut and joined freely; 0 on no letters."""
        return _share(self.edits, self.letters)

    @property
    def insertions(self) -> float:
        """Spurious characters a printed character, lines cut and joined freely."""
        return _share(self.inserted, self.letters)

    @property
    def line_error(self) -> float:
        """Character error without insertions, line by line."""
        return _share(self.line_edits, self.letters)

    @property
    def line_insertions(self) -> float:
        """Spurious characters a printed character, line by line."""
        return _share(self.line_inserted, self.letters)

    @property
    def word_f1(self) -> float:
        """F1 of the bags of words, 0 to 1; 1 when nothing is printed and nothing read."""
        words = self.expected_words + self.read_words
        return 2 * self.hits / words if words else 1.0

    @property
    def order_tau(self) -> float:
        """Kendall's tau of the order of matched lines, -1 to 1; 1 when there is no pair."""
        pairs = self.ordered + self.swapped
        return (self.ordered - self.swapped) / pairs if pairs else 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """Which read line stands for which printed line. ``pairs`` maps printed to read indices; ``left_over`` are read indices."""

    pairs: dict[int, int]
    left_over: tuple[int, ...]


def normalize(line: str) -> str:
    """Write a line so that only reading errors differ: NFC, single spaces, none around a slash, plain quotes and dashes.

    Dotted leaders go: a transcript has none, and an engine that reads them as dots makes no error.
    """
    spaced = " ".join(_LEADER.sub(" ", unicodedata.normalize("NFC", line)).split())
    return _SLASH.sub("/", spaced).translate(_SAME_MARKS)


def normalize_lines(lines: Sequence[str]) -> list[str]:
    """Normalize lines and drop the empty ones."""
    return [line for line in map(normalize, lines) if line]


def score_page(printed: Sequence[str], read: Sequence[str]) -> Score:
    """Score one page; both texts are given line by line and are normalized here."""
    want, got = normalize_lines(printed), normalize_lines(read)
    by_line = match_lines(want, got)
    line_edits, line_inserted = _count(want, got, by_line)
    cut = cut_lines(want, got)
    joined = join_lines(want, cut)
    edits, inserted = _count(want, joined, match_lines(want, joined))
    want_words, got_words = Counter(" ".join(want).split()), Counter(" ".join(got).split())
    ordered, swapped = _count_order(match_lines(want, cut).pairs)
    return Score(
        letters=sum(map(len, want)),
        edits=edits,
        inserted=inserted,
        line_edits=line_edits,
        line_inserted=line_inserted,
        hits=sum((want_words & got_words).values()),
        expected_words=sum(want_words.values()),
        read_words=sum(got_words.values()),
        ordered=ordered,
        swapped=swapped,
    )


def match_lines(want: Sequence[str], got: Sequence[str]) -> Match:
    """Match lines greedily, the most alike first; below a likeness of 0.3 nothing is matched."""
    if not want or not got:
        return Match({}, tuple(range(len(got))))
    likeness = cdist(want, got, scorer=Levenshtein.normalized_similarity)
    pairs = [
        (float(likeness[i, j]), i, j) for i in range(len(want)) for j in range(len(got)) if likeness[i, j] >= MIN_SIMILARITY
    ]
    pairs.sort(key=lambda pair: (-pair[0], abs(pair[1] / len(want) - pair[2] / len(got))))
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    return Match(matched, tuple(j for j in range(len(got)) if j not in taken))


def cut_lines(want: Sequence[str], got: Sequence[str]) -> list[str]:
    """Cut read lines between two printed lines where that lessens the edits; a table row may be cut more than once."""
    pieces = list(got)
    at = 0
    while at < len(pieces):
        cut = _find_cut(want, pieces, at)
        if cut is None:
            at += 1
        else:
            pieces[at : at + 1] = cut
    return pieces


def join_lines(want: Sequence[str], got: Sequence[str]) -> list[str]:
    """Join read lines that are left over to the printed line that they complete, before or behind what it has."""
    joined = list(got)
    progress = True
    while progress:
        progress = False
        match = match_lines(want, joined)
        for piece in match.left_over:
            best = _find_join(want, joined, match, piece)
            if best is not None:
                whole, text = best
                joined[whole] = text
                del joined[piece]
                progress = True
                break
    return joined


def _find_cut(want: Sequence[str], pieces: list[str], at: int) -> tuple[str, str] | None:
    """Return the two halves of ``pieces[at]`` when they explain two printed lines better than the whole does one."""
    words = pieces[at].split(" ")
    if len(words) < 2:
        return None
    match = match_lines(want, pieces)
    open_lines = [i for i in range(len(want)) if i not in match.pairs]
    own = next((i for i, j in match.pairs.items() if j == at), None)
    if not open_lines:
        return None
    candidates = [*open_lines, *([own] if own is not None else [])]
    whole_cost = min(Levenshtein.distance(want[i], pieces[at]) + _others(want, candidates, i) for i in candidates)
    best: tuple[int, str, str] | None = None
    for split in range(1, len(words)):
        left, right = " ".join(words[:split]), " ".join(words[split:])
        cost = _cost_of_two(want, candidates, left, right)
        if cost is not None and cost < whole_cost and (best is None or cost < best[0]):
            best = (cost, left, right)
    return best[1:] if best else None


def _cost_of_two(want: Sequence[str], candidates: Sequence[int], left: str, right: str) -> int | None:
    """Return the edits over all ``candidates`` when two of them take a half each; both halves must be alike their line."""
    gains_left = {i: len(want[i]) - Levenshtein.distance(want[i], left) for i in candidates}
    gains_right = {i: len(want[i]) - Levenshtein.distance(want[i], right) for i in candidates}
    best = max(
        (
            gains_left[i] + gains_right[k]
            for i in candidates
            for k in candidates
            if i != k and _alike(want[i], left) and _alike(want[k], right)
        ),
        default=None,
    )
    return None if best is None else sum(len(want[i]) for i in candidates) - best


def _alike(want: str, got: str) -> bool:
    return Levenshtein.normalized_similarity(want, got) >= 0.5


def _others(want: Sequence[str], candidates: Sequence[int], but: int) -> int:
    return sum(len(want[i]) for i in candidates if i != but)


def _find_join(want: Sequence[str], got: Sequence[str], match: Match, piece: int) -> tuple[int, str] | None:
    """Return the read line to which ``piece`` belongs and their joined text: most of the piece must be in the printed line."""
    best: tuple[int, int, str] | None = None
    for i, j in match.pairs.items():
        before = Levenshtein.distance(want[i], got[j])
        for text in (f"{got[j]} {got[piece]}", f"{got[piece]} {got[j]}"):
            gain = before - Levenshtein.distance(want[i], text)
            if 2 * gain > len(got[piece]) and (best is None or gain > best[0]):
                best = (gain, j, text)
    return best[1:] if best else None


def _count(want: Sequence[str], got: Sequence[str], match: Match) -> tuple[int, int]:
    edits = sum(
        Levenshtein.distance(line, got[match.pairs[i]]) if i in match.pairs else len(line) for i, line in enumerate(want)
    )
    return edits, sum(len(got[j]) for j in match.left_over)


def _count_order(pairs: dict[int, int]) -> tuple[int, int]:
    read = [pairs[i] for i in sorted(pairs)]
    ordered = sum(read[a] < read[b] for a in range(len(read)) for b in range(a + 1, len(read)))
    return ordered, len(read) * (len(read) - 1) // 2 - ordered


def list_differences(printed: Sequence[str], read: Sequence[str]) -> list[str]:
    """Return what differs, by *text*, one difference a line: ``edits - printed + read``, and ``! read`` for an insertion."""
    want = normalize_lines(printed)
    got = join_lines(want, cut_lines(want, normalize_lines(read)))
    match = match_lines(want, got)
    rows = []
    for i, line in enumerate(want):
        found = got[match.pairs[i]] if i in match.pairs else ""
        distance = Levenshtein.distance(line, found)
        if distance:
            rows.append(f"{distance:4d} - {line}\n     + {found}")
    return [*rows, *(f"     ! {got[j]}" for j in match.left_over)]


def total(scores: Sequence[Score]) -> Score:
    """Add scores up."""
    result = Score()
    for score in scores:
        result = result + score
    return replace(result)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
