"""The trained reader: text in, typed spans with confidences out. Weights are files of etl/nlp/models, run by onnxruntime."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from etl.nlp import labels
from etl.nlp.e5 import Encoder
from etl.nlp.features import segment_features
from etl.nlp.gazetteer import Gazetteer
from etl.nlp.implausible import is_person
from etl.nlp.lac import Lac, LacOutput, viterbi
from etl.nlp.segments import Span, segments, widened
from etl.nlp.session import one_thread
from graph.errors import ConfigError

_COUNTS = re.compile(r"\d[余多]?[家个项所条座款支种类]$")
_NOUNS = {"n-B", "nz-B", "nw-B"}
_OF_NOUNS = {*_NOUNS, "vn-B", "a-B", "an-B"}
MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """A span that the reader takes for an entity; ``confidence`` is calibrated on held-back documents."""

    start: int
    end: int
    type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader sees in a text: spans in order, where words start, and what its encoder says.

    Attributes:
        states: The encoder's states, pieces x k; None for a setting without an encoder.
        owner: The piece of each character; None without an encoder.
    """

    spans: tuple[ReadSpan, ...]
    word_starts: tuple[int, ...]
    states: NDArray[np.float32] | None = None
    owner: NDArray[np.int64] | None = None


class Reader:
    """Runs one setting of the trained tagger.

    Args:
        setting: ``best`` or ``fast``: a folder of etl/nlp/models.

    Raises:
        ConfigError: The weights are missing or unusable.
    """

    def __init__(self, setting: str, *, lac: Lac, gazetteer: Gazetteer, models: Path = MODELS) -> None:
        folder = models / setting
        try:
            meta = json.loads((folder / "tagger.json").read_text("utf-8"))
            crf = np.load(folder / "crf.npz")
            self._session = one_thread(str(folder / "tagger.onnx"))
        except (OSError, ValueError, ort.capi.onnxruntime_pybind11_state.Fail) as error:
            raise ConfigError(
                f"The reader {setting!r} has no usable weights in {folder}: {error}. "
                "Check INNOGRAPH_MODELS, install the innograph wheel again, or fit the weights with `make train`."
            ) from error
        self.types: tuple[str, ...] = tuple(meta["types"])
        self._vocabulary: dict[str, int] = {ch: number for number, ch in enumerate(meta["characters"], 2)}
        self._slope, self._offset = meta["calibration"]
        forbidden, forbidden_first = labels.forbidden(self.types)
        self._transitions = (crf["transitions"] + forbidden).astype(np.float32)
        self._first = (crf["first"] + forbidden_first).astype(np.float32)
        self._lac, self._gazetteer = lac, gazetteer
        self._person = lac.tag_names.index("PER-B")
        wants_states = any(given.name == "extra" for given in self._session.get_inputs())
        self._encoder = Encoder(folder / "encoder.onnx") if wants_states else None

    def scores(
        self, text: str, states: NDArray[np.float32] | None = None, output: LacOutput | None = None
    ) -> tuple[NDArray[np.float32], LacOutput]:
        """Label scores (n x k) of one segment and what LAC says of it.

        Args:
            text: The segment.
            states: The encoder's states (n x m), for a setting that takes them.
            output: What LAC said of the segment, if that is known already.
        """
        features, output = segment_features(text, self._vocabulary, self._lac, self._gazetteer, output)
        feed = {
            "characters": features.characters[None],
            "classes": features.classes[None],
            "lac": features.lac[None],
            "tags": features.tags[None],
            "gazetteer": features.gazetteer[None],
        }
        if states is not None:
            feed["extra"] = states[None]
        return self._session.run(None, feed)[0][0], output

    def read(self, text: str, known: Mapping[Span, LacOutput] | None = None) -> Reading:
        """Reads a text of any length; ``known`` holds what LAC said of segments already."""
        spans: list[ReadSpan] = []
        starts: list[int] = []
        people: set[str] = set()
        text = widened(text)
        states, owner = self._encoder(text) if self._encoder else (None, None)
        parts, scored, outputs = segments(text), [], []
        for begin, end in parts:
            own = states[owner[begin:end]] if states is not None and owner is not None else None
            scores, output = self.scores(text[begin:end], own, known.get((begin, end)) if known else None)
            starts += (np.flatnonzero(output.starts) + begin).tolist()
            people |= self._people(text[begin:end], output)
            scored.append(scores)
            outputs.append(output)
        paths = viterbi(scored, self._transitions, self._first)
        for (begin, end), scores, path, output in zip(parts, scored, paths, outputs, strict=True):
            if not path.any():
                continue
            certain = _log_softmax(scores)[np.arange(len(path)), path]
            for a, b, entity_type in labels.decode(path, self.types):
                a, b = _trim(text, a + begin, b + begin)
                if entity_type == "Target" and _COUNTS.search(text[a:b]):
                    b = begin + self._counted(text[begin:end], b - begin, output)
                if a < b and text[a:b] not in people:
                    confidence = self._calibrated(float(certain[a - begin : b - begin].mean()))
                    spans.append(ReadSpan(a, b, entity_type, confidence))
        return Reading(tuple(spans), tuple(starts), states, owner)

    def _people(self, text: str, output: LacOutput) -> set[str]:
        """The people a segment names, as far as LAC sees them: never read as entities, here or elsewhere in the document."""
        bounds = np.append(np.flatnonzero(output.starts), len(text))
        people: set[str] = set()
        for at in np.flatnonzero(output.tags == self._person):
            end = int(bounds[np.searchsorted(bounds, at, side="right")])
            if is_person(word := text[at:end]):
                people.add(word)
        return people

    def _counted(self, text: str, end: int, output: LacOutput) -> int:
        """Where the noun ends that a figure counts: 84所 in 84所高等院校 leads to 院校."""
        last = at = end
        while at < len(text) and output.starts[at] and (tag := self._lac.tag_names[output.tags[at]]) in _OF_NOUNS:
            at += 1
            while at < len(text) and not output.starts[at]:
                at += 1
            if tag in _NOUNS:
                last = at
        return last

    def _calibrated(self, mean_log: float) -> float:
        return round(float(1 / (1 + np.exp(-(self._slope * mean_log + self._offset)))), 4)


def _log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    top = scores.max(1, keepdims=True)
    shifted: NDArray[np.float32] = scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))
    return shifted


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
