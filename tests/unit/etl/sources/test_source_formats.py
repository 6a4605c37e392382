"""Every format, from the real files in tests/data."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.sources import RawDocument, RawRecord, SourceFailure, SourceItem, read_bytes, read_source
from graph.settings import Settings

DATA = Path(__file__).parents[3] / "data"
SETTINGS = Settings()
TITLE = "滨海市公布首批概念验证中心名单"
CENTRES = ["滨海大学氢能概念验证中心", "滨海生物制造概念验证中心", "滨海智能传感概念验证中心"]
LAST = "推动更多科技成果落地转化。"


def read(name: str) -> tuple[list[RawDocument], list[RawRecord], list[SourceFailure]]:
    """Documents, records and failures of a file in tests/data."""
    return sort(list(read_source(DATA / name, settings=SETTINGS)))


def sort(items: list[SourceItem]) -> tuple[list[RawDocument], list[RawRecord], list[SourceFailure]]:
    """Items by kind."""
    return (
        [i for i in items if isinstance(i, RawDocument)],
        [i for i in items if isinstance(i, RawRecord)],
        [i for i in items if isinstance(i, SourceFailure)],
    )


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("utf8", "utf-8"),
        ("utf8-bom", "utf-8-sig"),
        ("utf16", "utf-16"),
        ("utf16le-no-bom", "utf-16-le"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_plain_text_in_every_encoding(name: str, encoding: str) -> None:
    documents, _, failures = read(f"notice-{name}.txt")
    assert failures == []
    assert documents[0].text.startswith(TITLE)
    assert documents[0].text.rstrip().endswith(LAST)
    assert (documents[0].encoding, documents[0].content_type) == (encoding, "text")


def test_big5() -> None:
    documents, _, _ = read("notice-big5.txt")
    assert documents[0].text.startswith("濱海市公佈首批概念驗證中心名單")


@pytest.mark.parametrize("name", ["notice.html", "notice-lying.html"])
def test_a_page_gives_its_main_text_title_date_outlet_and_rows(name: str) -> None:
    documents, records, failures = read(name)
    (document,) = documents
    assert failures == []
    assert (document.title, document.date, document.content_type) == (TITLE, "2024-05-06", "html")
    assert "outlet: 滨海日报" in document.notes
    assert LAST in document.text
    for chrome in ("首页", "植树", "版权所有", "相关链接", "|"):
        assert chrome not in document.text
    assert [r.name for r in records] == CENTRES


def test_a_declaration_that_lies_is_noted() -> None:
    documents, _, _ = read("notice-lying.html")
    assert documents[0].encoding == "gb18030"
    assert "declares utf-8, is gb18030" in documents[0].notes


def test_markdown_loses_its_markup() -> None:
    documents, records, _ = read("notice.md")
    (document,) = documents
    assert (document.title, document.date, document.content_type) == (TITLE, "2024-05-06", "markdown")
    assert "**" not in document.text
    assert "#" not in document.text
    assert "title:" not in document.text
    assert [r.name for r in records] == CENTRES


def test_pdf_joins_lines_and_drops_heads_and_page_numbers() -> None:
    documents, records, failures = read("notice.pdf")
    (document,) = documents
    assert failures == []
    assert document.title == TITLE
    assert "滨海大学氢能概念验证中心等三家机构入选。按照《滨海市概念验证中心管理办法》，" in document.text
    assert "滨海市科学技术局文件" not in document.text
    assert "— 1 —" not in document.text
    assert next((r.type, r.name, r.host) for r in records) == ("ConceptVerificationCenter", CENTRES[0], "滨海大学")
    assert len(records) == 3


def test_pdf_columns_are_read_one_after_the_other() -> None:
    documents, _, _ = read("columns.pdf")
    text = documents[0].text
    assert text.index(LAST) < text.index("滨海大学氢能概念验证中心由滨海大学牵头建设")
    assert "\n".join(text.split("\n")[:1]).endswith(LAST)


def test_a_scanned_pdf_says_that_it_needs_ocr() -> None:
    documents, records, failures = read("scanned.pdf")
    assert (documents, records) == ([], [])
    assert "OCR" in failures[0].reason
    assert failures[0].remedy


def test_docx_gives_paragraphs_numbered_lists_and_tables() -> None:
    documents, records, failures = read("notice.docx")
    (document,) = documents
    assert failures == []
    assert document.title == TITLE
    assert "1. 组织申报。\n2. 专家评审。" in document.text
    assert "1\t滨海大学氢能概念验证中心\t滨海大学" in document.text
    assert [r.name for r in records] == CENTRES


def test_xlsx_finds_the_heading_row_and_fills_merged_cells() -> None:
    _, records, failures = read("centres.xlsx")
    assert failures == []
    assert [r.name for r in records] == [*CENTRES, "低铂催化剂批量制备"]
    assert [r.region for r in records[:2]] == ["滨海市", "滨海市"]
    assert records[2].date == "2024-06-01"  # full-width digits
    demand = records[3]
    assert (demand.id, demand.type, demand.owner, demand.stage) == ("XQ-01", "Demand", "滨海氢动力有限公司", "pilot")


def test_csv_finds_encoding_heading_row_and_type() -> None:
    _, records, failures = read("centres-gbk.csv")
    assert failures == []
    first = records[0]
    assert (first.type, first.name, first.host) == ("ConceptVerificationCenter", CENTRES[0], "滨海大学")
    assert (first.region, first.fields, first.date, first.row) == (
        "滨海市高新区",
        ("氢能", "质子交换膜"),
        "2024-05-06",
        3,
    )


def test_a_csv_of_texts_gives_documents() -> None:
    documents, records, failures = read("documents.csv")
    assert (records, failures) == ([], [])
    assert (documents[0].title, documents[0].date) == (TITLE, "2024-05-06")


def test_jsonl_mixes_documents_and_records_and_a_bad_line_does_not_stop_it() -> None:
    documents, records, failures = read("mixed.jsonl")
    assert (documents[0].id, documents[0].source) == ("n1", "滨海日报")
    assert next((r.id, r.type, r.stage) for r in records) == ("r1", "PilotBase", "pilot")
    assert (records[1].type, records[1].aliases, records[1].fields) == (
        "Firm",
        ("滨海传感",),
        ("智能传感器", "工业互联网"),
    )
    assert [f.source.rpartition("#")[2] for f in failures] == ["3"]


def test_zip_gives_what_it_holds_under_gbk_names() -> None:
    documents, records, failures = read("bundle.zip")
    assert documents[0].source.endswith("bundle.zip!通知.txt")
    assert len(records) == 3
    assert [f.source.rpartition("!")[2] for f in failures] == ["photo.png"]


def test_a_folder_gives_everything_in_it() -> None:
    items = list(read_source(DATA, settings=SETTINGS))
    sources = {i.source.partition("!")[0].partition("#")[0] for i in items}
    assert {str(p) for p in DATA.iterdir() if p.is_file() and p.name != "mixed.jsonl"} <= sources


def test_type_is_judged_by_content_not_by_name() -> None:
    for name, kind in (
        ("notice.pdf", "pdf"),
        ("notice.docx", "docx"),
        ("notice.html", "html"),
        ("mixed.jsonl", "jsonl"),
    ):
        items = list(read_bytes((DATA / name).read_bytes(), "upload.bin", settings=SETTINGS))
        assert {i.content_type for i in items if isinstance(i, RawDocument)} == {kind}


def test_ids_are_stable_and_differ_by_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("一家中试基地。", "utf-8")
    (tmp_path / "b.txt").write_text("一家中试基地。", "utf-8")
    whole = [i.id for i in read_source(tmp_path, settings=SETTINGS) if isinstance(i, RawDocument)]
    monkeypatch.chdir(tmp_path)
    alone = [i.id for i in read_source("a.txt", settings=SETTINGS) if isinstance(i, RawDocument)]
    assert len(set(whole)) == 2
    assert alone == whole[:1]
