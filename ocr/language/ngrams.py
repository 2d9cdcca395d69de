"""The model of office Vietnamese: log-probabilities of words after the two before them. Read-only, loaded once a process.

Built by ``python -m training.language``; holds counts turned into probabilities, no sentence. Interpolated Kneser-Ney
(Chen & Goodman 1999) in back-off form: a missing trigram costs its context's back-off and the bigram, and so on.

The file (npz): ``words`` (keys, newline-separated, by falling frequency), ``unigram``, ``unigram_backoff`` and
``capitals`` (share of capital firsts in the midst of sentences, of 255) a word;
``bigram_counts`` (followers a word), ``bigram_seconds``, ``bigram``, ``bigram_backoff``; ``trigram_counts`` (followers a
bigram), ``trigram_thirds``, ``trigram``; scores are uint8 in steps of ``STEP`` nats below 0; ``about`` is JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.language.letters import SKELETON, split_key
from ocr.language.tokens import UNKNOWN

STEP = 0.08  # nats: 255 steps reach down to a probability of 1e-9, and halves are told apart
DEFAULT_PATH = Path(__file__).parent / "office_vietnamese.npz"
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class NgramModel:
    """Scores words in context.

    ``by_skeleton`` lists the keys that share letters without diacritics, the most frequent first. ``about`` tells the inputs'
    digests and the building command.
    """

    ids: dict[str, int]
    unigram: Bytes
    unigram_backoff: Bytes
    capitals: Bytes
    bigram_keys: NDArray[np.uint64]
    bigram: Bytes
    bigram_backoff: Bytes
    trigram_keys: NDArray[np.uint64]
    trigram: Bytes
    about: dict[str, Any]
    by_skeleton: dict[str, tuple[str, ...]]
    _seen: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def knows(self, key: str) -> bool:
        """Tell whether a key is in the vocabulary; UNKNOWN is not."""
        return key != UNKNOWN and key in self.ids

    def score_alone(self, key: str) -> float:
        """Return the natural log-probability of a key without context; that of UNKNOWN for an unknown one."""
        return -STEP * float(self.unigram[self._find(key)])

    def share_capitals(self, key: str) -> float:
        """Return how often, 0 to 1, a key begins with a capital in the midst of a sentence; 0.5 for an unknown key."""
        return int(self.capitals[self.ids[key]]) / 255 if key in self.ids else 0.5

    def score(self, before: str, last: str, key: str) -> float:
        """Return the natural log-probability of ``key`` after the keys ``before last``; at most 0."""
        asked = (before, last, key)
        if (known := self._seen.get(asked)) is None:
            if len(self._seen) > 200_000:
                self._seen.clear()
            known = self._seen[asked] = self._score(self._find(before), self._find(last), self._find(key))
        return known

    def _score(self, before: int, last: int, word: int) -> float:
        size = len(self.ids)
        context = _locate(self.bigram_keys, before * size + last)
        steps = 0
        if context is not None:
            found = _locate(self.trigram_keys, context * size + word)
            if found is not None:
                return -STEP * int(self.trigram[found])
            steps += int(self.bigram_backoff[context])
        pair = _locate(self.bigram_keys, last * size + word)
        if pair is not None:
            return -STEP * (steps + int(self.bigram[pair]))
        return -STEP * (steps + int(self.unigram_backoff[last]) + int(self.unigram[word]))

    def _find(self, key: str) -> int:
        return self.ids.get(key, self.ids[UNKNOWN])


def _locate(keys: NDArray[np.uint64], key: int) -> int | None:
    at = int(np.searchsorted(keys, np.uint64(key)))
    return at if at < len(keys) and int(keys[at]) == key else None


@lru_cache(maxsize=2)
def load_model(path: Path = DEFAULT_PATH) -> NgramModel:
    """Load the model, once a process. Raises OSError, ValueError or KeyError when the file is missing or damaged."""
    with np.load(path, allow_pickle=False) as file:
        words = bytes(file["words"]).decode().split("\n")
        size = np.uint64(len(words))
        firsts = np.repeat(np.arange(len(words), dtype=np.uint64), file["bigram_counts"])
        bigram_keys = firsts * size + file["bigram_seconds"]
        contexts = np.repeat(np.arange(len(bigram_keys), dtype=np.uint64), file["trigram_counts"])
        return NgramModel(
            ids={word: index for index, word in enumerate(words)},
            unigram=file["unigram"],
            unigram_backoff=file["unigram_backoff"],
            capitals=file["capitals"],
            bigram_keys=bigram_keys,
            bigram=file["bigram"],
            bigram_backoff=file["bigram_backoff"],
            trigram_keys=contexts * size + file["trigram_thirds"],
            trigram=file["trigram"],
            about=json.loads(bytes(file["about"])),
            by_skeleton=_index_skeletons(words),
        )


def _index_skeletons(words: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in words:
        letters = split_key(word)[0]
        if letters.isalpha():
            found.setdefault(letters.translate(SKELETON), []).append(word)
    return {skeleton: tuple(keys) for skeleton, keys in found.items()}
