"""Tables of every kind, headings, types, and lists flattened into text."""

from __future__ import annotations

import json

import pytest

from etl.sources import RawDocument, RawRecord, SourceFailure, read_bytes
from etl.sources.dates import iso_date
from etl.sources.headings import column_of, stage_of, type_of
from graph.ontology import load_ontology
from graph.settings import Settings

SETTINGS = Settings()
ONTOLOGY = load_ontology()


def records(text: str, name: str = "list.txt") -> list[RawRecord]:
    """Records of a text."""
    return [i for i in read_bytes(text.encode(), name, settings=SETTINGS) if isinstance(i, RawRecord)]


@pytest.mark.parametrize(
    "text",
    [
        "名单如下\n\n序号\t基地名称\t依托单位\t所在地\n1\t甲中试基地\t甲大学\t滨海市\n2\t乙中试基地\t乙大学\t临港市\n\n特此公告，请各单位遵照执行，并于年底前报送。",
        "名单如下：\n序号 基地名称 依托单位 所在地\n1 甲中试基地 甲大学 滨海市\n2 乙中试基地 乙大学 临港市\n特此公告。",
        "名单\n序号\n基地名称\n依托单位\n所在地\n1\n甲中试基地\n甲大学\n滨海市\n2\n乙中试基地\n乙大学\n临港市\n特此公告。",
        "公示名单 序号基地名称依托单位所在地服务方向1甲地中试基地甲地大学滨海市氢能2乙地中试基地乙地大学临港市传感器 特此公告。",
    ],
    ids=["tabs", "blanks", "stacked", "together"],
)
def test_a_list_flattened_into_text_gives_its_rows_beside_the_document(text: str) -> None:
    items = list(read_bytes(text.encode(), "notice.txt", settings=SETTINGS))
    assert isinstance(items[0], RawDocument)
    assert items[0].text == text
    rows = [i for i in items if isinstance(i, RawRecord)]
    assert [r.type for r in rows] == ["PilotBase", "PilotBase"]
    assert [r.host[-2:] for r in rows] == ["大学", "大学"]
    assert [r.region for r in rows] == ["滨海市", "临港市"]


def test_a_row_without_a_type_is_a_failure_and_the_rest_goes_on() -> None:
    items = list(
        read_bytes(
            "类型,名称,地区\n企业,甲公司,滨海\n,某某,滨海\n飞船,乙,滨海\n高校,乙大学,滨海\n".encode(),
            "x.csv",
            settings=SETTINGS,
        )
    )
    assert [i.name for i in items if isinstance(i, RawRecord)] == ["甲公司", "乙大学"]
    failures = [i for i in items if isinstance(i, SourceFailure)]
    assert [f.source.rpartition("#")[2] for f in failures] == ["3", "4"]
    assert all("类型" in f.remedy for f in failures)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [("type", "name", "fields"), ("Firm", "甲公司", "氢能、储能"), ("企业", "乙公司", "传感器")]
    found = records("\n".join(delimiter.join(row) for row in rows), "data")
    assert [(r.type, r.name, r.fields) for r in found] == [
        ("Firm", "甲公司", ("氢能", "储能")),
        ("Firm", "乙公司", ("传感器",)),
    ]


def test_totals_repeated_headings_and_notes_are_passed_over() -> None:
    text = "企业名称,地区\n甲公司,滨海\n企业名称,地区\n乙公司,临港\n合计,2\n注：按拼音排序,\n"
    assert [r.name for r in records(text, "x.csv")] == ["甲公司", "乙公司"]


def test_unknown_columns_are_kept() -> None:
    (record,) = records("名称,类型,注册资本\n甲公司,企业,500万元\n", "x.csv")
    assert record.extra == {"注册资本": "500万元"}


def test_match_catalogues_are_records() -> None:
    line = {
        "id": "A1",
        "title": "低铂催化剂",
        "owner": "甲大学",
        "region": "滨海",
        "fields": ["氢能"],
        "stage": "pilot",
        "abstract": "简介",
    }
    (record,) = records(json.dumps(line, ensure_ascii=False), "achievements.jsonl")
    assert (record.id, record.type, record.name, record.owner, record.text) == (
        "A1",
        "Achievement",
        "低铂催化剂",
        "甲大学",
        "简介",
    )


def test_a_document_keeps_its_text_to_the_last_blank() -> None:
    line = json.dumps({"id": "d", "text": "  一家中试基地。\n"}, ensure_ascii=False)
    (document,) = read_bytes(line.encode(), "x.jsonl", settings=SETTINGS)
    assert isinstance(document, RawDocument)
    assert document.text == "  一家中试基地。\n"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Firm", "Firm"),
        ("企业", "Firm"),
        ("中试平台", "PilotBase"),
        ("国家重点实验室", "NationalLab"),
        ("高校", "University"),
        ("科技成果", "Achievement"),
        ("proof of concept center", "ConceptVerificationCenter"),
        ("飞船", ""),
    ],
)
def test_words_for_types(word: str, expected: str) -> None:
    assert type_of(word, ONTOLOGY) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("单位名称", "name"),
        ("运营主体（盖章）", "host"),
        ("拟建设地区", "region"),
        ("Published At", "date"),
        ("序号", "-"),
        ("注册资本", ""),
    ],
)
def test_headings(heading: str, expected: str) -> None:
    assert column_of(heading) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024年5月6日", "2024-05-06"),
        ("2024-5", "2024-05"),
        ("20240506", "2024-05-06"),
        ("二〇二四年", "2024"),
        ("2024.05.06 10:11", "2024-05-06"),
        ("2024-02-31", "2024-02"),
        ("第12号", ""),
        (None, ""),
    ],
)
def test_dates(written: object, expected: str) -> None:
    assert iso_date(written) == expected


@pytest.mark.parametrize(
    ("word", "expected"), [("中试", "pilot"), ("量产", "industrialization"), ("research", "research"), ("未知", "")]
)
def test_words_for_stages(word: str, expected: str) -> None:
    assert stage_of(word, ONTOLOGY) == expected
