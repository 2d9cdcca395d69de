"""A line model written as an ONNX graph: the only module that knows ``onnx``.

Inputs: ``strips`` (lines x 1 x height x width, -1 ink to 1 paper) and ``steps`` (how many steps each line has). Output:
``chances`` (steps x lines x outputs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from ocr.tesseract.model_file import Layer, Weights

OPSET, IR_VERSION = 17, 8
MAX_HEIGHT_PX, MAX_STEP_PX, MAX_WINDOW_PX = 128, 16, 16  # of strips (36), pooling (3) and the half of a window (1)
ONNX_GATES = (1, 3, 2, 0)  # input, output, forget, cell, out of the file's cell, input, forget, output


@dataclass(frozen=True, slots=True)
class LineGraph:
    """A serialized graph, how high its strips are, and over how many pixels along a line it makes a step."""

    data: bytes
    height_px: int
    step_px: int


def build_graph(network: Layer) -> LineGraph:
    """Return the graph of a network. Raises ValueError unless its layers are those of Tesseract's line models, in their order:
    convolution, pooling, an LSTM down each column, LSTMs along the line, softmax.
    """
    source, convolve, dense, pool, column, *along, softmax = network.walk()
    kinds = [layer.kind for layer in (source, convolve, dense, pool, column, softmax)]
    wanted = ["Input", "Convolve", "Tanh", "Maxpool", "XYTranspose", "Softmax"]
    if kinds != wanted or [layer.kind for layer in column.inner] != ["SummLSTM"]:
        raise ValueError(f"its layers are not those of a line model: {' '.join(kinds)}")
    writer = _Writer()
    height, step = source.numbers[1], pool.numbers[0]
    is_step = all(0 < size <= MAX_STEP_PX for size in pool.numbers)
    is_window = all(0 <= half <= MAX_WINDOW_PX for half in convolve.numbers)
    if not (is_step and is_window and pool.numbers[1] <= height <= MAX_HEIGHT_PX):
        raise ValueError(f"its strips are {height} high, windows {convolve.numbers} and steps {pool.numbers}")
    rows = height // pool.numbers[1]
    _convolve(writer, convolve, dense, pool)
    _read_columns(writer, column.inner[0], rows)
    for number, layer in enumerate(along):
        _read_along(writer, layer, f"along{number}")
    (weights,) = softmax.weights
    writer.add("MatMul", writer.keep("out_weights", weights[:, :-1].T))
    writer.add("Add", writer.keep("out_bias", weights[:, -1]))
    writer.add("Softmax", axis=-1)
    graph = helper.make_graph(
        writer.nodes,
        "line",
        [
            helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["lines", 1, height, "width"]),
            helper.make_tensor_value_info("steps", TensorProto.INT32, ["lines"]),
        ],
        [helper.make_tensor_value_info(writer.last, TensorProto.FLOAT, ["steps", "lines", softmax.outputs])],
        [numpy_helper.from_array(values, name) for name, values in writer.constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return LineGraph(model.SerializeToString(), height, step)


@dataclass
class _Writer:
    """The nodes written so far, each fed by the one before it, and the constants."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    last: str = "strips"

    def keep(self, name: str, values: NDArray[np.generic] | Sequence[int]) -> str:
        self.constants[name] = np.ascontiguousarray(values)
        return name

    def add(self, kind: str, *inputs: str, source: str = "", **attributes: int | list[int]) -> str:
        """Write a node that takes the last one's output, or ``source``, and then ``inputs``; return its output."""
        output = f"{kind}{len(self.nodes)}"
        node = helper.make_node(kind, [source or self.last, *inputs], [output])
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)
        self.last = output
        return output

    def add_lstm(self, name: str, layer: Layer, *, direction: str, steps: str, is_summary: bool) -> None:
        """Write an LSTM; of a summary only the last step's output is kept."""
        inputs = layer.inputs
        gates = [layer.weights[index] for index in ONNX_GATES]
        bias = np.concatenate([gate[:, -1] for gate in gates])
        constants = [
            self.keep(f"{name}_weights", _stack(gates, slice(0, inputs))),
            self.keep(f"{name}_recurrent", _stack(gates, slice(inputs, -1))),
            self.keep(f"{name}_bias", np.concatenate([bias, np.zeros_like(bias)])[None]),
        ]
        outputs = ["", f"{name}_out"] if is_summary else [f"{name}_out"]
        self.nodes.append(
            helper.make_node(
                "LSTM", [self.last, *constants, steps], outputs, hidden_size=layer.weights[0].shape[0], direction=direction
            )
        )
        self.last = f"{name}_out"


def _stack(gates: Sequence[Weights], columns: slice) -> Weights:
    return np.concatenate([gate[:, columns] for gate in gates])[None]


def _convolve(writer: _Writer, convolve: Layer, dense: Layer, pool: Layer) -> None:
    """Write convolution and pooling. The file has a window's pixels column by column."""
    (weights,) = dense.weights
    half_width, half_height = convolve.numbers
    columns, rows = 2 * half_width + 1, 2 * half_height + 1
    kernel = weights[:, :-1].reshape(-1, columns, rows).transpose(0, 2, 1)[:, None]
    writer.add(
        "Conv",
        writer.keep("window", kernel),
        writer.keep("window_bias", weights[:, -1]),
        pads=[half_height, half_width, half_height, half_width],
    )
    writer.add("Tanh")
    across, down = pool.numbers
    writer.add("MaxPool", kernel_shape=[down, across], strides=[down, across])


def _read_columns(writer: _Writer, layer: Layer, rows: int) -> None:
    """Write the LSTM that reads each step's column from the top down.

    It is given lines x features x rows x steps, and gives steps x lines x features.
    """
    pooled = writer.add("Transpose", perm=[2, 3, 0, 1])
    writer.add("Reshape", writer.keep("columns", np.array([rows, -1, layer.inputs], np.int64)))
    writer.add_lstm("column", layer, direction="forward", steps="", is_summary=True)
    summary = writer.last
    shape = writer.add("Shape", source=pooled, start=1, end=3)
    shape = writer.add("Concat", writer.keep("features", np.array([layer.outputs], np.int64)), source=shape, axis=0)
    writer.add("Reshape", shape, source=summary)


def _read_along(writer: _Writer, layer: Layer, name: str) -> None:
    """Write an LSTM along the line, from its end where the layer is reversed."""
    is_reversed = layer.kind == "RTLReversed"
    inner = layer.inner[0] if is_reversed and len(layer.inner) == 1 else layer
    if inner.kind != "LSTM":
        raise ValueError(f"its layers are not those of a line model: {inner.kind}")
    writer.add_lstm(name, inner, direction="reverse" if is_reversed else "forward", steps="steps", is_summary=False)
    writer.add("Squeeze", writer.keep(f"{name}_direction", np.array([1], np.int64)))
