"""What a version keeps of its facts, and what comes back when it stands alone again."""

from __future__ import annotations

from etl.versions import pack, unpack, without_repeats
from graph.model import Document, DocumentFacts, Entity, Mention, Relation, Sentence

FACTS = DocumentFacts(
    Document("v", "hash", "甲入驻乙园。丙入驻乙园！", "题", "源", "2026", flags=("lost@1-2",), extra={"page": 3}),
    (Sentence("v/0", "甲入驻乙园。", 0, 6), Sentence("v/1", "丙入驻乙园！", 6, 12)),
    (
        Entity("甲", "Firm", "甲", ("甲公司",), {"place": ["460000"]}),
        Entity("乙", "Park", "乙园"),
        Entity("丙", "Firm", "丙"),
        Entity("丁", "Firm", "丁"),
    ),
    (
        Mention("v/0", "甲", 0, 1, "甲", 0.9),
        Mention("v/1", "丙", 6, 7, "丙", 0.9),
        Mention("v/1", "乙", 9, 11, "乙园", 0.9),
    ),
    (
        Relation("SETTLES_IN-1", "甲", "SETTLES_IN", "乙", ("v/0",), 0.8),
        Relation("SETTLES_IN-2", "丙", "SETTLES_IN", "乙", ("v/0", "v/1"), 0.8),
        Relation("SETTLES_IN-3", "丁", "SETTLES_IN", "乙", ("v/1",), 0.7, "planned"),
    ),
)


def test_only_what_rests_on_new_sentences_is_kept() -> None:
    kept = without_repeats(FACTS, ["别的。", "甲 入驻乙园"])
    assert [s.uid for s in kept.sentences] == ["v/1"]
    assert [m.entity for m in kept.mentions] == ["丙", "乙"]
    assert [(r.uid, r.evidence) for r in kept.relations] == [("SETTLES_IN-2", ("v/1",)), ("SETTLES_IN-3", ("v/1",))]
    assert [e.uid for e in kept.entities] == ["乙", "丙", "丁"], "an end that only its relation names stays"
    assert kept.document == FACTS.document


def test_a_text_that_repeats_everything_keeps_nothing() -> None:
    kept = without_repeats(FACTS, [s.text for s in FACTS.sentences])
    assert (kept.sentences, kept.entities, kept.mentions, kept.relations) == ((), (), (), ())
    assert without_repeats(FACTS, []).sentences == FACTS.sentences


def test_packed_facts_come_back_as_they_were() -> None:
    assert unpack(pack(FACTS)) == FACTS
    assert pack(FACTS).isascii()
