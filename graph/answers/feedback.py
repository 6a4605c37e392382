"""Verdicts on recommendations, and weights of the parts of the score that are learnt from them.

A verdict says whether a candidate was accepted for a start; it is kept with the shares (0 to 1) that the parts of the
candidate's score had. From the verdicts of a mode a logistic regression learns weights,

    P(accepted) = sigmoid(b + s · (w · shares)),   w >= 0, sum of w = 1,

drawn to the weights that the mode has without them (penalty 2 · |s·w - s0·w0|², with s0 fitted for w0 alone), so that few verdicts
change little. Five-fold cross-validation tells how well verdicts are foreseen that were not learnt from, by the usual weights
and by the learnt ones. Learnt weights count only where INNOGRAPH_FEEDBACK is on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from graph.answers.embedding import Embedder
from graph.answers.entities import resolve
from graph.answers.limits import MAX_LIMIT, check_choice
from graph.answers.recommend import MODES, PARTS, WEIGHTS, recommend
from graph.answers.reference import Reference
from graph.answers.values import Recommendations
from graph.errors import InvalidInput, NotFound
from graph.model import digest
from graph.queries import feedback as queries
from graph.store.query import Plan

LEAST = 20  # verdicts of a mode, with five of either kind, before anything is learnt
_LEAST_OF_A_KIND = 5
_FOLDS = 5
_PENALTY = 2.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was kept: the uids and the shares of the parts, from 0 to 1."""

    start: str
    candidate: str
    mode: str
    accepted: bool
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Learned:
    """What the verdicts of a mode taught.

    Attributes:
        verdicts, accepted: How many there were, and how many of them accepted.
        weights: Of the parts, summing to 1.
        loss_usual, loss: Cross-validated logarithmic loss of the usual and of the learnt weights; lower is better.
        auc_usual, auc: How often an accepted candidate stands before a rejected one, 0.5 for chance.
    """

    mode: str
    verdicts: int
    accepted: int
    weights: Mapping[str, float]
    loss_usual: float
    loss: float
    auc_usual: float
    auc: float


def give(
    start: str,
    candidate: str,
    accepted: bool,
    *,
    mode: str = "next_step",
    embedder: Embedder | None = None,
    reference: Reference | None = None,
) -> Plan[Verdict]:
    """Keeps a verdict on a candidate that recommendations for the start name.

    Args:
        start: uid or name of an entity, a field, a region, or a free text, as it was recommended for.
        candidate: uid or name of the entity recommended.
        accepted: Whether it was taken.
        mode: The mode it was recommended in.
        embedder: The source of the text part that it was recommended with.
        reference: Ontology, regions and fields; the built-in ones by default.

    Raises:
        NotFound: Start or candidate is unknown, or the candidate is none of the first 100 recommendations.
        InvalidInput: The mode is unknown.
        EmbedderError: The embedder cannot be used now.
    """
    reference = reference or Reference.load()
    check_choice("mode", mode, MODES)
    card = yield from resolve(candidate, reference=reference)
    found: Recommendations = yield from recommend(
        start, targets=(card.type,), mode=mode, limit=MAX_LIMIT, embedder=embedder, reference=reference
    )
    item = next((item for item in found.items if item.entity.uid == card.uid), None)
    if item is None:
        raise NotFound(
            f"{card.name} is not among the {MAX_LIMIT} best for {start!r}, so there is nothing to learn from."
        )
    shares = {name: round(item.parts[name] / WEIGHTS[mode][name], 6) for name in PARTS}
    origin = found.start.entity.uid if found.start.entity is not None else found.start.text
    yield queries.give(
        uid=f"Feedback-{digest(origin, card.uid, mode)}",
        start=origin,
        candidate=card.uid,
        mode=mode,
        accepted=accepted,
        shares=[shares[name] for name in PARTS],
    )
    return Verdict(origin, card.uid, mode, accepted, shares)


def learn(mode: str = "next_step") -> Plan[Learned]:
    """Learns weights from the verdicts of a mode, and keeps them.

    Raises:
        InvalidInput: There are too few verdicts.
    """
    check_choice("mode", mode, MODES)
    rows: tuple[tuple[tuple[float, ...], bool], ...] = yield queries.given(mode=mode)
    accepted = sum(verdict for _, verdict in rows)
    if len(rows) < LEAST or min(accepted, len(rows) - accepted) < _LEAST_OF_A_KIND:
        raise InvalidInput(
            f"{len(rows)} verdicts on {mode}, {accepted} of them accepted: too few. Give {LEAST} at least, with "
            f"{_LEAST_OF_A_KIND} of either kind (`innograph feedback give`)."
        )
    found = _learn(mode, np.array([shares for shares, _ in rows]), np.array([float(verdict) for _, verdict in rows]))
    known = yield from learned()
    yield queries.learn(learned=json.dumps({name: asdict(value) for name, value in (known | {mode: found}).items()}))
    return found


def learned() -> Plan[dict[str, Learned]]:
    """What was learnt, by mode. One query."""
    text: str = yield queries.learned()
    return {mode: Learned(**row) for mode, row in json.loads(text or "{}").items()}


def learned_weights(mode: str) -> Plan[Mapping[str, float]]:
    """The learnt weights of a mode, or the usual ones where none were learnt. One query."""
    found = yield from learned()
    return found[mode].weights if mode in found else WEIGHTS[mode]


def reset() -> Plan[int]:
    """Deletes all verdicts and what was learnt from them; the number of verdicts."""
    deleted: int = yield queries.reset()
    return deleted


def _learn(mode: str, shares: Array, accepted: Array) -> Learned:
    usual = np.array([WEIGHTS[mode][name] for name in PARTS])
    weights = _fit(shares, accepted, usual)[1]
    order = np.random.default_rng(0).permutation(len(accepted))
    before, after = np.empty(len(accepted)), np.empty(len(accepted))
    for fold in range(_FOLDS):
        test = order[fold::_FOLDS]
        rest = np.setdiff1d(order, test)
        before[test] = _odds(_fit_scale(shares[rest] @ usual, accepted[rest]), shares[test] @ usual)
        bias, part = _fit(shares[rest], accepted[rest], usual)
        after[test] = bias + shares[test] @ part
    return Learned(
        mode,
        len(accepted),
        int(accepted.sum()),
        dict(zip(PARTS, (round(float(w), 4) for w in weights / weights.sum()), strict=True)),
        *(round(_loss(scores, accepted), 4) for scores in (before, after)),
        *(round(_auc(scores, accepted), 4) for scores in (before, after)),
    )


def _fit(shares: Array, accepted: Array, usual: Array) -> tuple[float, Array]:
    """Bias and weights (not scaled), drawn to the usual weights times the scale that fits them alone."""
    bias, scale = _fit_scale(shares @ usual, accepted)
    anchor = max(scale, 1e-3) * usual

    def cost(x: Array) -> tuple[float, Array]:
        scores = x[0] + shares @ x[1:]
        wrong = 1 / (1 + np.exp(-scores)) - accepted
        value = float(np.logaddexp(0, scores).sum() - accepted @ scores + _PENALTY * ((x[1:] - anchor) ** 2).sum())
        return value, np.concatenate([[wrong.sum()], shares.T @ wrong + 2 * _PENALTY * (x[1:] - anchor)])

    bounds = [(None, None)] + [(0, None)] * len(usual)
    found = minimize(cost, np.concatenate([[bias], anchor]), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[1:]
    return float(found[0]), weights if weights.sum() > 0 else anchor


def _fit_scale(scores: Array, accepted: Array) -> tuple[float, float]:
    """Bias and scale (not below 0) of one score."""

    def cost(x: Array) -> tuple[float, Array]:
        z = x[0] + x[1] * scores
        wrong = 1 / (1 + np.exp(-z)) - accepted
        value = float(np.logaddexp(0, z).sum() - accepted @ z + 1e-3 * x[1] ** 2)
        return value, np.array([wrong.sum(), scores @ wrong + 2e-3 * x[1]])

    found = minimize(cost, np.zeros(2), jac=True, bounds=[(None, None), (0, None)], method="L-BFGS-B").x
    return float(found[0]), float(found[1])


def _odds(fitted: tuple[float, float], scores: Array) -> Array:
    return fitted[0] + fitted[1] * scores


def _loss(scores: Array, accepted: Array) -> float:
    return float((np.logaddexp(0, scores) - accepted * scores).mean())


def _auc(scores: Sequence[float] | Array, accepted: Array) -> float:
    """Share of pairs in which the accepted one scores higher; equal scores count half."""
    values = np.asarray(scores)
    yes, no = values[accepted > 0], values[accepted == 0]
    return float(((yes[:, None] > no).mean() + (yes[:, None] >= no).mean()) / 2)
