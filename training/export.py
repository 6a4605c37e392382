"""Writes fitted models as the files that etl.nlp runs: ONNX, JSON and NumPy archives."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from etl.nlp.gazetteer import FEATURE_WIDTH
from etl.nlp.lac import STATE_WIDTH
from etl.nlp.pairs import FEATURES
from training.encoder import in_eight_bits
from training.relations import PairModel
from training.tagger import Crf, Tagger

INPUTS = ("characters", "classes", "lac", "tags", "gazetteer")


class Ensemble(nn.Module):
    """The mean score of several taggers."""

    def __init__(self, models: list[Tagger]) -> None:
        super().__init__()
        self.models = nn.ModuleList(models)

    def forward(self, *inputs: Tensor) -> Tensor:
        scores = self.models[0](*inputs)
        for model in list(self.models)[1:]:
            scores = scores + model(*inputs)
        return scores / len(self.models)


def crf_scores(crfs: list[Crf]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean transitions and first-label scores, without the penalties of the impossible."""
    transitions = torch.stack([crf.transitions.detach() for crf in crfs]).mean(0).numpy()
    first = torch.stack([crf.first.detach() for crf in crfs]).mean(0).numpy()
    return transitions, first


def write_tagger(
    folder: Path,
    fitted: list[tuple[Tagger, Crf]],
    vocabulary: dict[str, int],
    types: list[str],
    calibration: tuple[float, float],
    data: dict[str, Any],
) -> None:
    """Writes tagger.onnx, crf.npz and tagger.json; ``data`` describes the training and goes into the JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    n = 17
    arguments = [
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, STATE_WIDTH),
        torch.zeros(1, n, dtype=torch.long),
        torch.zeros(1, n, FEATURE_WIDTH),
    ]
    inputs = list(INPUTS)
    if fitted[0][0].extra is not None:
        arguments.append(torch.zeros(1, n, fitted[0][0].extra.in_features))
        inputs.append("extra")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own successor
        torch.onnx.export(
            Ensemble([model for model, _ in fitted]).eval(),
            tuple(arguments),
            str(folder / "tagger.onnx"),
            input_names=inputs,
            output_names=["scores"],
            opset_version=17,
            dynamo=False,
            dynamic_axes={name: {0: "batch", 1: "length"} for name in (*inputs, "scores")},
        )
    in_eight_bits(folder / "tagger.onnx")
    transitions, first = crf_scores([crf for _, crf in fitted])
    np.savez_compressed(folder / "crf.npz", transitions=transitions, first=first)
    characters = "".join(sorted(vocabulary, key=lambda ch: vocabulary[ch]))
    meta = {"types": types, "characters": characters, "calibration": list(calibration), "data": data}
    (folder / "tagger.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", "utf-8")


def write_pairs(
    path: Path,
    model: PairModel,
    relations: list[str],
    seen: set[tuple[str, str, str]],
) -> None:
    """Writes pairs.npz."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def array(tensor: Tensor) -> np.ndarray[Any, Any]:
        return tensor.detach().numpy()

    np.savez_compressed(
        path,
        features=np.int64(FEATURES),
        embedding=array(model.embedding.weight).astype(np.float16),
        linear=array(model.linear.weight).astype(np.float16),
        norm=np.stack([array(model.norm.weight), array(model.norm.bias)]),
        enter=array(model.enter.weight),
        enter_bias=array(model.enter.bias),
        out=array(model.out.weight),
        bias=array(model.out.bias + model.bias),
        relations=np.array(relations),
        seen=np.array(sorted(">".join(row) for row in seen)),
    )


def write_verdict_settings(
    path: Path, relations: list[str], thresholds: np.ndarray[Any, Any], calibration: tuple[float, float]
) -> None:
    """Writes relations.json: for each relation the probability from which on it holds, and the curve of confidence."""
    limits = {name: round(float(limit), 3) for name, limit in zip(relations, thresholds, strict=True)}
    path.write_text(json.dumps({"thresholds": limits, "calibration": list(calibration)}, indent=1) + "\n", "utf-8")
