"""The reader behind an endpoint, against a server on loopback that speaks the chat protocol, faults included."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from etl.nlp.extractor import load_extractor
from etl.nlp.language_model import LanguageModelReader, windows
from etl.pipeline import Pipeline
from graph import endpoint
from graph.errors import ConfigError, EndpointError, StageError
from graph.ontology import load_ontology
from graph.settings import Settings

KEY = "sk-of-the-test"
TEXT = "海湾大学（以下简称海大）与三亚深蓝装备有限公司共建三亚深海中试基地。海大研制深海传感器。"
GOOD = {
    "entities": [
        {"text": "海湾大学", "type": "University"},
        {"text": "海大", "type": "University"},
        {"text": "三亚深蓝装备有限公司", "type": "Firm"},
        {"text": "三亚深海中试基地", "type": "PilotBase"},
        {"text": "深海传感器", "type": "Product"},
        {"text": "并不在文中的公司", "type": "Firm"},
        {"text": "深海", "type": "Planet"},
    ],
    "aliases": [{"short": "海大", "full": "海湾大学"}, {"short": "无", "full": "有"}],
    "relations": [
        {"head": "海大", "type": "BUILDS", "tail": "三亚深海中试基地", "planned": False},
        {"head": "三亚深蓝装备有限公司", "type": "BUILDS", "tail": "三亚深海中试基地", "planned": True},
        {"head": "海湾大学", "type": "DEVELOPS", "tail": "深海传感器", "planned": False},
        {"head": "深海传感器", "type": "ISSUES", "tail": "海湾大学", "planned": False},
        {"head": "并不在文中的公司", "type": "BUILDS", "tail": "三亚深海中试基地", "planned": False},
    ],
}
Answer = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization", ""), body))
        (self.server.faults.pop(0) if self.server.faults else said(GOOD))(self, body)

    def reply(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Stub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.faults: list[Answer] = []


def said(content: Any) -> Answer:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    usage = {"prompt_tokens": 1000, "completion_tokens": 200}
    return lambda handler, _: handler.reply(200, {"choices": [{"message": {"content": text}}], "usage": usage})


def refuse(status: int) -> Answer:
    return lambda handler, _: handler.reply(status, {"error": f"no, {KEY}"})


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(endpoint, "_PAUSE", 0.01)
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(stub: Stub, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path, reader="llm", llm_url=f"http://127.0.0.1:{stub.server_port}/v1", llm_model="m", llm_key=KEY,
        llm_price_in=2.0, llm_price_out=10.0, embedder="none",
    )  # fmt: skip


def read(settings: Settings, text: str = TEXT) -> Any:
    return LanguageModelReader(settings, load_ontology())(text)


def test_what_is_said_is_held_to_the_text_and_the_ontology(stub: Stub, settings: Settings) -> None:
    found = read(settings)
    assert [(TEXT[m.start : m.end], m.name) for m in found.mentions] == [
        ("海湾大学", "海湾大学"),
        ("海大", "海湾大学"),
        ("三亚深蓝装备有限公司", "三亚深蓝装备有限公司"),
        ("三亚深海中试基地", "三亚深海中试基地"),
        ("海大", "海湾大学"),
        ("深海传感器", "深海传感器"),
    ]
    assert {(r.head, r.type, r.tail, r.status) for r in found.relations} == {
        ("海湾大学", "BUILDS", "三亚深海中试基地", "stated"),
        ("三亚深蓝装备有限公司", "BUILDS", "三亚深海中试基地", "planned"),
        ("海湾大学", "DEVELOPS", "深海传感器", "stated"),
    }
    for relation in found.relations:
        assert relation.method == "language model"
        assert all(TEXT[start:end].endswith("。") for start, end in relation.evidence)
    assert (found.usage["dropped_mentions"], found.usage["dropped_relations"]) == (2, 2)
    assert (found.usage["requests"], found.usage["prompt_tokens"], found.usage["completion_tokens"]) == (1, 1000, 200)
    assert found.usage["cost"] == pytest.approx(0.004)
    path, key, body = stub.asked[0]
    assert (path, key) == ("/v1/chat/completions", f"Bearer {KEY}")
    schema = body["response_format"]["json_schema"]["schema"]
    assert set(schema["properties"]["relations"]["items"]["properties"]["type"]["enum"]) == set(
        load_ontology().relation_types
    )


def test_an_answer_is_asked_for_once(stub: Stub, settings: Settings) -> None:
    first, second = read(settings), read(settings)
    assert (first.mentions, first.relations) == (second.mentions, second.relations)
    assert len(stub.asked) == 1
    assert second.usage["cached"] == 1
    (kept,) = (settings.home / "llm-cache").glob("*.json")
    kept.write_text("{broken")
    assert read(settings).relations == first.relations
    assert len(stub.asked) == 2


def test_a_server_without_schemas_is_asked_for_plain_json(stub: Stub, settings: Settings) -> None:
    stub.faults = [refuse(400)]
    assert read(settings).relations
    assert [body["response_format"]["type"] for _, _, body in stub.asked] == ["json_schema", "json_object"]


@pytest.mark.parametrize("fault", [refuse(429), refuse(503), said('{"entities": [{"te'), said({"entities": [1]})])
def test_what_passes_is_tried_again(stub: Stub, settings: Settings, fault: Answer) -> None:
    stub.faults = [fault]
    assert len(read(settings).relations) == 3
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([refuse(401)], "INNOGRAPH_LLM_KEY"),
        ([refuse(500)] * 3, "500"),
        ([said("no json")] * 2, "another form"),
        ([lambda handler, _: handler.reply(200, {"choices": [{"message": {"refusal": "I will not", "content": None}}]})], "refuses"),
        ([lambda handler, _: handler.reply(200, {"choices": []})] * 2, "another form"),
        ([lambda handler, _: handler.reply(200, [1])] * 2, "another form"),
    ],
)  # fmt: skip
def test_what_does_not_pass_is_told_without_the_key(
    stub: Stub, settings: Settings, faults: list[Answer], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    stub.faults = list(faults)
    with caplog.at_level(logging.DEBUG), pytest.raises(EndpointError, match=message) as caught:
        read(settings)
    assert KEY not in str(caught.value) + caplog.text
    assert not (settings.home / "llm-cache").exists()


def test_a_document_that_fails_is_set_aside_and_what_it_cost_is_told(stub: Stub, settings: Settings) -> None:
    pipeline = Pipeline(settings)
    facts = pipeline.read_text(TEXT)
    assert {relation.type for relation in facts.relations} == {"BUILDS", "DEVELOPS"}
    stub.faults = [refuse(401)]
    with pytest.raises(StageError, match="INNOGRAPH_LLM_KEY"):
        pipeline.read_text(TEXT + "又一句。")


def test_long_texts_go_in_windows_that_know_the_names_before(stub: Stub, settings: Settings) -> None:
    text = TEXT + "会议还讨论了其他事项。" * 200
    read(settings, text)
    assert len(stub.asked) > 1
    assert "海湾大学" in stub.asked[1][2]["messages"][1]["content"].split("\n")[0]
    assert "".join(text[a:b] for a, b in windows(text)) == text.strip()


def test_it_is_off_unless_chosen_and_needs_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="INNOGRAPH_LLM_URL"):
        load_extractor(Settings(home=tmp_path, reader="llm"))
    assert Settings(home=tmp_path).reader == "best"
