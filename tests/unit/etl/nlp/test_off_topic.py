"""A text that states nothing yields nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.nlp.extractor import create_nlp

ROOT = Path(__file__).parents[4]
MARK = re.compile(r"\{\{([^{}|]+)\|[A-Za-z]+\}\}")


def silent_texts() -> list[str]:
    """Texts of our own about other things, and the documents of the corpus's held-back part that state no relation."""
    from training.corpus import read_folder

    own = (ROOT / "tests" / "data" / "off_topic.txt").read_text("utf-8").split("\n---\n")
    held = [d.text for d in read_folder(ROOT / "data" / "corpus") if d.validation and not d.relations]
    return own + held


@pytest.mark.parametrize("setting", ["best", "fast"])
def test_texts_that_state_nothing_yield_less_than_half_a_relation(setting: str) -> None:
    nlp = create_nlp(setting)
    texts = silent_texts()
    assert len(texts) >= 30
    found = [(text[:12], r.head, r.type, r.tail) for text in texts for r in nlp(text)._.relations]
    print(f"{setting}: {len(found)} relations in {len(texts)} texts that state none", found)
    assert len(found) < 0.5 * len(texts)
