"""Every endpoint over a small graph in a real Neo4j, through a real server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest

from api.app import create_app
from graph.model import entity_uid, relation_uid
from graph.settings import Settings

pytestmark = pytest.mark.integration

BASE = entity_uid("PilotBase", "唐山氢能中试基地")
RESULT = entity_uid("Achievement", "百千瓦级质子交换膜电解槽")
UNIVERSITY = entity_uid("University", "华北理工大学")
CHAIN = entity_uid("IndustryChain", "河北省氢能产业链")
CENTRE = entity_uid("ConceptVerificationCenter", "天津海河概念验证中心")
FIELD = entity_uid("Technology", "氢能")
PILOTED = relation_uid(RESULT, "PILOTED_AT", BASE)
OLD_UID = "PilotBase-0000000000000old"


def get(http: httpx.Client, path: str, **params: Any) -> Any:
    answer = http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def all_pages(http: httpx.Client, path: str, **params: Any) -> list[Any]:
    """Follows ``next`` to the end; also checks that the header says the same and that no page repeats."""
    answer = http.get(path, params=params)
    items: list[Any] = []
    seen: set[str] = set()
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page.get("items", page.get("evidence", []))
        if page["next"] is None:
            assert "link" not in answer.headers
            return items
        assert answer.headers["link"] == f'<{page["next"]}>; rel="next"'
        assert page["next"] not in seen
        seen.add(page["next"])
        answer = http.get(page["next"])


def test_alive_and_ready(http: httpx.Client) -> None:
    assert get(http, "/healthz")["status"] == "alive"
    ready = get(http, "/readyz")
    assert (ready["status"], ready["store"].count(".")) == ("ready", 2)


def test_search_ranks_whole_names_first(http: httpx.Client) -> None:
    hits = get(http, "/v1/search", q="唐山氢能中试基地")["items"]
    assert (hits[0]["entity"]["uid"], hits[0]["how"], hits[0]["stage"]) == (BASE, "exact", "pilot")
    assert hits[0]["place"] == ["130000", "130200"]
    assert get(http, "/v1/search", q="氢能中试基地")["items"][0]["matched"] == "氢能中试基地"


def test_search_pages_hold_each_hit_once(http: httpx.Client) -> None:
    whole = all_pages(http, "/v1/search", q="氢能", limit=100)
    paged = all_pages(http, "/v1/search", q="氢能", limit=7)
    assert paged == whole
    uids = [hit["entity"]["uid"] for hit in paged]
    assert len(uids) == len(set(uids)) > 30


def test_search_filters(http: httpx.Client) -> None:
    found = get(http, "/v1/search", q="氢能", types=["PilotBase", "IndustryChain"])["items"]
    assert {hit["entity"]["uid"] for hit in found} == {BASE, CHAIN}
    assert all("120000" in hit["place"] for hit in get(http, "/v1/search", q="概念验证", region="天津市")["items"])
    assert get(http, "/v1/search", q="氢能设备", types="Firm", region="天津市")["items"] == []


def test_an_entity_by_uid_name_and_alias(http: httpx.Client) -> None:
    by_uid = get(http, f"/v1/entities/{BASE}")
    assert (by_uid["uid"], by_uid["name"], by_uid["stage"]) == (BASE, "唐山氢能中试基地", "pilot")
    assert "氢能中试基地" in by_uid["aliases"]
    assert by_uid["degree"] == 4
    for name in ("唐山氢能中试基地", "氢能中试基地", " 唐山氢能中试基地 "):
        assert get(http, f"/v1/entities/{quote(name)}")["uid"] == BASE


@pytest.mark.parametrize(
    ("rest", "query"), [("", ""), ("/neighbours", "?limit=2&types=Region"), ("/mentions", "?limit=2")]
)
def test_a_merged_uid_redirects_for_good(http: httpx.Client, rest: str, query: str) -> None:
    answer = http.get(f"/v1/entities/{OLD_UID}{rest}{query}")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/v1/entities/{BASE}{rest}{query}"
    assert http.get(answer.headers["location"]).status_code == 200


def test_neighbours_in_pages_by_direction_relation_and_type(http: httpx.Client) -> None:
    around = all_pages(http, f"/v1/entities/{FIELD}/neighbours", limit=9)
    assert len(around) == 33
    assert {item["direction"] for item in around} == {"in"}
    assert get(http, f"/v1/entities/{FIELD}/neighbours", direction="out")["items"] == []
    led = get(http, f"/v1/entities/{quote('唐山氢能中试基地')}/neighbours", relations="LED_BY")["items"]
    assert [(item["entity"]["uid"], item["direction"], item["relation"]["confidence"]) for item in led] == [
        (UNIVERSITY, "out", 0.9123)
    ]
    assert {i["entity"]["type"] for i in get(http, f"/v1/entities/{BASE}/neighbours", types="Region")["items"]} == {
        "Region"
    }


def test_mentions_stand_where_they_say(http: httpx.Client) -> None:
    found = all_pages(http, f"/v1/entities/{BASE}/mentions", limit=1)
    assert [item["document"] for item in found] == ["doc-report", "doc-notice", "doc-notice"]
    for item in found:
        text = get(http, f"/v1/documents/{item['document']}")["text"]
        assert text[item["start"] : item["end"]] == item["surface"] == "唐山氢能中试基地"
        assert item["confidence"] == 0.9877


def test_evidence_of_a_relation(http: httpx.Client) -> None:
    found = get(http, f"/v1/relations/{PILOTED}/evidence")
    assert (found["head"]["uid"], found["tail"]["uid"], found["relation"]["support"]) == (RESULT, BASE, 2)
    pages = all_pages(http, f"/v1/relations/{PILOTED}/evidence", limit=1)
    assert pages == found["evidence"]
    assert [item["published"] for item in pages] == ["2026-06-30", "2026-04-12"]
    for item in pages:
        text = get(http, f"/v1/documents/{item['document']}")["text"]
        assert text[item["start"] : item["end"]] == item["text"]
        assert get(http, f"/v1/sentences/{item['sentence']}")["text"] == item["text"]


def test_a_sentence_with_what_it_mentions(http: httpx.Client) -> None:
    found = get(http, "/v1/sentences/doc-notice/2")
    assert [span["entity"]["uid"] for span in found["mentions"]] == [RESULT, BASE]


def test_a_document(http: httpx.Client) -> None:
    found = get(http, "/v1/documents/doc-notice")
    assert (found["title"], found["published"], found["sentences"]) == ("唐山氢能中试基地投用", "2026-04-12", 5)
    assert found["entities"][0]["uid"] in {BASE, RESULT}


def test_paths_by_uid_and_by_name(http: httpx.Client) -> None:
    found = get(http, "/v1/paths", start="华北理工大学", end=CHAIN)
    best = found["paths"][0]
    assert [entity["uid"] for entity in best["entities"]][0 :: len(best["entities"]) - 1] == [UNIVERSITY, CHAIN]
    assert all(step["evidence"] for step in best["steps"])
    assert best["score"] == pytest.approx(1 / (1 + best["cost"]), abs=1e-4)
    assert get(http, "/v1/paths", start="华北理工大学", end=CHAIN, max_hops=1)["paths"] == []


def check_evidence(http: httpx.Client, evidence: list[Any]) -> None:
    for item in evidence:
        text = get(http, f"/v1/documents/{item['document']}")["text"]
        assert text[item["start"] : item["end"]] == item["text"]


def test_chains_lead_through_the_stages_with_evidence(http: httpx.Client, graph: Any) -> None:
    found = get(http, "/v1/chains", start="氢能", region="京津冀", limit=3)
    assert (found["start"]["kind"], found["start"]["fields"]) == ("field", ["氢能"])
    best = found["chains"][0]
    assert [step["stage"] for step in best["steps"]] == list(graph.stages)
    assert best["score"] == pytest.approx(sum(best["parts"].values()), abs=1e-3)
    filled = {step["stage"]: step["entity"]["uid"] for step in best["steps"] if step["entity"]}
    assert filled["pilot"] == BASE
    assert filled["concept_verification"] == CENTRE
    assert filled["industrial_chain"] == CHAIN
    stated = [step for step in best["steps"] if step["evidence"]]
    assert stated
    for step in stated:
        check_evidence(http, step["evidence"])
    scores = [chain["score"] for chain in found["chains"]]
    assert scores == sorted(scores, reverse=True)


def test_a_missing_stage_names_who_could_fill_it(http: httpx.Client) -> None:
    found = get(http, "/v1/chains", start="氢能", region="河北省", limit=1)
    [missing] = [step for step in found["chains"][0]["steps"] if step["stage"] == "concept_verification"]
    assert (missing["status"], missing["entity"], missing["via"]) == ("missing", None, None)
    assert missing["fillers"][0]["entity"]["uid"] == CENTRE
    assert missing["fillers"][0]["near"] == "area"
    assert "concept_verification" in {gap["stage"] for gap in found["gaps"]}


def test_gaps_of_a_field_in_a_region(http: httpx.Client, graph: Any) -> None:
    found = get(http, "/v1/gaps", field="氢能", region="河北省")
    assert [stage["stage"] for stage in found["coverage"]] == list(graph.stages)
    covered = {stage["stage"]: stage["count"] for stage in found["coverage"]}
    assert (covered["concept_verification"], covered["pilot"]) == (0, 1)
    [gap] = [gap for gap in found["gaps"] if gap["stage"] == "concept_verification"]
    assert gap["fillers"][0]["entity"]["uid"] == CENTRE


def test_the_matrix_holds_the_same_counts(http: httpx.Client) -> None:
    found = get(http, "/v1/gaps/matrix")
    assert len(found["cells"]) == len(found["fields"]) * len(found["regions"])
    cells = {(cell["field"], cell["region"]): cell for cell in found["cells"]}
    one = cells["氢能", "河北省"]
    assert one["counts"]["pilot"] == 1
    assert "concept_verification" in one["missing"]


def test_recommendations_for_a_text_and_for_an_entity(http: httpx.Client) -> None:
    asked: dict[str, Any] = {"text": "质子交换膜电解水制氢装置寻找中试条件", "targets": ["PilotBase"], "limit": 3}
    answer = http.post("/v1/recommendations", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [item["entity"]["uid"] for item in found["items"]] == [BASE]
    assert found["items"][0]["score"] == pytest.approx(sum(found["items"][0]["parts"].values()), abs=1e-3)
    assert found["items"][0]["change"] is None
    for name in ("华北理工大学", UNIVERSITY):
        answer = http.post("/v1/recommendations", json={"entity": name, "targets": ["Firm"], "limit": 5})
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert {item["entity"]["type"] for item in items} == {"Firm"}
        assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)
        for item in items:
            check_evidence(http, item["evidence"])


def test_an_unknown_entity_gets_no_recommendations(http: httpx.Client) -> None:
    answer = http.post("/v1/recommendations", json={"entity": "火星大学", "targets": ["Firm"]})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:innograph:problem:not-found")


MATCH = {
    "queries": [
        {"id": "D2", "text": "寻求氢能装备企业", "region": "河北省", "fields": ["氢能"]},
        {"id": "D1", "text": "电解水制氢中试", "stage": "pilot"},
        {"id": "D3", "text": "氢能", "region": "火星"},
        {"id": "D0", "text": "概念验证服务"},
    ],
    "targets": ["PilotBase", "Firm"],
    "limit": 3,
}


def test_match_answers_all_queries_in_order_as_one_object_or_as_lines(http: httpx.Client) -> None:
    whole = http.post("/v1/match", json=MATCH)
    assert whole.status_code == 200, whole.text
    items = whole.json()["items"]
    assert [item["id"] for item in items] == ["D2", "D1", "D3", "D0"]
    assert items[2]["problem"]["type"] == "urn:innograph:problem:invalid-input"
    assert [len(item["results"]) for item in items[:2]] == [3, 3]
    assert {result["type"] for item in items[:2] for result in item["results"]} <= {"PilotBase", "Firm"}
    assert all(result["id"].startswith("F") for result in items[0]["results"] if result["type"] == "Firm")
    lines = http.post("/v1/match", json=MATCH, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    streamed = [json.loads(line) for line in lines.text.splitlines()]
    for item in (*items, *streamed):
        item.get("problem", {}).pop("request_id", None)
    assert streamed == items


def test_the_schema_is_the_ontology(http: httpx.Client, graph: Any) -> None:
    found = get(http, "/v1/schema")
    assert [stage["name"] for stage in found["stages"]] == list(graph.stages)
    assert [kind["name"] for kind in found["entity_types"]] == list(graph.entity_types)
    assert {r["name"]: set(r["head"]) for r in found["relation_types"]} == {
        name: set(relation.head) for name, relation in graph.relation_types.items()
    }


def test_statistics(http: httpx.Client) -> None:
    found = get(http, "/v1/stats")
    assert found["by_type"]["Firm"] == 31
    assert found["by_relation"]["PILOTED_AT"] == 1
    assert found["documents_by_kind"]["record"] == 30
    assert found["entities"] == sum(found["by_type"].values())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/entities/火星大学",
        "/v1/entities/火星大学/neighbours",
        "/v1/entities/Firm-0000/mentions",
        "/v1/relations/DEVELOPS-0000/evidence",
        "/v1/relations/NONSENSE/evidence",
        "/v1/documents/none",
        "/v1/sentences/none/1",
        "/v1/paths?start=火星大学&end=氢能",
    ],
)
def test_what_is_not_there_is_a_404(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:innograph:problem:not-found")


def test_cypher_reads(http: httpx.Client) -> None:
    body = {
        "query": "MATCH (p:PilotBase)<-[r:PILOTED_AT]-(a) RETURN p.uid AS uid, r.support AS n, a ORDER BY uid",
        "limit": 10,
    }
    answer = http.post("/v1/cypher", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["columns"] == ["uid", "n", "a"]
    assert found["rows"][0][:2] == [BASE, 2]
    assert "Achievement" in found["rows"][0][2]["labels"]
    assert not found["truncated"]


def test_cypher_is_capped_and_takes_parameters(http: httpx.Client) -> None:
    body = {"query": "UNWIND range(1, $n) AS x RETURN x", "parameters": {"n": 50}, "limit": 7}
    found = http.post("/v1/cypher", json=body).json()
    assert (len(found["rows"]), found["truncated"]) == (7, True)


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (x:Entity {uid: 'evil'}) RETURN x",
        "MATCH (n) DETACH DELETE n",
        "MATCH (n) CALL (n) { SET n.x = 1 } RETURN 1",
        "CALL dbms.listConfig() YIELD name RETURN name",
        "SHOW TRANSACTIONS",
        "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
        "DROP INDEX entity_uid",
        "CALL db.clearQueryCaches()",
        "RETURN 1; RETURN 2",
        "EXPLAIN RETURN 1",
        "nonsense",
        "RETURN $missing",
        "RETURN " + "(" * 400 + "1" + ")" * 400,
    ],
)
def test_cypher_that_does_more_is_refused(http: httpx.Client, query: str) -> None:
    before = get(http, "/v1/stats")
    answer = http.post("/v1/cypher", json={"query": query})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:innograph:problem:invalid-input"), answer.text
    assert get(http, "/v1/stats") == before


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("RETURN 0.0 / 0.0 AS x", [None]),
        ("RETURN 1.0 / 0.0 AS x", [None]),
        ("RETURN 9223372036854775807 AS x", [9223372036854775807]),
        ("RETURN date('2026-04-12') AS x", ["2026-04-12"]),
        ("RETURN 'a\\u0000b' AS x", ["a\x00b"]),
        ("RETURN null AS x", [None]),
    ],
)
def test_any_value_of_the_store_can_be_sent(http: httpx.Client, query: str, row: list[Any]) -> None:
    answer = http.post("/v1/cypher", json={"query": query})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] == [row]


TEXT = "唐山氢能中试基地在天津市设点。"


def test_a_text_is_read_without_being_stored(http: httpx.Client) -> None:
    before = get(http, "/v1/stats")
    answer = http.post("/v1/documents", params={"load": "false"}, json={"text": TEXT, "id": "only-read"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["load"] is None
    assert {entity["uid"] for entity in found["entities"]} == {BASE, entity_uid("Region", "天津市")}
    assert found["mentions"][0]["confidence"] == 0.9877
    assert get(http, "/v1/stats") == before
    assert http.get(f"/v1/documents/{found['uid']}").status_code == 404


def test_a_text_is_loaded_once_changed_and_found_again(http: httpx.Client) -> None:
    version = get(http, "/v1/stats")["graph_version"]
    body = {"text": TEXT, "id": "posted", "title": "设点", "date": "2026-07", "source": "https://example.org/x"}
    first = http.post("/v1/documents", json=body)
    assert first.status_code == 201, first.text
    assert first.json()["load"] == {
        "status": "new",
        "entities": {"added": 0, "changed": 0, "withdrawn": 0},
        "relations": {"added": 1, "changed": 0, "withdrawn": 0},
        "version_of": "",
    }
    uid = first.json()["uid"]
    assert first.headers["location"] == f"/v1/documents/{uid}"
    assert get(http, f"/v1/documents/{uid}")["text"] == TEXT
    assert get(http, "/v1/stats")["graph_version"] == version + 1
    again = http.post("/v1/documents", json=body)
    assert (again.status_code, again.json()["load"]["status"]) == (200, "unchanged")
    assert get(http, "/v1/stats")["graph_version"] == version + 1
    [relation] = first.json()["relations"]
    assert get(http, f"/v1/relations/{relation['uid']}/evidence")["evidence"][0]["text"] == TEXT
    changed = http.post("/v1/documents", json={**body, "text": "唐山氢能中试基地开放。"})
    assert (changed.status_code, changed.json()["load"]["status"]) == (200, "changed")
    assert changed.json()["load"]["relations"]["withdrawn"] == 1
    assert http.get(f"/v1/relations/{relation['uid']}/evidence").status_code == 404


def test_a_document_that_fails_names_its_stage(http: httpx.Client) -> None:
    answer = http.post("/v1/documents", json={"text": "火星文", "id": "bad"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:innograph:problem:document-failed")
    assert (answer.json()["stage"], answer.json()["document"]) == ("clean", "bad")


def test_many_callers_at_once(http: httpx.Client) -> None:
    paths = [
        "/v1/search?q=氢能",
        f"/v1/entities/{BASE}/neighbours",
        "/v1/paths?start=华北理工大学&end=河北省氢能产业链",
        "/v1/chains?start=氢能&region=京津冀",
        "/v1/gaps?field=氢能&region=河北省",
        "/v1/stats",
    ]
    alone = {path: http.get(path).json() for path in paths}

    def ask(path: str) -> bool:
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        return bool(answer.json() == alone[path])

    with ThreadPoolExecutor(12) as callers:
        assert all(callers.map(ask, paths * 10))


class Embedder:
    """Vectors that say which of a few words a text holds."""

    name = "words"
    dimensions = 4

    def embed(self, texts: Sequence[str], kind: str) -> Any:
        rows = np.array([[1.0, *(float(word in text) for word in ("中试", "验证", "设备"))] for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_an_embedder_adds_its_part(graph: Any, store_settings: Settings, serve_app: Any) -> None:
    asked = {"queries": [{"id": "D", "text": "需要中试"}], "targets": ["PilotBase", "Firm"], "limit": 50}
    with serve_app(create_app(store_settings, embedder=Embedder())) as address:
        answer = httpx.post(f"{address}/v1/match", json=asked, timeout=60)
        assert answer.status_code == 200, answer.text
        parts = {item["uid"]: item["parts"] for item in answer.json()["items"][0]["results"]}
        assert parts[BASE]["semantic"] == max(part["semantic"] for part in parts.values()) > 0
        asked = {"text": "需要氢能中试的装置，想找中试基地", "targets": ["PilotBase"]}
        assert httpx.post(f"{address}/v1/recommendations", json=asked, timeout=60).status_code == 200
