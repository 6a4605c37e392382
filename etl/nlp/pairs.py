"""Candidate pairs of entities and what is known of each: the features of the relation classifier.

A pair is a head and a tail entity of types that some relation may join, seen through its nearest mention pairs. Features
are short strings, hashed; they describe the types, the distance, the text between the two (with coordinated groups and
mentions collapsed), what leads into and follows each group, the triggers around, table columns and carried subjects.
"""

from __future__ import annotations

import bisect
import csv
import functools
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from etl.nlp.view import View
from graph.ontology import Ontology

BUCKETS = 1 << 16
_DISTANCES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 150, 300)
_FAR_HEADS = {"Policy", "Park", "Fund", "Project", "GovernmentBody", "PilotBase", "ConceptVerificationCenter"}
MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A head and a tail entity (canonical name and types) and their mention pairs (indices into the view)."""

    head: str
    tail: str
    relations: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


@functools.cache
def triggers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Trigger words by key, from etl/lexicon/triggers.csv."""
    content = resources.files("etl").joinpath("lexicon/triggers.csv").read_text("utf-8")
    return tuple((row["key"], re.compile(row["pattern"], re.I)) for row in csv.DictReader(content.splitlines()))


@functools.lru_cache(maxsize=20_000)
def _fired(text: str) -> tuple[str, ...]:
    return tuple(key for key, pattern in triggers() if pattern.search(text))


def candidates(view: View, ontology: Ontology) -> Iterator[Pair]:
    """Pairs worth asking about, in order of their heads' first mention."""
    places: dict[tuple[str, str], list[int]] = {}
    for number, mention in enumerate(view.mentions):
        places.setdefault((mention.name, mention.type), []).append(number)
    keys = list(places)
    for head in keys:
        for tail in keys:
            if head[0] == tail[0]:
                continue
            relations = _relations_between(ontology, head[1], tail[1])
            if not relations:
                continue
            near = _nearest(view, places[head], places[tail])
            if near:
                yield Pair(head[0], tail[0], relations, near)


@functools.lru_cache(maxsize=1000)
def _between(ontology_id: int, head: str, tail: str) -> tuple[str, ...]:
    return _ONTOLOGIES[ontology_id].relations_between(head, tail)


_ONTOLOGIES: dict[int, Ontology] = {}


def _relations_between(ontology: Ontology, head: str, tail: str) -> tuple[str, ...]:
    _ONTOLOGIES[id(ontology)] = ontology
    return _between(id(ontology), head, tail)


def _nearest(view: View, heads: list[int], tails: list[int]) -> tuple[tuple[int, int], ...]:
    """The nearest mention pair and, if it is as near in sentences, the next; none if all are too far apart."""
    ranked = sorted(
        (abs(view.sentence[h] - view.sentence[t]), abs(view.mentions[h].start - view.mentions[t].start), h, t)
        for h in heads
        for t in tails
    )
    gap = ranked[0][0]
    if gap > MOST_SENTENCES:
        first = heads[0]
        if view.mentions[first].type not in _FAR_HEADS or first >= 4:
            return ()
    return tuple((h, t) for g, _, h, t in ranked[:2] if g <= gap)


def features(view: View, head: int, tail: int) -> list[str]:
    """Names of the features of one mention pair."""
    text, mentions = view.text, view.mentions
    h, t = mentions[head], mentions[tail]
    forward = head < tail
    left, right = (head, tail) if forward else (tail, head)
    left_group, right_group = view.group[left], view.group[right]
    same_group = left_group == right_group
    a, b = (left, right) if same_group else (left_group[1], right_group[0])
    types = f"{h.type}>{t.type}"
    way = "f" if forward else "b"
    gap = abs(view.sentence[head] - view.sentence[tail])
    distance = bisect.bisect(_DISTANCES, mentions[right].start - mentions[left].end)
    between = right - left - 1
    inner = mentions[left + 1 : right]
    same_head = sum(m.type == h.type for m in inner)
    same_tail = sum(m.type == t.type for m in inner)
    base = [
        f"gap{min(gap, 4)}{way}",
        f"dist{distance}{way}",
        f"between{min(between, 6)}{way}",
        f"heads{min(same_head, 3)}",
        f"tails{min(same_tail, 3)}",
        f"heads{min(same_head, 2)}tails{min(same_tail, 2)}{way}",
        f"line{min(abs(view.line[head] - view.line[tail]), 3)}",
        f"lead{view.leading[head]:d}{view.opening[head]:d}{view.leading[tail]:d}{view.opening[tail]:d}",
        f"first{head == 0:d}{min(head, 4)}",
        f"num{view.numbered[head]:d}{view.numbered[tail]:d}",
        f"group{same_group:d}",
        f"en{view.english:d}",
    ]
    # What stands between the two groups, other mentions shown by their types alone.
    if same_group:
        collapsed = "".join(f"{view.gaps[k]}" for k in range(a + 1, b + 1))[:12]
        base.append("same=" + collapsed)
    else:
        parts = []
        for k in range(a + 1, b + 1):
            parts.append(view.gaps[k])
            if k < b:
                parts.append(f"<{mentions[k].type}>")
        collapsed = "".join(parts)
    if len(collapsed) <= 40:
        base.append("c=" + collapsed)
    first_gap, last_gap = view.gaps[a + 1], view.gaps[b]
    clause = text[max(mentions[a].end, view.clause_start(mentions[b].start)) : mentions[b].start] if a < b else ""
    before = text[max(view.clause_start(mentions[left_group[0]].start), mentions[left_group[0]].start - 25) : mentions[left_group[0]].start]
    after_at = mentions[right_group[1]].end
    after = text[after_at : min(view.clause_end(after_at), after_at + 25)]
    middle_at = mentions[left_group[1]].end
    middle = text[middle_at : min(view.clause_end(middle_at), middle_at + 25, mentions[b].start if a < b else middle_at)]
    whole = collapsed if len(collapsed) <= 160 else collapsed[:60] + "…" + collapsed[-90:]
    for place, stretch in (("B", whole), ("L", last_gap[-40:]), ("F", first_gap[:40]), ("C", clause), ("p", before), ("q", after)):
        fired = _fired(stretch)
        base += [f"{place}:{key}{way}" for key in fired]
        if place in "LCq" and len(fired) > 1:
            base.append(f"{place}:{'+'.join(fired[:3])}{way}")
    start, end = view.sentence_spans[view.sentence[right]]
    sentence_fired = _fired(text[start:end])
    out = ["T=" + types, "h=" + h.type, "t=" + t.type, *base, *(f"{types}|{x}" for x in base)]
    out += [f"{types}|s:{key}" for key in sentence_fired]
    # Words next to the groups, and words of the last and the first gap.
    word_sets = (
        ("lb", view.words(max(0, mentions[b].start - len(last_gap), mentions[b].start - 16), mentions[b].start)[-4:]),
        ("fa", view.words(middle_at, middle_at + len(middle))[:4]),
        ("pb", view.words(mentions[left_group[0]].start - len(before), mentions[left_group[0]].start)[-3:]),
        ("qa", view.words(after_at, after_at + len(after))[:4]),
    )
    for place, words in word_sets:
        out += [f"{place}{way}={word}" for word in words]
        out += [f"{types}|{place}{way}={word}" for word in words]
        out.append(f"{types}|{place}{way}*" + "|".join(words[-2:] if place in ("lb", "pb") else words[:2]))
    if len(whole) < 160:
        seen = {word for k in range(a + 1, b + 1) for word in view.words(mentions[k].start - len(view.gaps[k]), mentions[k].start)}
        out += [f"w{way}={word}" for word in seen]
        out += [f"{types}|w{way}={word}" for word in seen]
    if inner:
        out += [f"{types}|next={inner[0].type}{way}", f"{types}|last={inner[-1].type}{way}"]
    if view.column[head] or view.column[tail]:
        out += [
            f"{types}|colt={view.column[tail]}", f"{types}|colh={view.column[head]}", f"colt={view.column[tail]}",
            f"cols={view.column[head]}>{view.column[tail]}",
        ]
    label = _LABEL.search(text, max(0, mentions[right_group[0]].start - 14), mentions[right_group[0]].start)
    if label:
        out += [f"label{way}={label.group(1)}", f"{types}|label{way}={label.group(1)}"]
    return out


_LABEL = re.compile(r"([\u4e00-\u9fff]{2,8})[：:]\s*$")


def hashed(names: list[str]) -> NDArray[np.int64]:
    """Bucket numbers (1 to 65,535) of features, sorted and without repeats."""
    return np.fromiter(sorted({zlib.crc32(name.encode()) % (BUCKETS - 1) + 1 for name in names}), np.int64)
