"""A language's LSTM model out of Tesseract's ``traineddata`` file. Pure but for reading the file.

The file is a table of components; three of them matter: the network, the characters by their ids, and the code that stands
for each id. Integers are little-endian. Layout: Tesseract 4 and 5, ``ccutil/tessdatamanager``, ``lstm/network``,
``lstm/weightmatrix``, ``ccutil/unicharcompress``.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dossiers.errors import ConfigurationError

MAX_FILE_BYTES = 64 * 2**20  # the largest packaged model has some 15 MB
LSTM, UNICHARSET, RECODER, VERSION = 17, 21, 22, 23  # places in the table of components
ENTRIES = 24
MAX_DEPTH = 8  # of layers inside layers; Tesseract's line models have three
MAX_WEIGHTS = 2**22  # of a matrix; the largest packaged one has some 0.6 million
MAX_WEIGHT = 1e6  # the largest packaged one is below 100
MAX_TEXT_BYTES = 2**21  # of the characters; Chinese has some 300,000
SPACE_ID, SPECIAL_IDS = 0, 3  # a blank; then "joined" and "broken", which no line ends up with
INT_MODE, DOUBLE_MODE = 1, 128  # flags of a matrix: eight bits a weight; scales and weights written as doubles
LAYER_RATES = 64  # flag of a layer that has its own learning rates
GATES = ("cell", "input", "forget", "output")  # in the file's order
NAMES = """
    Invalid Input Convolve Maxpool Parallel Replicated ParBidiLSTM DepParUDLSTM Par2dLSTM Series Reconfig RTLReversed
    TTBReversed XYTranspose LSTM SummLSTM Logistic LinLogistic LinTanh Tanh Relu Linear Softmax SoftmaxNoCTC LSTMSoftmax
    LSTMBinarySoftmax
"""
TYPES = NAMES.split()  # of layers, by their numbers in the file
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: its type by Tesseract's name, inputs and outputs, layers inside, weights, and its numbers.

    ``weights`` are matrices of ``outputs`` rows, the last column the bias: one for a dense layer, one a gate (``GATES``) for
    an LSTM. ``numbers``: an input's batch, height, width, depth, loss; a convolution's half width and height; a pooling's
    width and height.
    """

    kind: str
    inputs: int
    outputs: int
    inner: tuple[Layer, ...] = ()
    weights: tuple[Weights, ...] = ()
    numbers: tuple[int, ...] = ()

    def walk(self) -> Iterator[Layer]:
        """Yield the layers that are no series, in the order in which they are run."""
        if self.kind == "Series":
            for layer in self.inner:
                yield from layer.walk()
        else:
            yield self


@dataclass(frozen=True, slots=True)
class LineModel:
    """A language's network, what each of its outputs stands for, and which output says "no letter" (CTC's blank).

    ``letters`` are NFC or not, as the file has them; "" for outputs that stand for no letter. ``version`` is the file's own,
    ``sha256`` that of its bytes.
    """

    network: Layer
    letters: tuple[str, ...]
    blank: int
    version: str
    sha256: str


def read_model(path: Path) -> LineModel:
    """Read a ``traineddata`` file. Raises ConfigurationError when it is none, or has a network that is not known here."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(detail=f"{path} is too large for language data")
        data = path.read_bytes()
        parts = _read_components(data)
        source = _Source(parts[LSTM])
        network = _read_layer(source)
        source.take_text()  # the network as its maker wrote it
        source.take("iii")  # training's flags and counts
        *_, last = network.walk()
        letters = _list_letters(parts[UNICHARSET], parts[RECODER], len(last.weights[0]))
        blank = _take_blank(source, len(letters))
        version = parts[VERSION].decode("utf-8").split(":[")[0].strip()
        return LineModel(network, letters, blank, version, hashlib.sha256(data).hexdigest())
    except OSError as error:
        raise ConfigurationError(detail=f"{path}: {error.strerror}") from error
    except (struct.error, KeyError, IndexError, OverflowError, ValueError) as error:
        raise ConfigurationError(detail=f"{path} is no language data for an LSTM model: {error}") from error


class _Source:
    """Bytes taken one after the other. Raises ``struct.error`` or ValueError where they end too soon."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> int:
        """Return the first of the numbers of a ``struct`` form, passing over all of them."""
        return self.take_all(form)[0]

    def take_all(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def take_array(self, kind: str, count: int) -> NDArray[np.float64]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values.astype(np.float64)

    def take_text(self) -> str:
        length = self.take("I")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8")


def _read_components(data: bytes) -> dict[int, bytes]:
    """Return the components by their place, in whose order they lie. Those that are not there have -1 for their start."""
    count = struct.unpack_from("<i", data)[0]
    if not 0 < count <= ENTRIES:
        raise ValueError("its table of components is damaged")
    starts = struct.unpack_from(f"<{count}q", data, 4)
    there = [(start, place) for place, start in enumerate(starts) if start >= 0]
    ends = [*(start for start, _ in there[1:]), len(data)]
    if any(start > end for (start, _), end in zip(there, ends, strict=True)):
        raise ValueError("its table of components is damaged")
    return {place: data[start:end] for (start, place), end in zip(there, ends, strict=True)}


def _read_layer(source: _Source, depth: int = 0) -> Layer:
    if depth > MAX_DEPTH:
        raise ValueError("its layers lie too deep in each other")
    number = source.take("b")
    kind = source.take_text() if number == 0 else TYPES[number]
    _, _, flags, inputs, outputs, _ = source.take_all("bbiiii")
    source.take_text()  # its name
    if kind in ("Series", "RTLReversed", "XYTranspose"):
        inner = tuple(_read_layer(source, depth + 1) for _ in range(source.take("I")))
        if flags & LAYER_RATES:
            source.take_array("<i1", 4 * source.take("I"))
        return Layer(kind, inputs, outputs, inner)
    if kind in ("LSTM", "SummLSTM"):
        source.take("i")  # inputs and outputs together
        return Layer(kind, inputs, outputs, weights=tuple(_read_weights(source, outputs, inputs + outputs + 1) for _ in GATES))
    forms = {"Input": "iiiii", "Convolve": "ii", "Maxpool": "ii"}
    if kind in forms:
        return Layer(kind, inputs, outputs, numbers=source.take_all(forms[kind]))
    if kind in ("Tanh", "Softmax"):
        return Layer(kind, inputs, outputs, weights=(_read_weights(source, outputs, inputs + 1),))
    raise ValueError(f"a layer {kind} is not known here")


def _take_blank(source: _Source, outputs: int) -> int:
    blank = source.take("i")
    if not 0 <= blank < outputs:
        raise ValueError("none of its outputs says that there is no letter")
    return blank


def _read_weights(source: _Source, outputs: int, inputs: int) -> Weights:
    """Read a matrix, a row an output. Weights of eight bits are made whole with the scale of their row."""
    mode = source.take("B")
    if not mode & DOUBLE_MODE:
        raise ValueError("its weights are of an older form")
    rows, columns = source.take_all("II")
    if (rows, columns) != (outputs, inputs) or not 0 < rows * columns <= MAX_WEIGHTS:
        raise ValueError(f"a layer of {inputs} x {outputs} has {columns} x {rows} weights")
    kind, size = ("<i1", 1) if mode & INT_MODE else ("<f8", 8)
    source.take_array("<i1", size)  # what stands for an empty place
    values = source.take_array(kind, rows * columns).reshape(rows, columns)
    if mode & INT_MODE:
        scales = source.take_array("<f8", source.take("I")).reshape(rows, 1)
        with np.errstate(invalid="ignore"):  # what is no number is found below
            values = values * np.clip(scales, -MAX_WEIGHT, MAX_WEIGHT)
    if not (np.abs(values) <= MAX_WEIGHT).all():
        raise ValueError("a weight of it is no number, or beyond all measure")
    return values.astype(np.float32)


def _list_letters(unicharset: bytes, recoder: bytes, outputs: int) -> tuple[str, ...]:
    """Return what each output stands for. Languages that write a character by several codes are not known here."""
    if len(unicharset) > MAX_TEXT_BYTES:
        raise ValueError("it has too many characters")
    rows = unicharset.decode("utf-8").splitlines()
    texts = [row.split(" ")[0] for row in rows[1 : 1 + int(rows[0])]]
    source = _Source(recoder)
    letters = [""] * outputs
    for number in range(source.take("I")):
        _, length = source.take_all("bI")
        codes = source.take_all(f"{length}i")
        if length != 1:
            raise ValueError("its characters have codes of several parts")
        if number == SPACE_ID:
            letters[codes[0]] = " "
        elif number >= SPECIAL_IDS:
            letters[codes[0]] = texts[number]
    return tuple(letters)
