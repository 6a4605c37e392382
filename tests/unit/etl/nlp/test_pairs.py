from pathlib import Path

import numpy as np
import pytest

from etl.nlp import relations
from etl.nlp.pairs import BUCKETS, _fired, candidates, features
from etl.nlp.reader import MODELS
from etl.nlp.relations import HashedScorer
from etl.nlp.view import SpanMention, View, build_view
from graph.errors import ConfigError
from graph.ontology import load_ontology

TEXT = "{a}与中国海洋大学共建三亚深海中试基地。\n名称\t依托单位\n深海耐压舱\t{a}\n该基地聚焦深海装备，{a}投资2亿元。"
NAMES = (
    ("中国海洋大学", "University"),
    ("三亚深海中试基地", "PilotBase"),
    ("深海耐压舱", "Achievement"),
    ("深海装备", "Technology"),
    ("2亿元", "Money"),
)


def view_of(first: str = "海南大学") -> View:
    text = TEXT.format(a=first)
    mentions = []
    for name, entity_type in ((first, "University"), *NAMES):
        at = text.find(name)
        while at >= 0:
            mentions.append(SpanMention(at, at + len(name), entity_type, name))
            at = text.find(name, at + 1)
    return build_view(text, mentions, [0, *(at for m in mentions for at in (m.start, m.end))])


def places_of(view: View) -> list[tuple[int, int]]:
    return [place for pair in candidates(view, load_ontology()) for place in pair.places]


def test_sentences_that_name_nobody_do_not_part_a_pair() -> None:
    talk = "大家谈得很热烈。" * 9
    text = f"海南大学去年有了新成果。{talk}三亚深海中试基地做完了放大。"
    mentions = [
        SpanMention(text.index(name), text.index(name) + len(name), kind, name)
        for name, kind in (("海南大学", "University"), ("三亚深海中试基地", "PilotBase"))
    ]
    pairs = {(pair.head, pair.tail) for pair in candidates(build_view(text, mentions, [0]), load_ontology())}
    assert ("海南大学", "三亚深海中试基地") in pairs
    named = "".join(f"{place}很热闹。" for place in ("海口", "琼海", "文昌", "东方"))
    text = text.replace(talk, named)
    mentions = [
        SpanMention(text.index(name), text.index(name) + len(name), kind, name)
        for name, kind in (
            ("海南大学", "University"),
            *((place, "Region") for place in ("海口", "琼海", "文昌", "东方")),
            ("三亚深海中试基地", "PilotBase"),
        )
    ]
    pairs = {(pair.head, pair.tail) for pair in candidates(build_view(text, mentions, [0]), load_ontology())}
    assert ("海南大学", "三亚深海中试基地") not in pairs


def test_features_of_a_pair_do_not_depend_on_what_else_is_asked() -> None:
    view = view_of()
    places = places_of(view)
    together = features(view, places)
    assert together.shape == (len(places), BUCKETS)
    assert together.data.tolist() == [1.0] * together.nnz
    assert together[:, [0]].nnz == 0
    for row, place in enumerate(places):
        assert (features(view_of(), [place]) - together[[row]]).nnz == 0


def test_direction_counts() -> None:
    there, back = (features(view_of(), [place]) for place in ((1, 2), (2, 1)))
    assert (there - back).nnz


def test_triggers_are_found_as_words_and_as_patterns_in_the_order_of_the_list() -> None:
    assert _fired("由甲公司依托乙园共建") == ("host", "build", "passive", "pronoun")
    assert _fired("LED BY a firm") == ("lead", "passive")
    assert _fired("misleading") == ()


def test_scores_do_not_depend_on_how_many_pairs_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer, view = HashedScorer(MODELS / "pairs.npz"), view_of()
    places = places_of(view)
    together = scorer(view, places)
    monkeypatch.setattr(relations, "_AT_ONCE", 3)
    assert np.allclose(scorer(view, places), together, atol=1e-4)


@pytest.mark.parametrize("number", [None, 1])
def test_weights_fitted_on_other_features_are_refused(tmp_path: Path, number: int | None) -> None:
    with np.load(MODELS / "pairs.npz") as weights:
        parts = {name: weights[name] for name in weights.files if name != "features"}
    if number is not None:
        parts["features"] = np.int64(number)
    np.savez(tmp_path / "pairs.npz", **parts)
    with pytest.raises(ConfigError, match=r"another version.*make train"):
        HashedScorer(tmp_path / "pairs.npz")
