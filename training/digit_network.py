"""The digit reader's network as it is trained (JAX): convolutions that end in one row of class scores, four pixels a step.

At run time ``ocr.handwriting.network`` computes the same with NumPy from the folded weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax
from numpy.typing import NDArray

CLASSES = 11  # 0 is CTC's blank, then the digits
MOST_LETTERS = 6
MOMENTUM = 0.98
DROPOUT = 0.15


@dataclass(frozen=True)
class Layer:
    """A convolution with what follows it. ``pads`` are rows and columns of zeros on each side, ``pool`` is (rows, columns)."""

    name: str
    rows: int
    columns: int
    channels: int
    pads: tuple[int, int]
    pool: tuple[int, int]


# Kept in step with ocr.handwriting.network.LAYERS; a unit test compares the weights' shapes.
LAYERS = (
    Layer("c1", 3, 3, 32, (1, 1), (2, 2)),
    Layer("c2", 3, 3, 48, (1, 1), (2, 1)),
    Layer("c3", 3, 3, 80, (1, 1), (2, 1)),
    Layer("c4", 2, 3, 112, (0, 1), (1, 1)),
    Layer("c5", 1, 5, 80, (0, 2), (1, 1)),
    Layer("out", 1, 1, CLASSES, (0, 0), (1, 1)),
)
Weights = dict[str, dict[str, Array]]


def make_weights(seed: int) -> tuple[Weights, Weights]:
    """Return weights and the running statistics of the batch normalisation."""
    rng, weights, statistics, inputs = np.random.default_rng(seed), {}, {}, 4
    for layer in LAYERS:
        size = (layer.rows, layer.columns, inputs, layer.channels)
        spread = np.sqrt(2 / (layer.rows * layer.columns * inputs))
        weights[layer.name] = {
            "kernel": jnp.asarray(rng.normal(0, spread, size), jnp.float32),
            "bias": jnp.zeros(layer.channels),
        }
        if layer.name != "out":
            weights[layer.name]["gain"] = jnp.ones(layer.channels)
            statistics[layer.name] = {"mean": jnp.zeros(layer.channels), "variance": jnp.ones(layer.channels)}
        inputs = layer.channels
    return weights, statistics


def score(weights: Weights, statistics: Weights, strips: Array, key: Array | None) -> tuple[Array, Weights]:
    """Return class scores, batch x steps x CLASSES, and new statistics. With ``key`` the network is in training."""
    x = fold_pixels(strips)
    news: Weights = {}
    for layer in LAYERS:
        part = weights[layer.name]
        (down, across), pool = layer.pads, layer.pool
        pads = ((down, down), (across, across))
        x = lax.conv_general_dilated(x, part["kernel"], (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        if layer.name == "out":
            return (x + part["bias"])[:, 0], news
        if key is not None:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            old = statistics[layer.name]
            news[layer.name] = {
                "mean": MOMENTUM * old["mean"] + (1 - MOMENTUM) * mean,
                "variance": MOMENTUM * old["variance"] + (1 - MOMENTUM) * variance,
            }
        else:
            mean, variance = statistics[layer.name]["mean"], statistics[layer.name]["variance"]
        x = jax.nn.relu((x - mean) * lax.rsqrt(variance + 1e-5) * part["gain"] + part["bias"])
        if pool != (1, 1):
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, *pool, 1), (1, *pool, 1), "VALID")
        if key is not None and layer.name in {"c4", "c5"}:
            key, own = jax.random.split(key)
            x = x * jax.random.bernoulli(own, 1 - DROPOUT, x.shape) / (1 - DROPOUT)
    raise AssertionError


def fold_pixels(strips: Array) -> Array:
    """Turn squares of 2 x 2 pixels into four channels: the same picture, at a quarter of the cost."""
    count, height, width = strips.shape
    squares = strips.reshape(count, height // 2, 2, width // 2, 2)
    return squares.transpose(0, 1, 3, 2, 4).reshape(count, height // 2, width // 2, 4)


def choose_path(weights: Weights, statistics: Weights, strips: Array) -> Array:
    """Return the best class at each step, batch x steps."""
    scores, _ = _judge(weights, statistics, strips)
    return scores.argmax(-1)


_judge = jax.jit(partial(score, key=None))


def encode_texts(texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return labels (digit + 1) and their paddings, count x MOST_LETTERS."""
    labels, paddings = np.zeros((len(texts), MOST_LETTERS), np.int32), np.ones((len(texts), MOST_LETTERS), np.float32)
    for row, text in enumerate(texts):
        labels[row, : len(text)] = [int(digit) + 1 for digit in text]
        paddings[row, : len(text)] = 0
    return labels, paddings


def lose(
    weights: Weights, statistics: Weights, strips: Array, labels: Array, paddings: Array, key: Array
) -> tuple[Array, Weights]:
    """Return the mean CTC loss of a batch, and the new statistics."""
    scores, news = score(weights, statistics, strips, key)
    losses = optax.ctc_loss(scores, jnp.zeros(scores.shape[:2]), labels, paddings)
    return losses.mean(), news


def make_step(optimizer: optax.GradientTransformation) -> Any:
    """Return the compiled step: weights, statistics, state, batch, key -> weights, statistics, state, loss."""

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(
        weights: Weights, statistics: Weights, state: Any, strips: Array, labels: Array, paddings: Array, key: Array
    ) -> tuple[Weights, Weights, Any, Array]:
        (loss, news), slopes = jax.value_and_grad(lose, has_aux=True)(weights, statistics, strips, labels, paddings, key)
        changes, state = optimizer.update(slopes, state, weights)
        return optax.apply_updates(weights, changes), news, state, loss

    return step


def fold_weights(weights: Weights, statistics: Weights) -> dict[str, NDArray[np.float16]]:
    """Return kernels and biases with the normalisation folded in, as the reader wants them."""
    folded = {}
    for layer in LAYERS:
        part = {name: np.asarray(array, np.float64) for name, array in weights[layer.name].items()}
        kernel, bias = part["kernel"], part["bias"]
        if layer.name != "out":
            own = {name: np.asarray(array, np.float64) for name, array in statistics[layer.name].items()}
            share = part["gain"] / np.sqrt(own["variance"] + 1e-5)
            kernel, bias = kernel * share, bias - own["mean"] * share
        folded[f"{layer.name}_kernel"] = kernel.astype(np.float16)
        folded[f"{layer.name}_bias"] = bias.astype(np.float16)
    return folded


def unfold_weights(folded: Mapping[str, NDArray[np.float16]], strips: Array) -> tuple[Weights, Weights]:
    """Return weights and statistics that compute what ``folded`` does, normalised as on a batch of ``strips``."""
    weights, statistics, x = {}, {}, fold_pixels(strips)
    for layer in LAYERS:
        kernel = jnp.asarray(folded[f"{layer.name}_kernel"], jnp.float32)
        bias = jnp.asarray(folded[f"{layer.name}_bias"], jnp.float32)
        weights[layer.name] = {"kernel": kernel, "bias": bias}
        if layer.name == "out":
            break
        (down, across), pool = layer.pads, layer.pool
        pads = ((down, down), (across, across))
        x = lax.conv_general_dilated(x, kernel, (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        statistics[layer.name] = {"mean": mean, "variance": variance}
        weights[layer.name] |= {"bias": bias + mean, "gain": jnp.sqrt(variance + 1e-5)}
        x = jax.nn.relu(x + bias)
        if pool != (1, 1):
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, *pool, 1), (1, *pool, 1), "VALID")
    return weights, statistics
