from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from api.app import create_app
from api.docs_page import render
from api.errors import KINDS
from api.examples import ANSWERS
from api.openapi import operations
from api.routers import cypher
from api.schemas.common import ONTOLOGY_MARK
from graph.errors import ConfigError, Conflict, InvalidInput, NotFound, StageError, StoreError, StoreUnavailable
from graph.settings import Settings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
KEY = "not-a-real-key-0123456789"
OPERATION_IDS = {
    "get_analytics",
    "get_feedback",
    "give_feedback",
    "learn_from_feedback",
    "reset_feedback",
    "get_chains",
    "get_document",
    "get_entity",
    "get_evidence",
    "get_gap_matrix",
    "get_gaps",
    "get_health",
    "get_mentions",
    "get_neighbours",
    "get_paths",
    "get_readiness",
    "get_schema",
    "get_sentence",
    "get_stats",
    "match",
    "post_document",
    "recommend",
    "run_cypher",
    "search_entities",
}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def resolved(description: dict[str, Any], node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = description
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def test_it_does_not_start_open_to_other_machines() -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_API_KEY"):
        create_app(Settings(api_host="0.0.0.0"))


def test_operation_ids_are_a_contract(description: dict[str, Any]) -> None:
    assert {operation["operationId"] for _, operation in operations(description)} == OPERATION_IDS


def test_every_operation_is_described(description: dict[str, Any]) -> None:
    for path, operation in operations(description):
        assert operation["summary"], path
        assert len(operation["description"]) > 30, path
        assert "\n    " not in operation["description"], path
        assert operation["tags"], path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], f"{path} {parameter['name']}"


def test_every_operation_documents_its_problems(description: dict[str, Any]) -> None:
    for path, operation in operations(description):
        for status in ("401", "500", "503", "504"):
            problem = resolved(description, operation["responses"][status])
            assert list(problem["content"]) == ["application/problem+json"], path
        if "{" in path:
            assert "404" in operation["responses"], path
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_every_operation_has_an_example_that_fits_its_schema(description: dict[str, Any]) -> None:
    for path, operation in operations(description):
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                continue
            media = answer["content"]["application/json"]
            assert "example" in media, f"{path} {status}"
            jsonschema.validate(media["example"], {**media["schema"], "components": description["components"]})
        for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                found = [
                    example
                    for schema in (media["schema"], *media["schema"].get("oneOf", ()))
                    for example in resolved(description, schema).get("examples", ())
                ]
                assert found, path
                for example in found:
                    jsonschema.validate(example, {**media["schema"], "components": description["components"]})


def test_no_example_is_left_without_an_operation() -> None:
    assert set(ANSWERS) == OPERATION_IDS


def test_examples_of_documents_give_true_offsets() -> None:
    example = ANSWERS["post_document"][201]
    for mention in example["mentions"]:
        assert example["text"][mention["start"] : mention["end"]] == mention["surface"]


def test_enums_come_from_the_ontology_in_force(description: dict[str, Any], tmp_path: Path) -> None:
    assert ONTOLOGY_MARK not in json.dumps(description)
    own = {
        "version": 1,
        "stages": {"seed": {"zh": "种子"}},
        "entity_types": {"Farm": {"zh": "农场", "stage": "seed"}},
        "relation_types": {"FEEDS": {"zh": "供给", "head": "Farm", "tail": "Farm"}},
    }
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(own), "utf-8")
    made = create_app(Settings(ontology=path)).openapi()
    [search] = [operation for _, operation in operations(made) if operation["operationId"] == "search_entities"]
    [types] = [p["schema"] for p in search["parameters"] if p["name"] == "types"]
    assert types["items"]["enum"] == ["Farm"]
    assert made["components"]["schemas"]["Relation"]["properties"]["type"]["enum"] == ["FEEDS"]
    assert "PilotBase" in json.dumps(description)


def test_the_key_is_part_of_the_description_only_where_one_is_set(description: dict[str, Any]) -> None:
    assert all("security" not in operation for _, operation in operations(description))
    keyed = create_app(Settings(api_key=KEY)).openapi()
    secured = {path for path, operation in operations(keyed) if operation.get("security") == [{"key": []}]}
    assert {path for path, _ in operations(keyed)} - secured == {"/healthz", "/readyz"}
    assert KEY not in json.dumps(keyed)


def test_the_guide_names_every_endpoint_with_an_example_and_every_problem(description: dict[str, Any]) -> None:
    guide = (ROOT / "docs/api.md").read_text("utf-8")
    sections = {part.partition("\n")[0]: part for part in guide.split("\n### ")[1:]}
    for path, item in description["paths"].items():
        for method in item:
            heading = f"`{method.upper()} {path}`"
            assert heading in sections, heading
            assert "```sh\ncurl " in sections[heading], f"{heading} has no example"
    endpoints = {heading for heading in sections if heading.startswith("`")}
    assert len(endpoints) == len(list(operations(description))), "the guide names an endpoint that is not there"
    for kind in KINDS:
        assert f"| `{kind.slug}` | {kind.status} |" in guide


async def test_the_store_is_closed_at_the_end(serve: Any, store: Any) -> None:
    async with serve() as http:
        assert (await http.get("/healthz")).json()["status"] == "alive"
        assert not store.closed
    assert store.closed


async def test_alive_but_not_ready_while_the_store_is_away(serve: Any, store: Any) -> None:
    store.error = StoreUnavailable("bolt://user:hunter2@store refused")
    async with serve() as http:
        assert (await http.get("/healthz")).status_code == 200
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:innograph:problem:not-ready")
    assert "hunter2" not in answer.text


async def test_not_ready_while_the_schema_is_not_current(serve: Any, store: Any) -> None:
    store.result = ["003_entity_uid"]
    async with serve() as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert "db migrate" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreUnavailable("hunter2"), 503), (StoreError("hunter2"), 500), (RuntimeError("hunter2"), 500)],
)
@pytest.mark.parametrize(
    "path",
    ["/v1/search?q=a", "/v1/entities/a", "/v1/entities/a/neighbours", "/v1/relations/DEVELOPS-1/evidence", "/v1/stats"],
)
async def test_a_failing_store_is_a_problem_everywhere(
    serve: Any, store: Any, error: Exception, status: int, path: str
) -> None:
    store.error = error
    async with serve() as http:
        answer = await http.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


async def test_a_store_that_hangs_is_a_504(serve: Any, store: Any) -> None:
    store.hold = asyncio.Event()
    async with serve(api_timeout=0.02) as http:
        answer = await http.get("/v1/stats")
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:innograph:problem:timed-out")


async def test_cypher_that_cannot_be_planned_in_time_is_the_callers_to_mend(
    serve: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cypher, "PLANNING_SECONDS", 0.0)
    store.hold = asyncio.Event()
    async with serve(query_timeout=0.02) as http:
        answer = await http.post("/v1/cypher", json={"query": "RETURN 1"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:innograph:problem:invalid-input")
    assert "Simplify" in answer.json()["detail"]


async def test_a_key_guards_every_route(serve: Any, description: dict[str, Any]) -> None:
    async with serve(api_key=KEY) as http:
        for path, item in description["paths"].items():
            for method in item:
                answer = await http.request(method, path)
                assert (answer.status_code == 401) is (path not in ("/healthz", "/readyz")), path


async def test_there_is_no_cross_origin_sharing(serve: Any) -> None:
    async with serve() as http:
        headers = {"Origin": "https://evil.example.org", "Access-Control-Request-Method": "POST"}
        answer = await http.options("/v1/documents", headers=headers)
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]
        answer = await http.get("/v1/schema", headers={"Origin": "https://evil.example.org"})
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_page_shows_every_operation_and_loads_nothing(serve: Any, description: dict[str, Any]) -> None:
    async with serve() as http:
        page = await http.get("/docs")
        assert (await http.get("/redoc")).status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    for _, operation in operations(description):
        assert f'id="{operation["operationId"]}"' in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "Name &lt;b&gt;" in render({**description, "info": {**description["info"], "title": "Name <b>"}})


async def test_a_body_over_the_cap_is_refused(serve: Any, store: Any) -> None:
    async with serve(api_max_body=100) as http:
        answer = await http.post("/v1/documents", json={"text": "甲" * 100})
    assert (answer.status_code, store.calls) == (413, [])


async def test_a_text_over_the_cap_is_refused(serve: Any, store: Any) -> None:
    async with serve(api_max_text=10) as http:
        answer = await http.post("/v1/documents", json={"text": "甲" * 11})
    assert (answer.status_code, store.calls) == (422, [])
    assert "11 characters" in answer.json()["detail"]


async def post(
    http: httpx.AsyncClient, content: bytes, media: str | None, query: str = "?load=false"
) -> httpx.Response:
    headers = {} if media is None else {"Content-Type": media}
    return await http.post(f"/v1/documents{query}", content=content, headers=headers)


async def test_a_text_may_be_posted_plain(serve: Any, store: Any) -> None:
    async with serve() as http:
        answer = await post(http, "甲公司。".encode(), "text/plain; charset=utf-8")
    assert (answer.status_code, answer.json()["text"], answer.json()["load"]) == (200, "甲公司。", None)
    assert store.calls == []


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data", "text/html", "", None])
async def test_other_media_types_are_refused(serve: Any, media: str | None) -> None:
    async with serve() as http:
        answer = await post(http, b'{"text": "a"}', media)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:innograph:problem:unsupported-media")


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "text/plain", "", None])
@pytest.mark.parametrize("address", ["/v1/recommendations", "/v1/match", "/v1/cypher"])
async def test_bodies_that_must_be_json_are_refused_otherwise(serve: Any, address: str, media: str | None) -> None:
    headers = {} if media is None else {"Content-Type": media}
    async with serve() as http:
        answer = await http.post(address, content=b'{"text": "a"}', headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:innograph:problem:unsupported-media")
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"text": "甲", "date": "when"}, "body.date"),
        ({"text": ""}, "body.text"),
        ({"text": "甲", "colour": 1}, "body.colour"),
    ],
)
async def test_a_refused_text_is_told_by_the_names_the_caller_wrote(serve: Any, body: Any, location: str) -> None:
    async with serve() as http:
        answer = await http.post("/v1/documents", json=body)
    assert answer.status_code == 422
    assert [row["location"] for row in answer.json()["errors"]] == [location]


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"\xff\xfe", "text/plain"),
        (b"", "text/plain"),
        (b'"\\ud800"', "application/json"),
        (b"[1]", "application/json"),
        (b"null", "application/json"),
        (b'{"text": 5}', "application/json"),
    ],
)
async def test_texts_that_are_none(serve: Any, content: bytes, media: str) -> None:
    async with serve() as http:
        answer = await post(http, content, media)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:innograph:problem:invalid-input")


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (StageError("too much damage", stage="clean", document="doc-1"), 422, "document-failed"),
        (InvalidInput("The text is empty."), 422, "invalid-input"),
        (MemoryError("hunter2"), 500, "internal"),
    ],
)
async def test_a_reader_that_fails_is_a_problem(
    serve: Any, reader: Any, store: Any, error: Exception, status: int, slug: str
) -> None:
    reader.error = error
    async with serve() as http:
        answer = await post(http, "甲".encode(), "text/plain", "")
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:innograph:problem:{slug}")
    assert store.calls == []


async def test_a_conflict_in_the_store_is_a_409(serve: Any, store: Any) -> None:
    store.error = Conflict("Another load of the document runs.")
    async with serve() as http:
        answer = await post(http, "甲".encode(), "text/plain", "")
    assert answer.status_code == 409


async def test_the_access_log_names_the_route_and_not_what_was_asked(
    serve: Any, store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store.error = NotFound("Nothing is called '机密大学'.")
    with caplog.at_level(logging.INFO, logger="innograph"):
        async with serve() as http:
            await http.get("/v1/entities/机密大学/neighbours", params={"cursor": "secret"})
    [line] = [r.getMessage() for r in caplog.records if r.name == "innograph.access"]
    assert line.startswith("GET /v1/entities/{uid:path}/neighbours 404 ")
    assert "机密" not in caplog.text
    assert "secret" not in caplog.text


async def test_match_without_a_store_is_a_problem_of_the_whole_or_of_each_line(serve: Any, store: Any) -> None:
    store.error = StoreUnavailable("hunter2")
    body = {"queries": [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}], "targets": ["Firm"]}
    async with serve() as http:
        whole = await http.post("/v1/match", json=body)
        lines = await http.post("/v1/match", json=body, headers={"Accept": "application/x-ndjson"})
    assert (whole.status_code, whole.json()["type"]) == (503, "urn:innograph:problem:store-unavailable")
    assert lines.status_code == 200
    found = [json.loads(line) for line in lines.text.splitlines()]
    assert [(line["id"], line["problem"]["status"]) for line in found] == [("a", 503), ("b", 503)]
    assert {line["problem"]["request_id"] for line in found} == {lines.headers["x-request-id"]}
