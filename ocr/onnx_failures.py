"""What ONNX Runtime raises: an exception for each of its codes, and none that is over them all."""

from __future__ import annotations

from onnxruntime.capi import onnxruntime_pybind11_state as runtime

FAILURES: tuple[type[Exception], ...] = (
    RuntimeError,
    runtime.EPFail,
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NotImplemented,
    runtime.RuntimeException,
)
