"""The answers on a real store, over the small graph."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from graph.answers import chains, entities, gaps, match, paths, recommend, search, statistics
from graph.answers.values import Chain, MatchQuery, plain
from graph.errors import InvalidInput, NotFound
from graph.store.database import Database

pytestmark = pytest.mark.integration

STAGES = ["research", "concept_verification", "pilot", "industrialization", "industrial_chain"]


def picked(chain: Chain) -> list[str | None]:
    """uids of a chain's steps."""
    return [step.entity.uid if step.entity else None for step in chain.steps]


def test_resolve_follows_uids_redirects_names_and_aliases(small_graph: Database) -> None:
    assert small_graph.answer(entities.resolve("base")).name == "张家口可再生能源中试基地"
    moved = small_graph.answer(entities.entity("Firm-old"))
    assert (moved.uid, moved.redirected_from, moved.stage) == ("firm", "Firm-old", "industrialization")
    found = small_graph.answer(entities.resolve("清华"))
    assert (found.uid, [other.uid for other in found.others]) == ("thu", ["twin"])
    assert small_graph.answer(entities.resolve("ＰＥＭ")).uid == "pem"


def test_resolve_names_the_nearest(small_graph: Database) -> None:
    with pytest.raises(NotFound, match="氢能产业链"):
        small_graph.answer(entities.resolve("氢能产业"))
    with pytest.raises(NotFound, match="Firm-nobody"):
        small_graph.answer(entities.entity("Firm-nobody"))


def test_pages_of_neighbours_cover_all_of_them_once(small_graph: Database) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = small_graph.answer(entities.neighbours("firm", limit=2, cursor=cursor))
        seen += [item.relation.uid for item in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_pages_of_mentions_cover_all_of_them_once(small_graph: Database) -> None:
    first = small_graph.answer(entities.mentions("h2", limit=2))
    rest = small_graph.answer(entities.mentions("h2", limit=50, cursor=first.cursor))
    whole = small_graph.answer(entities.mentions("h2", limit=50))
    assert first.items + rest.items == whole.items
    assert [item.published for item in whole.items] == sorted((i.published for i in whole.items), reverse=True)
    for item in whole.items:
        document = small_graph.answer(entities.document(item.document))
        assert document.text[item.start : item.end] == item.surface


def test_evidence_is_found_by_uid_and_by_ends(small_graph: Database) -> None:
    by_ends = small_graph.answer(entities.evidence(head="thu", type="DEVELOPS", tail="result"))
    by_uid = small_graph.answer(entities.evidence(by_ends.relation.uid))
    assert by_ends == by_uid
    assert [item.text for item in by_uid.evidence] == ["清华大学研制出高温质子交换膜。", "清华大学攻关高温质子交换膜。"]
    first = small_graph.answer(entities.evidence(by_uid.relation.uid, limit=1))
    second = small_graph.answer(entities.evidence(by_uid.relation.uid, limit=1, cursor=first.cursor))
    assert first.evidence + second.evidence == by_uid.evidence
    assert second.cursor is None
    swapped = small_graph.answer(entities.evidence(head="firm", type="COOPERATES_WITH", tail="thu"))
    assert swapped.head.uid == "thu"
    with pytest.raises(InvalidInput):
        small_graph.answer(entities.evidence(head="thu"))


def test_sentence_shows_what_it_mentions(small_graph: Database) -> None:
    found = small_graph.answer(entities.sentence("d1/1"))
    assert [ref.uid for ref, _, _ in found.mentions] == ["result", "cvc"]
    with pytest.raises(NotFound):
        small_graph.answer(entities.sentence("d1/99"))


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("清华", {}, [("thu", "exact"), ("twin", "exact")]),
        ("清华大", {}, [("thu", "prefix")]),
        ("QHDX", {}, [("thu", "initials")]),
        ("氢能", {"types": ["ConceptVerificationCenter"]}, [("cvc", "text")]),
        ("中试", {"region": "京津冀", "types": ["PilotBase"]}, [("base", "text")]),
    ],
)
def test_search_finds_by_name_initials_and_text(
    small_graph: Database, text: str, options: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    page = small_graph.answer(search.search(text, **options))
    assert [(hit.entity.uid, hit.how) for hit in page.items][: len(expected)] == expected


def test_pages_of_a_search_are_stable_and_complete(small_graph: Database) -> None:
    whole = small_graph.answer(search.search("氢能", limit=100)).items
    seen = []
    cursor = None
    while True:
        page = small_graph.answer(search.search("氢能", limit=2, cursor=cursor))
        seen += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert tuple(seen) == whole
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)
    assert whole[0].entity.uid == "h2"


@pytest.mark.parametrize(
    "text", ['"', "AND OR NOT", "(氢能", "a:b^2~", "\\", "[x TO y]", "*", "？！", "氢能/中试 && ||"]
)
def test_search_takes_any_text(small_graph: Database, text: str) -> None:
    assert isinstance(small_graph.answer(search.search(text)).items, tuple)


def test_paths_carry_their_evidence(small_graph: Database) -> None:
    found = small_graph.answer(paths.paths("燕山大学", "国氢", max_hops=3))
    best = found.paths[0]
    assert [ref.uid for ref in best.entities] == ["ysu", "base", "result", "firm"]
    assert [(step.relation.type, step.direction) for step in best.steps] == [
        ("BUILDS", "out"),
        ("PILOTED_AT", "in"),
        ("INDUSTRIALIZED_BY", "out"),
    ]
    assert best.steps[1].evidence[0].text == "高温质子交换膜在张家口可再生能源中试基地中试。"
    assert [path.cost for path in found.paths] == sorted(path.cost for path in found.paths)


def test_paths_keep_their_filters(small_graph: Database) -> None:
    stated = small_graph.answer(paths.paths("base", "firm", stated_only=True, max_hops=6))
    assert all(step.relation.status == "stated" for path in stated.paths for step in path.steps)
    assert stated.paths
    none = small_graph.answer(paths.paths("base", "firm", relations=["ISSUES"]))
    assert none.paths == ()
    with pytest.raises(InvalidInput):
        small_graph.answer(paths.paths("firm", "国氢"))


def test_a_field_in_a_region_gives_a_whole_chain(small_graph: Database) -> None:
    found = small_graph.answer(chains.chains("氢能", region="京津冀"))
    best = found.chains[0]
    assert [step.stage for step in best.steps] == STAGES
    assert picked(best) == ["thu", "cvc", "base", "firm", "chain"]
    assert all(step.status == "stated" and step.evidence for step in best.steps)
    assert best.score == pytest.approx(sum(best.parts.values()))
    assert [enabler.entity.uid for enabler in best.steps[3].enablers] == ["fund"]
    assert found.gaps == ()


def test_a_broken_chain_names_the_gap_and_its_nearest_filler(small_graph: Database) -> None:
    found = small_graph.answer(chains.chains("氢能", region="上海"))
    best = found.chains[0]
    assert picked(best) == [None, None, "shbase", "shfirm", "chain"]
    assert [step.status for step in best.steps] == ["missing", "missing", "stated", "stated", "inferred"]
    assert best.steps[4].via is not None
    assert best.steps[4].via.type == "SHARED_FIELD"
    assert [filler.entity.uid for filler in best.steps[1].fillers] == ["cvc"]
    assert {gap.stage for gap in found.gaps} == {"research", "concept_verification", "industrial_chain"}


@pytest.mark.parametrize(
    ("start", "options", "stages"),
    [
        ("张家口可再生能源中试基地", {"direction": "forward"}, STAGES[2:]),
        ("张家口可再生能源中试基地", {"direction": "backward"}, STAGES[:3]),
        ("PEM", {"target": "pilot"}, STAGES[:3]),
        ("高温质子交换膜", {"target": "国氢"}, STAGES[:4]),
        ("京津冀", {}, STAGES),
        ("兆瓦级电堆寿命提升", {}, STAGES),
    ],
)
def test_chains_run_over_the_stages_asked_for(
    small_graph: Database, start: str, options: dict[str, Any], stages: list[str]
) -> None:
    found = small_graph.answer(chains.chains(start, **options))
    assert found.chains
    assert all([step.stage for step in chain.steps] == stages for chain in found.chains)


def test_the_start_stands_in_its_own_chain(small_graph: Database) -> None:
    for chain in small_graph.answer(chains.chains("国氢", direction="backward")).chains:
        assert picked(chain)[-1] == "firm"


def test_stated_only_leaves_nothing_inferred_or_planned(small_graph: Database) -> None:
    found = small_graph.answer(chains.chains("氢能", stated_only=True))
    assert found.chains
    for chain in found.chains:
        for step in chain.steps:
            assert step.status in ("stated", "missing")
            assert step.via is None or step.via.status == "stated"


def test_chains_of_a_region_stay_in_it(small_graph: Database) -> None:
    for chain in small_graph.answer(chains.chains("氢能", region="京津冀", limit=50)).chains:
        assert not {"shbase", "shfirm"} & set(picked(chain))


def test_a_target_before_the_start_is_refused(small_graph: Database) -> None:
    with pytest.raises(InvalidInput, match="before the start"):
        small_graph.answer(chains.chains("国氢", target="pilot", direction="forward"))


def test_a_text_starts_a_chain(small_graph: Database) -> None:
    found = small_graph.answer(chains.chains("我们做氢燃料电池的膜电极，想找地方做放大试验"))
    assert found.start.kind == "text"
    assert set(found.start.fields) == {"氢燃料电池", "膜电极"}
    assert any("shfirm" in picked(chain) or "firm" in picked(chain) for chain in found.chains)


def test_an_answer_is_plain_json(small_graph: Database) -> None:
    found = small_graph.answer(chains.chains("氢能", region="上海"))
    made = plain(found)
    assert made["chains"][0]["steps"][2]["entity"] == {
        "uid": "shbase",
        "type": "PilotBase",
        "name": "上海燃料电池中试平台",
    }
    assert set(made["chains"][0]["steps"][2]) >= {"stage", "status", "entity", "via", "evidence", "fillers"}
    assert made["start"] == plain(asdict(found.start))


def test_gaps_show_who_covers_what(small_graph: Database) -> None:
    found = small_graph.answer(gaps.gaps("氢能", "上海"))
    assert [(cover.stage, cover.count) for cover in found.coverage] == list(zip(STAGES, [0, 0, 1, 1, 1], strict=True))
    missing = {gap.stage: [filler.entity.uid for filler in gap.fillers] for gap in found.gaps}
    assert missing["concept_verification"] == ["cvc"]
    assert set(missing) == {"research", "concept_verification"}
    assert found.coverage[2].by_year == {"2023": 1}


def test_a_filler_of_the_same_cooperation_area_comes_first(small_graph: Database) -> None:
    found = small_graph.answer(gaps.gaps("氢能", "天津"))
    pilot = next(gap for gap in found.gaps if gap.stage == "pilot")
    assert [(filler.entity.uid, filler.near) for filler in pilot.fillers] == [("base", "area"), ("shbase", "elsewhere")]


def test_the_matrix_counts_every_field_in_every_region(small_graph: Database) -> None:
    found = small_graph.answer(gaps.gap_matrix(["氢能", "人工智能"], ["京津冀", "上海"]))
    counts = {(cell.field, cell.region): cell.counts for cell in found.cells}
    assert counts["氢能", "京津冀"]["pilot"] == counts["氢能", "上海"]["pilot"] == 1
    assert counts["人工智能", "京津冀"]["research"] == 1
    assert len(found.cells) == 4
    assert small_graph.answer(gaps.gap_matrix()).fields[0] == "氢能"


def test_the_next_step_of_a_tried_result_is_who_makes_it(small_graph: Database) -> None:
    found = small_graph.answer(recommend.recommend("高温质子交换膜"))
    assert [item.entity.uid for item in found.items] == ["firm", "shfirm"]
    first, second = found.items
    assert first.change is None
    assert second.change is not None
    assert first.score == pytest.approx(sum(first.parts.values()))
    assert [step.relation.type for step in first.path] == ["INDUSTRIALIZED_BY"]
    assert first.evidence


def test_complements_have_what_the_start_lacks(small_graph: Database) -> None:
    found = small_graph.answer(recommend.recommend("国氢", mode="complement", targets=["PilotBase", "Fund", "Firm"]))
    assert found.items[0].entity.type == "PilotBase"
    assert "firm" not in {item.entity.uid for item in found.items}
    assert {"fund"} <= {item.entity.uid for item in found.items}


def test_diversity_brings_others_forward(small_graph: Database) -> None:
    plainly = small_graph.answer(recommend.recommend("氢能", targets=["PilotBase", "Firm", "University"], limit=3))
    mixed = small_graph.answer(
        recommend.recommend("氢能", targets=["PilotBase", "Firm", "University"], limit=3, diversity=0.9)
    )
    assert mixed.items[0] == plainly.items[0]
    assert len({item.entity.type for item in mixed.items}) >= len({item.entity.type for item in plainly.items})


def test_match_ranks_the_records_of_the_graph(small_graph: Database) -> None:
    query = MatchQuery("q", "氢燃料电池电堆要做整机考核", "河北", (), "pilot")
    found = small_graph.answer(match.match(query, targets=["PilotBase", "ConceptVerificationCenter"], limit=2))
    best = found.results[0]
    assert (best.uid, best.id) == ("base", "P024")
    assert best.score == pytest.approx(sum(best.parts.values()))
    assert best.evidence
    held = small_graph.answer(match.catalogue(["PilotBase", "ConceptVerificationCenter"]))
    assert held is small_graph.answer(match.catalogue(["ConceptVerificationCenter", "PilotBase"]))
    assert [r.id for r in held.match_all([query, query])] == ["q", "q"]


def test_statistics_count_everything(small_graph: Database) -> None:
    found = small_graph.answer(statistics.statistics())
    assert (found.graph_version, found.entities, found.relations, found.documents, found.sentences) == (
        7,
        22,
        24,
        2,  # one of the three is a version of another
        25,
    )
    assert found.by_stage == dict(zip(STAGES, [2, 1, 3, 5, 1], strict=True))
    assert found.by_region["北京市"] == 7


def test_a_field_that_is_none_is_named_with_its_nearest(small_graph: Database) -> None:
    with pytest.raises(NotFound, match="氢能产业链"):
        small_graph.answer(chains.chains("清华大学", field="氢能产业链条"))
    with pytest.raises(InvalidInput, match="no field"):
        small_graph.answer(chains.chains("清华大学", field="燕山大学"))
    assert small_graph.answer(chains.chains("清华大学", field="氢能技术")).start.fields == ("氢能",)
