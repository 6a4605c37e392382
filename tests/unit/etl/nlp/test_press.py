"""Copies with people and bylines: what was marked is marked still, and nobody is."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from etl.nlp.implausible import SURNAMES
from training.corpus import Annotated, parse, read_folder
from training.press import with_press

CORPUS = read_folder(Path(__file__).parents[4] / "data" / "corpus")
ONE = """id: one
kind: notice
---
{{甲海大学|University}}副校长介绍，{{丙中试基地|PilotBase}}由学校与{{乙深蓝公司|Firm}}共建，依据是{{《甲海市中试条例》|Policy}}。投入{{3亿元|Money}}，下月开工。
---
rel: 乙深蓝公司 | BUILDS | 丙中试基地
"""


def test_people_stand_behind_titles_and_numbers_behind_policies() -> None:
    document = parse(ONE, "one")
    copies = [with_press(document, random.Random(seed)) for seed in range(60)]
    assert any(copy.text.split("副校长")[1][0] in SURNAMES for copy in copies)
    assert any("《甲海市中试条例》（" in copy.text and "号）" in copy.text for copy in copies)
    assert any("记者" in copy.text for copy in copies)
    assert any(copy.text == document.text for copy in copies)


@pytest.mark.parametrize("document", CORPUS[::40], ids=lambda d: d.id)
def test_copies_keep_every_mark_and_add_dates_alone(document: Annotated) -> None:
    copy = with_press(document, random.Random(2))
    marks = [(copy.text[start:end], kind) for start, end, kind in copy.spans]
    for start, end, kind in document.spans:
        marks.remove((document.text[start:end], kind))
    assert {kind for _, kind in marks} <= {"Date"}
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(copy.spans))
    assert (copy.aliases, copy.relations) == (document.aliases, document.relations)
