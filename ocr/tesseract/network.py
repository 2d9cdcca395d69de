"""A line model run by ONNX Runtime on several lines at once.

Tesseract itself runs a line at a time, a step at a time; here a layer's inputs of all steps and lines are one product of
matrices. Weights are used as floats; Tesseract rounds what flows between its layers to eight bits, so that now and then a
letter comes out otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ocr.onnx_failures import FAILURES
from ocr.tesseract.model_file import LineModel
from ocr.tesseract.onnx_graph import build_graph

BATCH = 4  # lines of like width: what one leaves behind is in the cache for the next
Strip = NDArray[np.float32]
Chances = NDArray[np.float32]


class LineNetwork:
    """A model ready to read strips ``height_px`` high, a step every ``step_px``."""

    def __init__(self, model: LineModel) -> None:
        """Raises ValueError when the model's layers are not those of Tesseract's line models, or do not fit each other."""
        graph = build_graph(model.network)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the widest lines of a page took
        self.height_px, self.step_px = graph.height_px, graph.step_px
        try:
            self._session = onnxruntime.InferenceSession(graph.data, options, providers=["CPUExecutionProvider"])
            (chances,) = self.read([np.ones((self.height_px, self.step_px), np.float32)])
        except FAILURES as error:
            raise ValueError(f"its layers do not fit each other: {str(error)[:200]}") from error
        if chances.shape != (1, len(model.letters)):
            raise ValueError(f"it has outputs for {chances.shape[1]} of {len(model.letters)} letters")

    def read(self, strips: Sequence[Strip]) -> list[Chances]:
        """Return for each strip (height x width, -1 ink to 1 paper) the chance of every output at each of its steps.

        A strip narrower than a step has none. Raises RuntimeError when the network fails.
        """
        found = [np.zeros((0, 0), np.float32)] * len(strips)
        order = [index for index in np.argsort([strip.shape[1] for strip in strips]) if strips[index].shape[1] >= self.step_px]
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            width = strips[chosen[-1]].shape[1] + self.step_px  # paper behind the longest as behind all others
            batch = np.ones((len(chosen), 1, self.height_px, width), np.float32)
            for row, index in enumerate(chosen):
                batch[row, 0, :, : strips[index].shape[1]] = strips[index]
            steps = np.array([strips[index].shape[1] // self.step_px for index in chosen], np.int32)
            try:
                (chances,) = self._session.run(None, {"strips": batch, "steps": steps})
            except FAILURES as error:
                raise RuntimeError(f"{type(error).__name__}: {error}") from error
            for row, index in enumerate(chosen):
                found[index] = chances[: steps[row], row]
        return found
