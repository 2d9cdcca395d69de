"""Train the digit reader: ``python -m training.digits --data ../shared/data --out ocr/handwriting/digits.npz``.

Needs requirements-train.lock and the fonts of docs/handwriting.md. Every strip is invented anew from fixed seeds; the last
MNIST_HELD_OUT digits of MNIST are never trained on. Prints the loss and the share of held-out strings read right.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from training.digit_network import (
    Weights,
    choose_path,
    encode_texts,
    fold_weights,
    make_step,
    make_weights,
    unfold_weights,
)
from training.digit_sources import (
    HAND_FONTS,
    STAMP_FONTS,
    digest_inputs,
    group_mnist,
    load_fonts,
    make_pens,
    read_mnist,
)
from training.digit_strips import Pool, make_batch

SHARES = {"pen": 0.45, "mnist": 0.27, "hand": 0.2, "stamp": 0.08}
PENS, GROUPS = 1500, 2000
BATCH = 64
CHUNK = 40  # batches that are invented at a time
PASSES = 2  # times that a chunk is learnt
PEAK_RATE = 2.5e-3
LATER_PEAK_RATE = 1.2e-3
CHECKED = 1500


def build_pool(data: Path, seed: int, *, is_held_out: bool) -> Pool:
    """Gather the hands to write with. Held-out ones share no pen and no MNIST digit with those to train on."""
    rng = np.random.default_rng(seed)
    hands = {
        "pen": make_pens(PENS // (5 if is_held_out else 1), rng),
        "mnist": group_mnist(read_mnist(data, is_held_out=is_held_out), GROUPS, rng),
        "hand": load_fonts(HAND_FONTS, "hand"),
        "stamp": load_fonts(STAMP_FONTS, "stamp"),
    }
    return Pool(hands, SHARES)


def train(data: Path, out: Path, seed: int, steps: int, start: Path | None) -> None:
    """Train for ``steps`` batches, from nothing or from the weights in ``start``; write the weights after each chunk."""
    pool = build_pool(data, seed, is_held_out=False)
    checks = make_batch(CHECKED, build_pool(data, seed + 1, is_held_out=True), np.random.default_rng(seed + 2))
    if start is None:
        weights, statistics = make_weights(seed)
    else:
        sample, _ = make_batch(400, pool, np.random.default_rng(seed + 4))
        with np.load(start, allow_pickle=False) as archive:
            weights, statistics = unfold_weights(dict(archive), jnp.asarray(sample.astype(np.float32) / 255))
    peak = PEAK_RATE if start is None else LATER_PEAK_RATE
    rates = optax.warmup_cosine_decay_schedule(1e-4, peak, steps // 20, steps, 1e-5)
    optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adamw(rates, weight_decay=1e-4))
    state, step = optimizer.init(weights), make_step(optimizer)
    key, rng = jax.random.key(seed), np.random.default_rng(seed + 3)
    started, done = time.perf_counter(), 0
    with ThreadPoolExecutor(1) as executor:
        pending = executor.submit(make_batch, BATCH * CHUNK, pool, rng)
        while done < steps:
            strips, texts = pending.result()
            pending = executor.submit(make_batch, BATCH * CHUNK, pool, rng)
            labels, paddings = encode_texts(texts)
            losses = []
            for chosen in choose_batches(len(texts), seed + done):
                key, own = jax.random.split(key)
                batch = shake(strips[chosen], np.random.default_rng(seed + done))
                weights, statistics, state, loss = step(
                    weights, statistics, state, jnp.asarray(batch), labels[chosen], paddings[chosen], own
                )
                losses.append(float(loss))
                done += 1
                if done >= steps:
                    break
            right = check(weights, statistics, *checks)
            taken_s = time.perf_counter() - started
            sys.stdout.write(f"step {done:6} loss {np.mean(losses):7.4f} right {right:6.2%} {taken_s:6.0f} s\n")
            sys.stdout.flush()
            np.savez(out, allow_pickle=False, **fold_weights(weights, statistics))


def choose_batches(count: int, seed: int) -> list[NDArray[np.int64]]:
    """Return the rows of each batch: every row PASSES times, in random order."""
    rng = np.random.default_rng(seed)
    return [part for _ in range(PASSES) for part in rng.permutation(count).reshape(-1, BATCH)]


def shake(strips: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    """Shift and dim a batch a little; 0 to 1."""
    moved = np.roll(strips, (int(rng.integers(-2, 3)), int(rng.integers(-4, 5))), axis=(1, 2)).astype(np.float32) / 255
    levels = rng.uniform(0.8, 1.1, (len(strips), 1, 1)).astype(np.float32)
    shaken: NDArray[np.float32] = np.clip(moved * levels, 0, 1)
    return shaken


def check(weights: Weights, statistics: Weights, strips: NDArray[np.uint8], texts: list[str]) -> float:
    """Return the share of strings that the best path gives right."""
    right = 0
    for start in range(0, len(texts), 500):
        part = jnp.asarray(strips[start : start + 500].astype(np.float32) / 255)
        paths = np.asarray(choose_path(weights, statistics, part))
        right += sum(read_path(path) == text for path, text in zip(paths, texts[start : start + 500], strict=True))
    return right / len(texts)


def read_path(path: NDArray[np.int64]) -> str:
    """Return the digits of a path of classes: repeats count once, blanks not at all."""
    changes = np.concatenate([[True], path[1:] != path[:-1]])
    return "".join(str(value - 1) for value in path[changes] if value > 0)


def main() -> None:
    """Train, print the digests of what went in, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    arguments = parser.parse_args()
    for name, digest in digest_inputs(arguments.data).items():
        sys.stdout.write(f"{digest}  {name}\n")
    train(arguments.data, arguments.out, arguments.seed, arguments.steps, arguments.start)


if __name__ == "__main__":
    main()
