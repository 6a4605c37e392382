from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from etl.nlp import context
from etl.nlp.context import CIRCUMSTANCES, ContextScorer, circumstances, layout, neighbours
from etl.nlp.e5 import Encoder
from etl.nlp.reader import MODELS
from etl.nlp.view import SpanMention, View, build_view
from graph.errors import ConfigError
from graph.ontology import load_ontology

TEXT = "海南大学与中国海洋大学共建三亚深海中试基地。\n该基地聚焦深海装备，海南大学投资2亿元。"
TYPES = list(load_ontology().entity_types)


def twice(*places: tuple[int, int]) -> list[tuple[int, int]]:
    """Pairs that have one mention pair each."""
    return [place for place in places for _ in range(2)]


def view_of(text: str, *names: tuple[str, str]) -> View:
    mentions = []
    for name, entity_type in names:
        at = text.find(name)
        while at >= 0:
            mentions.append(SpanMention(at, at + len(name), entity_type, name))
            at = text.find(name, at + 1)
    return build_view(text, mentions, list(range(len(text))))


VIEW = view_of(
    TEXT,
    ("海南大学", "University"),
    ("中国海洋大学", "University"),
    ("三亚深海中试基地", "PilotBase"),
    ("2亿元", "Money"),
)


def test_layout_says_what_stands_at_each_piece_and_which_mentions_are_one_entity() -> None:
    owner = np.arange(len(TEXT))
    shape = layout(VIEW, owner, TYPES)
    begin = 1 + 2 * TYPES.index("University")
    assert shape.kinds[:4].tolist() == [begin, begin + 1, begin + 1, begin + 1]
    assert shape.kinds[4] == 0
    assert shape.spans[0].tolist() == [0, 4]
    assert shape.entities.tolist() == [0, 1, 2, 0, 3]


def test_circumstances_tell_direction_and_what_stands_between() -> None:
    shape = layout(VIEW, np.arange(len(TEXT)), TYPES)
    there, back = circumstances(VIEW, shape, [(0, 2), (2, 0)])
    assert there[0] == back[0] + 1
    assert there[2] == 1  # one university between the first and the base
    assert back[3] == 1
    assert (there >= 0).all()
    assert (there < np.array(CIRCUMSTANCES)).all()


def test_neighbours_are_the_pairs_of_the_same_entities_and_the_pair_turned_round() -> None:
    shape = layout(VIEW, np.arange(len(TEXT)), TYPES)
    beside = neighbours(shape, twice((0, 2), (3, 4), (2, 0)))
    assert beside.heads.tolist() == [0, 0, 2]  # mentions 0 and 3 are one entity
    assert beside.tails.tolist() == [2, 3, 0]
    assert beside.back.tolist() == [2, -1, 0]


def test_the_scores_do_not_depend_on_how_many_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    states, owner = Encoder(MODELS / "best" / "encoder.onnx")(TEXT)
    scorer = ContextScorer(MODELS / "best", TYPES)
    places = twice(*((a, b) for a in range(5) for b in range(5) if a != b))
    together = scorer(VIEW, states, owner, places)
    assert together.shape == (40, len(load_ontology().relation_types))
    assert np.isfinite(together).all()
    monkeypatch.setattr(context, "_CHUNK", 3)
    assert np.allclose(scorer(VIEW, states, owner, places), together, atol=1e-4)


def test_pairs_are_weighed_against_their_neighbours() -> None:
    states, owner = Encoder(MODELS / "best" / "encoder.onnx")(TEXT)
    scorer = ContextScorer(MODELS / "best", TYPES)
    alone = scorer(VIEW, states, owner, twice((0, 2)))
    beside = scorer(VIEW, states, owner, twice((0, 2), (1, 2), (2, 0)))
    assert np.abs(alone - beside[:2]).max() > 1e-3


def test_the_networks_run_as_they_were_fitted(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch comes with the extra `training`")
    from training.context import ContextModel, Example

    states, owner = Encoder(MODELS / "best" / "encoder.onnx")(TEXT)
    places = twice(*((a, b) for a in range(5) for b in range(5) if a != b))
    shape = layout(VIEW, owner, TYPES)
    around = torch.from_numpy(circumstances(VIEW, shape, places))
    example = Example(states, shape, torch.tensor(places), around, neighbours(shape, places), None, None)
    for stem in sorted((MODELS / "best").glob("context-*.npz")):
        with np.load(stem) as weights:
            tables = {name: torch.from_numpy(weights[name].astype(np.float32)) for name in weights}
        model = ContextModel(states.shape[1], len(TYPES), len(load_ontology().relation_types)).eval()
        renamed = {
            name if "." in name and not name.startswith("cats.") else f"{name}.weight": t for name, t in tables.items()
        }
        model.load_state_dict(renamed, strict=False)
        session = ort.InferenceSession(str(stem.with_suffix(".onnx")), providers=["CPUExecutionProvider"])
        pieces = session.run(None, {"states": states[None], "kinds": shape.kinds[None]})[0]
        model.pieces.forward = lambda states, kinds, pieces=pieces: torch.from_numpy(pieces)
        with torch.no_grad():
            second, _ = model(example)
        (tmp_path / "context-0.npz").write_bytes(stem.read_bytes())
        (tmp_path / "context-0.onnx").write_bytes(stem.with_suffix(".onnx").read_bytes())
        scores = ContextScorer(tmp_path, TYPES)(VIEW, states, owner, places)
        assert np.allclose(scores.reshape(20, 2, -1).max(1), second.numpy(), atol=0.002)


def test_a_long_document_is_scored_in_blocks_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    states, owner = Encoder(MODELS / "best" / "encoder.onnx")(TEXT)
    monkeypatch.setattr(context, "_BLOCK", 16)
    scores = ContextScorer(MODELS / "best", TYPES)(VIEW, states, owner, twice((0, 2), (0, 4), (4, 0)))
    assert np.isfinite(scores).all()


def test_the_mean_of_the_networks_counts(tmp_path: Path) -> None:
    states, owner = Encoder(MODELS / "best" / "encoder.onnx")(TEXT)
    places, found = twice((0, 2), (1, 2)), []
    for number in range(2):
        alone = tmp_path / str(number)
        alone.mkdir()
        for suffix in (".npz", ".onnx"):
            (alone / f"context-0{suffix}").write_bytes((MODELS / "best" / f"context-{number}{suffix}").read_bytes())
        found.append(ContextScorer(alone, TYPES)(VIEW, states, owner, places))
    assert np.abs(found[0] - found[1]).max() > 0.1
    both = ContextScorer(MODELS / "best", TYPES)(VIEW, states, owner, places)
    assert np.allclose(both, (found[0] + found[1]) / 2, atol=1e-4)


def test_missing_weights_are_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"relation network.*make train"):
        ContextScorer(tmp_path, TYPES)
