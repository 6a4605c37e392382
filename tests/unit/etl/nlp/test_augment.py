"""Renamed copies: other names of the same types, the same structure."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from training.augment import pool_of, renamed
from training.corpus import Annotated, parse, read_folder

ROOT = Path(__file__).parents[4]
CORPUS = read_folder(ROOT / "data" / "corpus")
ONE = """id: one
kind: notice
---
{{甲海大学|University}}（{{甲大|University}}）与{{乙深蓝公司|Firm}}共建{{丙中试基地|PilotBase}}，投入{{3亿元|Money}}。{{甲大|University}}研制{{丁传感器|Product}}。
---
alias: 甲大 = 甲海大学
rel: 甲海大学 | BUILDS | 丙中试基地
rel: 乙深蓝公司 | BUILDS | 丙中试基地
rel: 甲海大学 | DEVELOPS | 丁传感器
"""
OTHER = """id: other
kind: notice
---
{{戊江学院|University}}（简称{{戊院|University}}）、{{己重工集团|Firm}}、{{庚中试平台|PilotBase}}、{{辛发动机|Product}}。
---
alias: 戊院 = 戊江学院
"""


def test_names_change_together_and_figures_stay() -> None:
    pool = pool_of([parse(OTHER, "other")])
    copies = [renamed(parse(ONE, "one"), pool, random.Random(seed)) for seed in range(30)]
    whole = "戊江学院（戊院）与己重工集团共建庚中试平台，投入3亿元。戊院研制辛发动机。"
    assert whole in {copy.text for copy in copies}
    for copy in copies:
        assert "3亿元" in copy.text
        assert [t for *_, t in copy.spans] == [t for *_, t in parse(ONE, "one").spans]
        names = {copy.canonical(copy.text[start:end]) for start, end, _ in copy.spans}
        assert all({head, tail} <= names for head, _, tail in copy.relations)
        assert (("戊院" in copy.text) and copy.aliases == {"戊院": "戊江学院"}) or copy.aliases == {"甲大": "甲海大学"}


@pytest.mark.parametrize("document", CORPUS[::40], ids=lambda d: d.id)
def test_copies_of_the_corpus_hold_together(document: Annotated) -> None:
    copy = renamed(document, pool_of(CORPUS), random.Random(1))
    ends = [(start, end) for start, end, _ in copy.spans]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends))
    assert all(copy.text[start:end].strip() for start, end in ends)
    assert len(copy.relations) == len(document.relations)
    names = {copy.canonical(copy.text[start:end]).strip("《》") for start, end in ends}
    assert all({head, tail} <= names for head, _, tail in copy.relations)
