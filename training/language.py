"""Build the model of office Vietnamese: ``python -m training.language --in legal_text.txt.gz --out office_vietnamese.npz``.

Counts words, pairs and triples of a gzipped text (one in fifty lines held out, see ``training.corpus``), smooths them by
interpolated Kneser-Ney and writes the compact file that ``ocr.language.ngrams`` reads. The same inputs give the same arrays.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import shlex
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.language.letters import spell_key, split_key
from ocr.language.ngrams import STEP
from ocr.language.syllables import is_syllable, list_syllables
from ocr.language.tokens import BREAK, COMMA, NUMBER, UNKNOWN, make_key, split_word
from training.corpus import is_held_out, mark_misread, read_lines, tokenize

MARKS = (UNKNOWN, BREAK, COMMA, NUMBER)
MIN_COUNT = 3  # of a syllable
MIN_FOREIGN_COUNT = 25  # of a word that is no Vietnamese syllable: abbreviations, place names, not misreadings
COMMON_WORDS = 40_000  # of the general word list, by falling frequency: all of it
GENERAL_WEIGHT = 2  # a pair of the general list counts as so many in office text
MIN_BIGRAM, MIN_TRIGRAM = 2, 2
DISCOUNT = 0.75
CAPITAL_PRIOR = 2  # as if a word had been seen so often with a capital and as often without
Ids = NDArray[np.int64]
Scores = NDArray[np.float64]
Unsigned = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Distinct n-grams of one order, sorted, as rows of word ids, and how often each occurs."""

    rows: Ids
    counts: Ids


def main() -> None:
    """Build the model and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="text", type=Path, required=True, help="gzipped UTF-8 text, one line a line")
    parser.add_argument("--words", type=Path, help="gzipped general word list, the most frequent first")
    parser.add_argument("--pairs", type=Path, help="gzipped general word pairs, the most frequent first")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--min-bigram", type=int, default=MIN_BIGRAM)
    parser.add_argument("--min-trigram", type=int, default=MIN_TRIGRAM)
    arguments = parser.parse_args()
    inputs = [path for path in (arguments.text, arguments.words, arguments.pairs) if path]
    about = {
        "inputs": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs},
        "command": "python -m training.language " + shlex.join(_name_files(sys.argv[1:])),
    }
    texts, lines = choose_lines(list(read_lines(arguments.text)))
    words = choose_words(lines, _read_words(arguments.words))
    stream = encode(lines, words)
    pairs = _read_pairs(arguments.pairs, {word: index for index, word in enumerate(words)})
    arrays = build_arrays(stream, pairs, len(words), arguments.min_bigram, arguments.min_trigram)
    arrays["capitals"] = share_capitals(texts, words)
    arrays["words"] = _as_bytes("\n".join(words))
    arrays["about"] = _as_bytes(json.dumps(about, sort_keys=True))
    np.savez_compressed(arguments.out, allow_pickle=False, **arrays)
    sys.stdout.write(f"{len(lines)} lines, {len(stream)} words\n")
    sizes = {name: len(arrays[name]) for name in ("unigram", "bigram", "trigram")}
    sys.stdout.write(f"{sizes}, {arguments.out.stat().st_size / 1e6:.2f} MB\n")


def choose_lines(texts: list[str]) -> tuple[list[str], list[list[str]]]:
    """Return the lines that the model is made of, not held out and not misread, and their tokens."""
    lines = [tokenize(text) for text in texts]
    pairs = zip(texts, lines, mark_misread(lines), strict=True)
    kept = [(text, line) for text, line, is_misread in pairs if not is_misread and not is_held_out(text)]
    return [text for text, _ in kept], [line for _, line in kept]


def share_capitals(texts: list[str], words: list[str]) -> NDArray[np.uint8]:
    """Return for each word how often, of 255, it begins with a capital behind a word that ends no sentence; rare words 128."""
    ids = {word: index for index, word in enumerate(words)}
    seen = np.full(len(words), 2.0 * CAPITAL_PRIOR)
    capital = np.full(len(words), 1.0 * CAPITAL_PRIOR)
    for text in texts:
        if text.isupper():
            continue
        parts = text.split()
        for before, word in itertools.pairwise(parts):
            core = split_word(word).core
            if before[-1].isalpha() or before[-1] == ",":
                index = ids.get(make_key(core), 0)
                seen[index] += 1
                capital[index] += core[:1].isupper()
    return np.asarray(np.rint(255 * capital / seen), dtype=np.uint8)


def choose_words(lines: list[list[str]], general: list[str]) -> list[str]:
    """Return the vocabulary by falling frequency: what is frequent, the general words, and every syllable seen in either."""
    counts = Counter(key for line in lines for key in line)
    chosen = {
        key: count
        for key, count in counts.items()
        if key not in MARKS and count >= (MIN_COUNT if _is_syllable_key(key) else MIN_FOREIGN_COUNT)
    }
    for key in general:
        chosen.setdefault(key, 1)
    return [*MARKS, *sorted(chosen, key=lambda key: (-chosen[key], key))]


def encode(lines: list[list[str]], words: list[str]) -> Ids:
    """Return all lines as one stream of word ids, UNKNOWN for what is not in the vocabulary."""
    ids = {word: index for index, word in enumerate(words)}
    return np.fromiter((ids.get(key, 0) for line in lines for key in line), dtype=np.int64)


def count_ngrams(stream: Ids, order: int, size: int) -> Counts:
    """Count the n-grams of the stream that do not run over a break within, nor hold an unknown word at the end."""
    parts = [stream[start : len(stream) - order + 1 + start] for start in range(order)]
    keep = np.ones(len(parts[0]), dtype=bool)
    for part in parts[1:-1]:
        keep &= part != MARKS.index(BREAK)
    keep &= parts[-1] != 0
    if order == 3:
        keep &= (parts[0] != 0) & (parts[1] != 0)
    code = np.zeros(int(keep.sum()), dtype=np.int64)
    for part in parts:
        code = code * size + part[keep]
    found, counts = np.unique(code, return_counts=True)
    rows = np.empty((len(found), order), dtype=np.int64)
    rest = found
    for column in range(order - 1, -1, -1):
        rest, rows[:, column] = np.divmod(rest, size)
    return Counts(rows, counts)


def build_arrays(stream: Ids, pairs: Ids, size: int, min_bigram: int, min_trigram: int) -> dict[str, Unsigned]:
    """Smooth and prune: return the arrays of the file, see ``ocr.language.ngrams``."""
    trigrams = count_ngrams(stream, 3, size)
    bigrams = _add_pairs(count_ngrams(stream, 2, size), pairs, size)
    unigram = _smooth_unigrams(stream, bigrams, size)
    keep_two = bigrams.counts >= min_bigram
    two, two_backoff = _smooth_bigrams(bigrams, keep_two, unigram, size)
    rows = bigrams.rows[keep_two]
    keys = rows[:, 0] * size + rows[:, 1]
    contexts = trigrams.rows[:, 0] * size + trigrams.rows[:, 1]
    at = np.minimum(np.searchsorted(keys, contexts), len(keys) - 1)
    keep_three = (trigrams.counts >= min_trigram) & (keys[at] == contexts)
    three, three_backoff = _smooth_trigrams(
        trigrams, keep_three, at, len(keys), _LowerOrder(keys, two, two_backoff, unigram, size)
    )
    return {
        "unigram": _quantize(np.log(unigram)),
        "unigram_backoff": _quantize(np.log(two_backoff)),
        "bigram_counts": np.bincount(rows[:, 0], minlength=size).astype(np.uint16),
        "bigram_seconds": rows[:, 1].astype(np.uint16),
        "bigram": _quantize(np.log(two)),
        "bigram_backoff": _quantize(np.log(three_backoff)),
        "trigram_counts": np.bincount(at[keep_three], minlength=len(keys)).astype(np.uint16),
        "trigram_thirds": trigrams.rows[keep_three, 2].astype(np.uint16),
        "trigram": _quantize(np.log(three)),
    }


def _smooth_unigrams(stream: Ids, bigrams: Counts, size: int) -> Scores:
    """Mix how often a word occurs with in how many contexts it does, and leave a little for every word."""
    occurs = np.bincount(stream, minlength=size).astype(float)
    contexts = np.bincount(bigrams.rows[:, 1], minlength=size).astype(float)
    mixed = 0.5 * occurs / occurs.sum() + 0.5 * contexts / contexts.sum()
    floor = 0.02 / size
    smoothed = (1 - 0.02) * mixed + floor
    smoothed[0] = floor / 10  # an unknown word is never a better guess than a known one
    return np.asarray(smoothed / smoothed.sum())


def _smooth_bigrams(bigrams: Counts, keep: NDArray[np.bool_], unigram: Scores, size: int) -> tuple[Scores, Scores]:
    firsts, seconds = bigrams.rows[:, 0], bigrams.rows[:, 1]
    totals = np.bincount(firsts, weights=bigrams.counts, minlength=size)
    share = (bigrams.counts[keep] - DISCOUNT) / totals[firsts[keep]]
    backoff = np.asarray(1.0 - np.bincount(firsts[keep], weights=share, minlength=size), dtype=np.float64)
    backoff[totals == 0] = 1
    return share + backoff[firsts[keep]] * unigram[seconds[keep]], backoff


@dataclass(frozen=True, slots=True)
class _LowerOrder:
    keys: Ids
    bigram: Scores
    backoff: Scores
    unigram: Scores
    size: int

    def score(self, lasts: Ids, words: Ids) -> Scores:
        wanted = lasts * self.size + words
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found = self.keys[at] == wanted
        return np.asarray(np.where(found, self.bigram[at], self.backoff[lasts] * self.unigram[words]))


def _smooth_trigrams(
    trigrams: Counts, keep: NDArray[np.bool_], at: Ids, contexts: int, lower: _LowerOrder
) -> tuple[Scores, Scores]:
    codes = trigrams.rows[:, 0] * lower.size + trigrams.rows[:, 1]
    known = lower.keys[at] == codes
    totals = np.bincount(at[known], weights=trigrams.counts[known], minlength=contexts)
    share = (trigrams.counts[keep] - DISCOUNT) / totals[at[keep]]
    backoff = np.asarray(1.0 - np.bincount(at[keep], weights=share, minlength=contexts), dtype=np.float64)
    rows = trigrams.rows[keep]
    return share + backoff[at[keep]] * lower.score(rows[:, 1], rows[:, 2]), backoff


def _add_pairs(bigrams: Counts, pairs: Ids, size: int) -> Counts:
    """Add the general list's pairs to those of the text."""
    if not len(pairs):
        return bigrams
    codes = np.concatenate([bigrams.rows[:, 0] * size + bigrams.rows[:, 1], pairs[:, 0] * size + pairs[:, 1]])
    weights = np.concatenate([bigrams.counts, np.full(len(pairs), GENERAL_WEIGHT)])
    found, where = np.unique(codes, return_inverse=True)
    counts = np.bincount(where, weights=weights).astype(np.int64)
    return Counts(np.stack(np.divmod(found, size), axis=1), counts)


def _quantize(scores: Scores) -> NDArray[np.uint8]:
    return np.clip(np.rint(-scores / STEP), 0, 255).astype(np.uint8)


def _read_words(path: Path | None) -> list[str]:
    """Return the keys of the general list's first words that are syllables, and of every possible syllable of the list."""
    if path is None:
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        words = [line.strip() for line in lines][:COMMON_WORDS]
    return list(dict.fromkeys(spell_key(word) for word in words if is_syllable(word)))


def _read_pairs(path: Path | None, ids: dict[str, int]) -> Ids:
    """Return the general list's pairs of known syllables as rows of ids."""
    rows = []
    if path is not None:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                parts = line.split()
                if len(parts) == 2 and all(is_syllable(part) for part in parts):
                    row = [ids.get(make_key(part), 0) for part in parts]
                    if all(row):
                        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _is_syllable_key(key: str) -> bool:
    return split_key(key) in _SYLLABLES


def _as_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _name_files(arguments: list[str]) -> list[str]:
    """Return the arguments with paths shortened to names: where files lay on one machine is nobody's concern."""
    return [Path(argument).name if "/" in argument else argument for argument in arguments]


_SYLLABLES = frozenset(list_syllables())

if __name__ == "__main__":
    main()
