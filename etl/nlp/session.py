"""Networks run by onnxruntime."""

from __future__ import annotations

import onnxruntime as ort


def one_thread(model: str | bytes) -> ort.InferenceSession:
    """A session for an ONNX file (its path) or its content, on one thread: whoever has more cores has more workers."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
