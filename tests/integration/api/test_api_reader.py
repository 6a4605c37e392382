"""A posted text through the real reader into the real store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from graph.settings import Settings
from graph.store.database import Database

pytestmark = pytest.mark.integration

TEXT = (
    "4月12日，保定市能源装备概念验证中心在保定高新区揭牌。该中心由华北电力大学牵头建设，聚焦氢能和新型储能，"
    "已与天津滨海高新区签订合作协议。"
)


@pytest.fixture(scope="module")
def reading(empty_graph: Database, store_settings: Settings, serve_app: Any) -> Iterator[httpx.Client]:
    app = create_app(store_settings.model_copy(update={"reader": "fast"}))
    with serve_app(app) as address, httpx.Client(base_url=address, timeout=120) as caller:
        yield caller


def test_a_text_becomes_facts_that_can_be_asked_for(reading: httpx.Client) -> None:
    answer = reading.post("/v1/documents", json={"id": "unveiling", "text": TEXT, "date": "2026-04-12"})
    assert answer.status_code == 201, answer.text
    found = answer.json()
    text = found["text"]
    entities = {entity["uid"]: entity for entity in found["entities"]}
    names = {(entity["type"], entity["name"]) for entity in entities.values()}
    assert ("ConceptVerificationCenter", "保定市能源装备概念验证中心") in names
    assert ("University", "华北电力大学") in names
    for mention in found["mentions"]:
        assert text[mention["start"] : mention["end"]] == mention["surface"]
        assert mention["entity"] in entities
    assert {end for relation in found["relations"] for end in (relation["head"], relation["tail"])} <= set(entities)
    assert found["load"]["relations"]["added"] == len(found["relations"])
    assert found["load"]["entities"]["added"] == len(entities)
    centre = reading.get("/v1/entities/保定市能源装备概念验证中心").json()
    assert centre["stage"] == "concept_verification"
    [mention] = reading.get(f"/v1/entities/{centre['uid']}/mentions").json()["items"]
    assert mention["text"] in text
    assert [hit["entity"]["uid"] for hit in reading.get("/v1/search?q=bdsnyzb").json()["items"]] == [centre["uid"]]


@pytest.mark.parametrize("text", ["\x00\x01\x7f", "   \n\t", "\u200b\u200b", "?!" * 50, "�" * 200])
def test_texts_that_say_nothing_are_no_fault_of_the_server(reading: httpx.Client, text: str) -> None:
    answer = reading.post("/v1/documents", params={"load": "false"}, json={"text": text})
    assert answer.status_code in (200, 422), answer.text
