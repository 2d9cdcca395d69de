"""The model as ONNX Runtime runs it, beside Tesseract itself."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks.tesseract_lines import read_with_tesseract
from ocr.engine import LineReader
from ocr.line_detector import detect_lines
from ocr.page_image import Pixels, to_gray
from ocr.tesseract.model_file import Layer, LineModel, read_model
from ocr.tesseract.network import LineNetwork
from ocr.tesseract.onnx_graph import build_graph
from ocr.tesseract.reader import MODEL_FOLDERS, TesseractReader
from tests.unit.ocr.drawing import PARAGRAPH, Text, as_bgr, draw_page

FOLDER = next(folder for folder in MODEL_FOLDERS if Path(folder, "vie.traineddata").is_file())


@pytest.fixture(scope="module")
def network() -> LineNetwork:
    return LineNetwork(read_model(Path(FOLDER, "vie.traineddata")))


@pytest.fixture(scope="module")
def page() -> Pixels:
    """Draw two sizes of print, gray and a little blurred, as a scanner sees them."""
    texts = tuple(
        Text(text, 150, 200 + 70 * row + 700 * (size == 30), size) for size in (36, 30) for row, text in enumerate(PARAGRAPH)
    )
    drawn = to_gray(as_bgr(draw_page(texts)))
    return np.asarray(cv2.GaussianBlur(cv2.convertScaleAbs(drawn, alpha=0.8, beta=40), (0, 0), 0.8), np.uint8)


def test_lines_are_read_as_tesseract_itself_reads_them(page: Pixels) -> None:
    boxes = detect_lines(page)
    ours = [line.text if line else "" for line in TesseractReader().read_lines(page, boxes, 60)]
    theirs = [line.text if line else "" for line in read_with_tesseract(page, boxes)]
    assert len(boxes) == 2 * len(PARAGRAPH)
    edits = sum(Levenshtein.distance(one, other) for one, other in zip(ours, theirs, strict=True))
    assert edits <= 0.01 * sum(map(len, theirs))


def test_a_strip_reads_the_same_alone_and_beside_longer_ones(network: LineNetwork) -> None:
    dice = np.random.default_rng(3)
    strips = [dice.uniform(-1, 1, (network.height_px, width)).astype(np.float32) for width in (40, 300, 301, 90, 600, 2, 31)]
    together = network.read(strips)
    for strip, chances in zip(strips, together, strict=True):
        (alone,) = network.read([strip])
        assert alone.shape == chances.shape
        assert np.allclose(alone, chances, atol=1e-3)
        assert len(chances) == strip.shape[1] // network.step_px
        assert np.allclose(chances.sum(axis=1), 1, atol=1e-4)


def test_layers_in_another_order_are_refused() -> None:
    layers = read_model(Path(FOLDER, "vie.traineddata")).network
    turned = Layer("Series", layers.inputs, layers.outputs, tuple(reversed(layers.inner)))
    with pytest.raises(ValueError, match="line model"):
        build_graph(turned)


def swap_layer(model: LineModel, at: int, *layers: Layer) -> LineModel:
    inner = model.network.inner
    return replace(model, network=replace(model.network, inner=(*inner[:at], *layers, *inner[at + 1 :])))


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("Input", (1, 0, 0, 1, 0)),
        ("Input", (1, 2**31 - 1, 0, 1, 0)),
        ("Maxpool", (3, 0)),
        ("Maxpool", (0, 3)),
        ("Maxpool", (3, 2**31 - 1)),
    ],
)
def test_sizes_beyond_all_measure_are_refused(kind: str, numbers: tuple[int, ...]) -> None:
    model = read_model(Path(FOLDER, "vie.traineddata"))
    at = next(at for at, layer in enumerate(model.network.inner) if layer.kind == kind)
    with pytest.raises(ValueError, match="its strips are"):
        LineNetwork(swap_layer(model, at, replace(model.network.inner[at], numbers=numbers)))


def test_layers_that_do_not_fit_each_other_are_refused() -> None:
    model = read_model(Path(FOLDER, "vie.traineddata"))
    with pytest.raises(ValueError, match="do not fit each other"):
        LineNetwork(swap_layer(model, len(model.network.inner) - 2))  # the last LSTM is left out
    with pytest.raises(ValueError, match="of 3 letters"):
        LineNetwork(replace(model, letters=model.letters[:3]))


def test_where_the_network_fails_an_error_of_ours_is_raised() -> None:
    model = read_model(Path(FOLDER, "vie.traineddata"))
    network = LineNetwork(model)
    lower = swap_layer(model, 0, replace(model.network.inner[0], numbers=(1, 24, 0, 1, 0)))
    network._session = LineNetwork(lower)._session
    with pytest.raises(RuntimeError, match="dimensions"):
        network.read([np.ones((network.height_px, 90), np.float32)])


def test_a_reader_of_lines_is_what_the_engine_asks_for() -> None:
    reader: LineReader = TesseractReader()
    digest = sha256(Path(FOLDER, "vie.traineddata").read_bytes()).hexdigest()
    assert reader.name.startswith("tesseract vie ")
    assert reader.name.endswith(f" {digest[:12]}")
