"""Every format from its real file to the graph: documents, records and reasons for what could not be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from etl.run import ingest
from graph.settings import Settings
from graph.store.database import Database

DATA = Path(__file__).parents[1] / "data"
CENTRE = "滨海大学氢能概念验证中心"


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Settings with the fast reader."""
    return Settings(reader="fast")


def names(database: Database) -> set[str]:
    """Names of all entities."""
    return {row["name"] for row in database.read_only_cypher("MATCH (e:Entity) RETURN e.name AS name").rows}


@pytest.mark.parametrize(
    "name",
    [
        "notice-utf8-bom.txt",
        "notice-utf16le-no-bom.txt",
        "notice-gbk.txt",
        "notice-big5.txt",
        "notice.md",
        "notice.html",
        "notice-lying.html",
        "notice.pdf",
        "columns.pdf",
        "notice.docx",
        "centres.xlsx",
        "centres-gbk.csv",
        "mixed.jsonl",
        "bundle.zip",
    ],
)
def test_each_format_becomes_facts(database: Database, settings: Settings, name: str) -> None:
    report = ingest([str(DATA / name)], database, settings)
    assert report.documents["new"] >= 1, report.failures
    found = names(database)
    assert CENTRE in found
    assert not any(ord(ch) in range(0xE000, 0xF900) or ch == "\ufffd" for entity in found for ch in entity)


def test_a_scanned_pdf_is_a_failure_with_its_reason(database: Database, settings: Settings) -> None:
    report = ingest([str(DATA / "scanned.pdf")], database, settings)
    assert report.documents["new"] == 0
    assert "OCR" in report.failures[0].reason


def test_a_damaged_text_loads_its_sound_part(database: Database, settings: Settings, tmp_path: Path) -> None:
    text = "滨海大学建设滨海氢能中试基地。负责配套?;凡执ⅰ?\n临港大学建设临港传感中试基地。"
    (tmp_path / "damaged.txt").write_text(text, "utf-8")
    report = ingest([str(tmp_path) + os.sep], database, settings)
    assert report.documents["new"] == 1, report.failures
    rows = database.read_only_cypher("MATCH (d:Document) RETURN d.text AS text, d.flags AS flags").rows
    assert rows[0]["text"].count("\ufffd") == 1
    assert any("gbk_shift" in flag for flag in rows[0]["flags"])
    assert {"滨海氢能中试基地", "临港传感中试基地"} <= names(database)
