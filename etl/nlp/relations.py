"""Relations of a document: the pair classifier's verdicts, held to the ontology, with their evidence and status."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from etl.nlp.context import ContextScorer, gelu
from etl.nlp.pairs import FEATURES, Pair, Place, candidates, features
from etl.nlp.reader import MODELS, Reading
from etl.nlp.view import View
from graph.errors import ConfigError
from graph.model import Status
from graph.ontology import Ontology, load_ontology

_PLANNED = re.compile(
    r"拟|计划|将|预计|力争|争取|筹备|筹建|规划建设|有望|意向|待|下一步|will\b|plans? to|due to|expected to|intends?|aims?"
)
_RULED_OUT = -5.0  # a score (logit) below which the relation network rules a pair out
_OF_NETWORK = np.float32(0.7)  # the relation network's part of a score; best on held-back documents
_AT_ONCE = 4096  # mention pairs whose features are held in memory
_FIGURES = ("SETS_TARGET", "ACHIEVES")
_LOWER_BOUND = re.compile(r"不少于|不低于|no fewer than|at least")
_DONE = re.compile(r"已|完成|建成|投产|正式|昨日|当天|日前|has\b|have\b")


@dataclass(frozen=True, slots=True)
class FoundRelation:
    """A relation by the canonical names of its ends, with the sentences (start, end) that state it."""

    head: str
    head_type: str
    type: str
    tail: str
    tail_type: str
    evidence: tuple[tuple[int, int], ...]
    confidence: float
    status: Status
    method: str = "classifier"


class HashedScorer:
    """Scores of mention pairs by their hashed features (etl.nlp.pairs), with numpy.

    Raises:
        ConfigError: The weights are missing or unusable.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as weights:
                if "features" not in weights or weights["features"] != FEATURES:
                    raise ValueError("they were fitted by another version of InnoGraph")
                tables = weights["embedding"], weights["linear"]
                self._width = tables[0].shape[1]
                self._tables = np.concatenate(tables, axis=1).astype(np.float32)
                self._norm = weights["norm"]
                self._enter, self._enter_bias = weights["enter"], weights["enter_bias"]
                self._out, self._bias = weights["out"], weights["bias"]
                self.relations: tuple[str, ...] = tuple(weights["relations"].tolist())
                self.seen: set[tuple[str, ...]] = {tuple(row.split(">")) for row in weights["seen"].tolist()}
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(
                f"The relation classifier has no usable weights in {path}: {error}. "
                "Check INNOGRAPH_MODELS, install the innograph wheel again, or fit the weights with `make train`."
            ) from error

    def __call__(self, view: View, places: Sequence[Place]) -> NDArray[np.float32]:
        """Scores (logits), p x relations."""
        return np.concatenate(
            [self._scores(features(view, places[at : at + _AT_ONCE])) for at in range(0, len(places), _AT_ONCE)]
        )

    def _scores(self, found: sparse.csr_array) -> NDArray[np.float32]:
        summed = found @ self._tables
        x, linear = summed[:, : self._width], summed[:, self._width :]
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
        x = gelu((x * self._norm[0] + self._norm[1]) @ self._enter.T + self._enter_bias)
        scores: NDArray[np.float32] = x @ self._out.T + linear + self._bias
        return scores


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the networks say of the pairs of a document.

    Attributes:
        probabilities: pairs x relations, 0 to 1, not calibrated; 0 where the types forbid the relation.
        places: pairs x relations: which of a pair's two mention pairs speaks for it.
    """

    pairs: list[Pair]
    probabilities: NDArray[np.float32]
    places: NDArray[np.int64]


class RelationClassifier:
    """Judges the pairs of a document: by hashed features alone (``fast``), or with the relation network beside (``best``).

    Raises:
        ConfigError: The weights are missing or do not fit the ontology.
    """

    def __init__(self, ontology: Ontology, setting: str = "best", *, models: Path = MODELS) -> None:
        self._hashed = HashedScorer(models / "pairs.npz")
        self._context = (
            ContextScorer(models / setting, list(load_ontology().entity_types)) if setting == "best" else None
        )
        self.relations = self._hashed.relations
        self._ontology = ontology
        self._between: dict[tuple[str, str], NDArray[np.bool_] | None] = {}
        self._thresholds, self._calibration = _verdict_settings(models / setting / "relations.json", self.relations)

    def __call__(self, view: View, reading: Reading) -> list[FoundRelation]:
        """Relations of a document, each once, in the order of their evidence.

        Args:
            view: The mentions of the document.
            reading: What the reader of the same setting saw; its states serve the relation network.
        """
        verdicts = self.judge(view, reading)
        found: dict[tuple[str, str, str], FoundRelation] = {}
        for row, column in zip(*np.nonzero(verdicts.probabilities >= self._thresholds), strict=True):
            pair = verdicts.pairs[row]
            place = pair.both[verdicts.places[row, column]]
            relation = self._relation(view, int(column), place, float(verdicts.probabilities[row, column]))
            key = relation.head, relation.type, relation.tail
            if key not in found or found[key].confidence < relation.confidence:
                found[key] = relation
        kept = [r for r in found.values() if self._better_direction(r, found)]
        kept = _goal_or_result(kept)
        return sorted(kept, key=lambda r: (r.evidence[0], r.type, r.head, r.tail))

    def judge(self, view: View, reading: Reading) -> Verdicts:
        """Probabilities of all pairs, before thresholds."""
        pairs: list[Pair] = []
        rows: list[NDArray[np.bool_]] = []
        types = [mention.type for mention in view.mentions]
        for pair in candidates(view, self._ontology):
            head, tail = pair.places[0]
            allowed = self._allowed(types[head], types[tail], pair.relations)
            if allowed is not None:
                pairs.append(pair)
                rows.append(allowed)
        if not pairs:
            width = len(self.relations)
            return Verdicts([], np.zeros((0, width), np.float32), np.zeros((0, width), np.int64))
        mask = np.stack(rows)
        both = self._scores(view, reading, pairs, mask)
        probabilities = np.where(mask, 1 / (1 + np.exp(-both.max(1))), 0).astype(np.float32)
        return Verdicts(pairs, np.where(mask, _with_groups(view, pairs, probabilities), 0), both.argmax(1))

    def _scores(self, view: View, reading: Reading, pairs: list[Pair], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Scores, pairs x 2 x relations; features are hashed only for pairs that the network does not rule out."""
        places = [pair.both for pair in pairs]
        flat = [place for two in places for place in two]
        if self._context is None or reading.states is None or reading.owner is None:
            return self._hashed(view, flat).reshape(len(pairs), 2, -1)
        context = self._context(view, reading.states, reading.owner, flat).reshape(len(pairs), 2, -1)
        asked = np.flatnonzero((context.max(1) * mask + _RULED_OUT * ~mask).max(1) > _RULED_OUT)
        hashed = np.full_like(context, _RULED_OUT)
        if len(asked):
            own = [place for row in asked for place in places[row]]
            hashed[asked] = self._hashed(view, own).reshape(len(asked), 2, -1)
        return _OF_NETWORK * context + (1 - _OF_NETWORK) * hashed

    def _allowed(self, head: str, tail: str, relations: Sequence[str]) -> NDArray[np.bool_] | None:
        """Which relations may join the types, of those seen when the weights were fitted; None if there is none."""
        if (head, tail) not in self._between:
            row = np.array([name in relations and (name, head, tail) in self._hashed.seen for name in self.relations])
            self._between[head, tail] = row if row.any() else None
        return self._between[head, tail]

    def _relation(self, view: View, column: int, place: Place, probability: float) -> FoundRelation:
        name = self.relations[column]
        head, tail = (view.mentions[at] for at in place)
        numbers = sorted({view.sentence[at] for at in place})
        evidence = tuple(view.sentence_spans[number] for number in numbers)
        if self._ontology.relation_types[name].symmetric and head.start > tail.start:
            head, tail = tail, head  # written once, in the order of the text
        slope, offset = self._calibration
        logit = float(np.log(probability / (1 - min(probability, 1 - 1e-6))))
        confidence = round(
            float(1 / (1 + np.exp(-(slope * logit + offset)))) * min(head.confidence, tail.confidence), 4
        )
        return FoundRelation(
            head.name, head.type, name, tail.name, tail.type, evidence, confidence, _status(view, place, name)
        )

    def _better_direction(self, relation: FoundRelation, found: dict[tuple[str, str, str], FoundRelation]) -> bool:
        """A directed relation found both ways holds in the surer direction alone."""
        back = found.get((relation.tail, relation.type, relation.head))
        if back is None:
            return True
        return (relation.confidence, relation.head) > (back.confidence, back.head)


def _verdict_settings(path: Path, relations: Sequence[str]) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Thresholds, one a relation, and the curve of confidence, as fitted on held-back documents."""
    try:
        settings = json.loads(path.read_text("utf-8"))
        thresholds = np.array([settings["thresholds"][name] for name in relations], np.float32)
        slope, offset = settings["calibration"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"The thresholds of relations in {path} cannot be used: {error!r}. "
            "Check INNOGRAPH_MODELS, install the innograph wheel again, or fit the weights with `make train`."
        ) from error
    return thresholds, (slope, offset)


def _goal_or_result(relations: list[FoundRelation]) -> list[FoundRelation]:
    """A figure is a goal or a result, not both: a lower bound (不少于) is a goal, else the surer reading holds."""
    surest: dict[str, tuple[bool, float, str]] = {}
    for relation in relations:
        if relation.type in _FIGURES:
            bound = bool(_LOWER_BOUND.search(relation.tail))
            rank = (bound and relation.type == "SETS_TARGET", relation.confidence, relation.type)
            surest[relation.tail] = max(rank, surest.get(relation.tail, rank))
    return [r for r in relations if r.type not in _FIGURES or surest[r.tail][2] == r.type]


def _with_groups(view: View, pairs: Sequence[Pair], probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """What holds for the members of a coordinated group (A、B和C) holds for each: none is less likely than half of them."""
    raised = probabilities.copy()
    rows = {(pair.head, pair.tail): row for row, pair in enumerate(pairs)}
    for first, last in sorted(set(view.group)):
        members = {mention.name for mention in view.mentions[first : last + 1]}
        if len(members) < 3:
            continue
        for side in (0, 1):
            beside: dict[str, list[int]] = {}
            for (head, tail), row in rows.items():
                member, other = (head, tail) if side == 0 else (tail, head)
                if member in members and other not in members:
                    beside.setdefault(other, []).append(row)
            for same in beside.values():
                if len(same) > 2:
                    raised[same] = np.maximum(raised[same], np.median(probabilities[same], axis=0))
    return raised


def _status(view: View, place: Place, name: str) -> Status:
    """Planned if the clauses of the two mentions speak of what is to come and not of what is done."""
    if name == "SETS_TARGET":
        return "planned"
    left, right = sorted(place)
    start = view.clause_start(view.mentions[right].start)
    stretch = view.text[start : view.clause_end(view.mentions[right].end)]
    if view.sentence[left] == view.sentence[right] and view.mentions[right].start - view.mentions[left].end < 60:
        stretch = view.text[view.mentions[left].end : view.mentions[right].start] + stretch
    return "planned" if _PLANNED.search(stretch) and not _DONE.search(stretch) else "stated"
