"""The commands as a user and as a program call them, on the session's Neo4j."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph.settings import Settings
from graph.store.database import Database

NOTICE = (
    "海南省科学技术厅印发《海南省深海科技成果转化办法》（以下简称《办法》）。"
    "海南大学与三亚深蓝装备有限公司共建三亚深海装备中试基地，基地位于三亚市，聚焦深海传感器。"
)


@pytest.fixture
def environment(store_settings: Settings, database: Database, tmp_path: Path) -> dict[str, str]:
    """Variables under which the commands use the session's server."""
    return os.environ | {
        "INNOGRAPH_HOME": str(store_settings.home),
        "INNOGRAPH_NEO4J_LINE": store_settings.neo4j_line,
        "INNOGRAPH_NEO4J_JARS": str(store_settings.neo4j_jars),
        "INNOGRAPH_NEO4J_HEAP": store_settings.neo4j_heap,
        "INNOGRAPH_NEO4J_PAGE_CACHE": store_settings.neo4j_page_cache,
        "INNOGRAPH_READER": "fast",
        "INNOGRAPH_EMBEDDER": "none",
    }


def run(environment: dict[str, str], *arguments: str, given: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "innograph", *arguments],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_the_whole_way_from_a_file_to_answers(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text(NOTICE, "utf-8")
    (tmp_path / "list.csv").write_text(
        "类型,编号,名称,依托单位,所在地区,技术领域,简介\n概念验证中心,P1,三亚深海概念验证中心,海南大学,三亚市,深海传感器,做原理样机\n",
        "utf-8",
    )
    report = json.loads(run(environment, "ingest", str(tmp_path), "--json"))
    assert report["documents"] == {"new": 2, "changed": 0, "unchanged": 0, "failed": 0}
    hits = json.loads(run(environment, "search", "深海装备", "--json"))
    assert "三亚深海装备中试基地" in {hit["entity"]["name"] for hit in hits["items"]}
    shown = json.loads(run(environment, "show", "海南大学", "--json"))
    assert shown["entity"]["type"] == "University"
    chain = json.loads(run(environment, "chain", "深海传感器", "--region", "海南", "--json"))
    assert set(chain) >= {"start", "chains", "gaps"}
    for found in chain["chains"]:
        assert set(found) >= {"score", "parts", "steps"}
        for step in found["steps"]:
            assert set(step) >= {"stage", "status", "entity", "via", "evidence", "fillers"}
            assert step["status"] in {"stated", "inferred", "missing"}
            assert (step["entity"] is None) == (step["status"] == "missing")
            assert all(set(row) >= {"text", "document", "start", "end"} for row in step["evidence"])
    path = json.loads(run(environment, "path", "海南大学", "三亚深海装备中试基地", "--json"))
    assert path["paths"][0]["steps"][0]["evidence"]
    gaps = json.loads(run(environment, "gaps", "深海传感器", "--region", "海南", "--json"))
    assert gaps["gaps"]
    items = json.loads(run(environment, "recommend", "深海传感器样机要做放大", "--target", "PilotBase", "--json"))
    assert isinstance(items["items"], list)
    (tmp_path / "demands.jsonl").write_text('{"id": 7, "text": "深海传感器原理样机验证", "region": "海南"}\n', "utf-8")
    match = json.loads(
        run(
            environment,
            "match",
            str(tmp_path / "demands.jsonl"),
            "--targets",
            "ConceptVerificationCenter",
            "--limit",
            "3",
            "--json",
        )
    )
    assert match["id"] == "7"
    first = match["results"][0]
    assert (first["id"], first["name"]) == ("P1", "三亚深海概念验证中心")
    assert set(first) >= {"uid", "id", "type", "name", "score", "parts", "path", "evidence"}
    target = tmp_path / "graph.jsonl"
    run(environment, "export", str(target))
    assert {json.loads(line)["kind"] for line in target.read_text("utf-8").splitlines()} == {"entity", "relation"}
    assert "documents" in run(environment, "stats")


def test_extract_keeps_the_contract(environment: dict[str, str]) -> None:
    row = json.loads(
        run(environment, "extract", "-", given=json.dumps({"id": "n1", "text": NOTICE}, ensure_ascii=False))
    )
    assert (row["id"], row["text"]) == ("n1", NOTICE)
    for entity in row["entities"]:
        assert set(entity) == {"start", "end", "type", "text", "name", "uid", "confidence"}
        assert NOTICE[entity["start"] : entity["end"]] == entity["text"]
    names = {entity["name"] for entity in row["entities"]}
    for relation in row["relations"]:
        assert set(relation) == {"head", "type", "tail", "start", "end", "confidence", "status"}
        assert {relation["head"], relation["tail"]} <= names
    assert row["aliases"] == {"办法": "海南省深海科技成果转化办法"}


def test_two_workers_extract_the_same_in_the_same_order(environment: dict[str, str], tmp_path: Path) -> None:
    rows = "".join(json.dumps({"id": f"n{n}", "text": NOTICE}, ensure_ascii=False) + "\n" for n in range(5))
    (tmp_path / "texts.jsonl").write_text(rows, "utf-8")
    one = run(environment, "extract", str(tmp_path / "texts.jsonl"))
    assert run(environment, "extract", str(tmp_path / "texts.jsonl"), "--workers", "2") == one
    assert [json.loads(line)["id"] for line in one.splitlines()] == [f"n{n}" for n in range(5)]


def test_clean_prints_the_text_and_reports_each_repair(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "dirty.txt").write_text(
        "海南省領(lǐng)導(dǎo)座談會(huì)審議通過了這項(xiàng)辦法，標(biāo)志著新階段的開始。", "utf-8"
    )
    text = run(environment, "clean", str(tmp_path / "dirty.txt"), "--report", str(tmp_path / "report.json"))
    assert text.strip() == "海南省领导座谈会审议通过了这项办法，标志着新阶段的开始。"
    (document,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["documents"]
    assert {repair["kind"] for repair in document["repairs"]} >= {"pinyin", "traditional"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("show", "没有这个名字的机构"), 2, "没有这个名字的机构"),
        (("ingest", "no-such-folder-anywhere"), 1, "no-such-folder-anywhere"),
        (("chain", "氢能", "--region", "亚特兰蒂斯"), 2, "亚特兰蒂斯"),
        (("export", "graph.docx"), 2, "docx"),
        (("match", "no-such-file.jsonl"), 2, "no-such-file.jsonl"),
        (("demo", "--samples", "nowhere"), 2, "nowhere"),
    ],
)
def test_errors_name_the_input_in_one_line(
    environment: dict[str, str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    stderr = run(environment, *arguments, code=code)
    assert says in stderr
    assert "Traceback" not in stderr


def test_every_command_explains_itself_with_an_example(environment: dict[str, str]) -> None:
    commands = (
        "extract",
        "clean",
        "ingest",
        "search",
        "show",
        "path",
        "chain",
        "gaps",
        "recommend",
        "match",
        "stats",
        "export",
        "serve",
        "demo",
        "version",
    )
    for command in commands:
        assert "Example" in run(environment, command, "--help"), command
    for command in ("start", "stop", "status", "migrate", "reset"):
        assert "Example" in run(environment, "db", command, "--help"), command
    assert run(environment, "version").startswith("innograph ")


def test_a_document_is_shown_with_its_versions_and_conflicts(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    tail = "各有关单位要加强统筹协调，落实建设资金，按月报送工作进展，确保各项任务按期完成并通过验收。"
    (tmp_path / "a.txt").write_text(NOTICE + tail, "utf-8")
    (tmp_path / "b.txt").write_text((NOTICE + tail).replace("深蓝装备", "海蓝装备"), "utf-8")
    report = json.loads(run(environment, "ingest", str(tmp_path), "--json"))
    assert (report["documents"]["new"], report["versions"]) == (2, 1)
    ((primary,),) = (
        row.values() for row in database.read_only_cypher("MATCH (:Document)-[:VERSION_OF]->(p) RETURN p.uid").rows
    )
    shown = json.loads(run(environment, "show", primary, "--json"))
    assert (shown["uid"], len(shown["versions"]), len(shown["sources"])) == (primary, 1, 2)
    text = run(environment, "show", primary)
    assert "conflict" in text
    assert "三亚深蓝装备有限公司 ≠ 三亚海蓝装备有限公司" in text
    assert "doc-0123456789abcdef" in run(environment, "show", "doc-0123456789abcdef", code=2)
