"""Lines of text as the language model's tokens."""

from __future__ import annotations

import gzip
import itertools
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr.language.letters import SKELETON, split_key
from ocr.language.tokens import BREAK, COMMA, NUMBER, split_word

HELD_OUT_SHARE = 50  # one line in fifty never enters the model: it is what fitting and measuring draw on
MIN_LETTER_SHARE = 0.5  # lines of figures teach nothing
MISREAD_RATIO = 100  # a pair so much rarer than its twin that differs only in diacritics ...
MIN_TWIN = 300  # ... which itself is so frequent ...
MAX_SHARE = 0.05  # ... and one of whose words is so rare among those with its letters, is a misreading
NEAR_LINES, MIN_MISREAD = 25, 3
Pair = tuple[str, str]


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a gzipped UTF-8 text, NFC, those left out that are mostly figures."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = unicodedata.normalize("NFC", line).strip()
            if text and sum(map(str.isalpha, text)) >= MIN_LETTER_SHARE * len(text):
                yield text


def is_held_out(line: str) -> bool:
    """Tell whether a line is kept out of the model."""
    return zlib.crc32(line.encode()) % HELD_OUT_SHARE == 0


def tokenize(line: str) -> list[str]:
    """Return the model's keys of a line, with a break before it and never two in a row."""
    keys = [BREAK]
    for word in line.split():
        for key in split_word(word).keys:
            if key != BREAK or keys[-1] != BREAK:
                keys.append(key)
    return keys


def find_misread_pairs(lines: Iterable[list[str]]) -> set[Pair]:
    """Return the word pairs that are misreadings: parts of the text were themselves read by machine ("tô chức", "sửa đôi")."""
    words: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for line in lines:
        words.update(line)
        pairs.update(itertools.pairwise(line))
    letters: Counter[str] = Counter()
    for word, count in words.items():
        letters[_skeleton(word)] += count
    twins: defaultdict[Pair, int] = defaultdict(int)
    for (first, second), count in pairs.items():
        form = (_skeleton(first), _skeleton(second))
        twins[form] = max(twins[form], count)
    marks = {BREAK, COMMA, NUMBER}
    return {
        pair
        for pair, count in pairs.items()
        if not marks.intersection(pair)
        and twins[_skeleton(pair[0]), _skeleton(pair[1])] >= max(MIN_TWIN, MISREAD_RATIO * count)
        and any(words[word] < MAX_SHARE * letters[_skeleton(word)] for word in pair)
    }


def mark_misread(lines: list[list[str]]) -> NDArray[np.bool_]:
    """Tell for each line whether it stands in a passage that was itself read by machine.

    That is a line with a misread pair, or one with MIN_MISREAD such lines within NEAR_LINES of it: where one error shows,
    others hide that are as frequent as their right forms ("chỉ phí").
    """
    misread = find_misread_pairs(lines)
    marked = np.array([not misread.isdisjoint(itertools.pairwise(line)) for line in lines], dtype=bool)
    near = np.convolve(marked.astype(np.int64), np.ones(2 * NEAR_LINES + 1, dtype=np.int64))
    return np.asarray(marked | (near[NEAR_LINES : NEAR_LINES + len(lines)] >= MIN_MISREAD))


def _skeleton(key: str) -> str:
    return split_key(key)[0].translate(SKELETON)
