"""Clean text comes back as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.clean import clean

CORPUS = Path(__file__).parents[4] / "data" / "corpus"
MARKUP = re.compile(r"\{\{([^{}|]+)\|[A-Za-z]+\}\}")


def corpus_texts() -> list[tuple[str, str]]:
    """(name, text) of every annotated text."""
    return [
        (p.name, MARKUP.sub(r"\1", p.read_text("utf-8").split("\n---\n")[1])) for p in sorted(CORPUS.glob("*.ann.txt"))
    ]


def test_no_text_of_the_corpus_is_changed() -> None:
    texts = corpus_texts()
    assert len(texts) > 40
    assert [name for name, text in texts if clean(text).text is not text] == []


@pytest.mark.parametrize(
    "text",
    [
        "质子交换膜（PEM）电解槽、人工智能(AI)与锂(Li)电池，大模型公司(xAI)。",
        "小米(xiaomi)、阿里（ali）与pH值(pH)。",
        "他问：真的?!我们不信。\n什么?中试平台在哪里？",
        "Tsinghua University said its pilot line, built in 2024 (PEM), is R&D only. Why?! It works; see the note.",
        "　　关于公布名单的通　知\n\n各市科技局：",
        "习近平·讲话、列夫·托尔斯泰——《战争与和平》……",
        "代工著称的企业、昇腾算力、天津乾景电子与瞭望塔。",
        "公司总部在臺北，生产集成电路设备并供应大陆客户。",
        "café naïve Größe 25°C ±3",
        "a < b and c > d & e",
    ],
)
def test_what_looks_like_damage_and_is_none_stays(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.text is text
    assert len(cleaned.repairs) == 0


def test_an_untouched_text_maps_to_itself() -> None:
    cleaned = clean("一家中试基地。")
    assert [cleaned.offsets.original_offset(i) for i in range(8)] == list(range(8))
    assert cleaned.damage == 0.0


def test_one_boilerplate_line_is_flagged_and_kept() -> None:
    cleaned = clean("来源：滨海日报\n滨海大学建成中试基地。")
    assert [(f.kind, f.excerpt) for f in cleaned.flags] == [("boilerplate", "来源：滨海日报")]
    assert cleaned.text.startswith("来源：")
    assert cleaned.damage == 0.0
