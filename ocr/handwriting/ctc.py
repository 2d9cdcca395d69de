"""From class scores to texts: how probable a text is, and which texts are worth asking about (Graves et al. 2006)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLANK = 0
BEAM_WIDTH = 6
LEAST_SHARE = 0.004  # classes less probable at a step are not followed
NEVER = -1e9
Logs = NDArray[np.float32]


def weigh_texts(logs: Logs, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the log probability of each text in each view: views x texts.

    ``logs`` are log probabilities, views x steps x classes. The forward pass of CTC over all texts at once.
    """
    longest = max((len(text) for text in texts), default=0)
    size = 2 * longest + 1
    symbols = np.zeros((len(texts), size), np.int64)
    for row, text in enumerate(texts):
        symbols[row, 1 : 2 * len(text) : 2] = [int(digit) + 1 for digit in text]
    ends = np.array([2 * len(text) for text in texts])
    skips = np.zeros((len(texts), size), bool)
    skips[:, 2:] = (symbols[:, 2:] != BLANK) & (symbols[:, 2:] != symbols[:, :-2])
    alpha = np.full((len(logs), len(texts), size), NEVER)
    alpha[:, :, 0] = logs[:, :1, BLANK]
    if size > 1:
        alpha[:, :, 1] = logs[:, 0][:, symbols[:, 1]]
    for step in range(1, logs.shape[1]):
        before = np.full_like(alpha, NEVER)
        before[:, :, 1:] = alpha[:, :, :-1]
        leap = np.full_like(alpha, NEVER)
        leap[:, :, 2:] = np.where(skips[:, 2:], alpha[:, :, :-2], NEVER)
        alpha = np.logaddexp(np.logaddexp(alpha, before), leap) + logs[:, step][:, symbols]
    rows = np.arange(len(texts))
    whole = np.logaddexp(alpha[:, rows, ends], np.where(ends > 0, alpha[:, rows, np.maximum(ends - 1, 0)], NEVER))
    result: NDArray[np.float64] = whole
    return result


def propose_texts(logs: Logs, longest: int) -> set[str]:
    """Return the likeliest texts of one view (steps x classes), at most ``longest`` digits each: a prefix beam search."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # text -> (ending in blank, ending in a digit)
    for shares in np.exp(logs.astype(np.float64)):
        grown: dict[str, list[float]] = {}
        followed = [int(value) for value in np.flatnonzero(shares >= LEAST_SHARE) if value != BLANK]
        for text, (blank, digit) in beams.items():
            own = grown.setdefault(text, [0.0, 0.0])
            own[0] += (blank + digit) * float(shares[BLANK])
            for value in followed:
                letter, share = str(value - 1), float(shares[value])
                if text.endswith(letter):
                    own[1] += digit * share
                    reached = blank * share
                else:
                    reached = (blank + digit) * share
                if reached > 0 and len(text) < longest:
                    grown.setdefault(text + letter, [0.0, 0.0])[1] += reached
        best = sorted(grown.items(), key=lambda item: (-sum(item[1]), item[0]))[:BEAM_WIDTH]
        beams = {text: (ends[0], ends[1]) for text, ends in best}
    return set(beams)
