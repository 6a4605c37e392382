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

# A mention pair: head and tail, numbers of mentions of the view.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A head and a tail entity (canonical name and types) and their mention pairs (indices into the view)."""

    head: str
    tail: str
    relations: tuple[str, ...]
    places: tuple[Place, ...]


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


def _nearest(view: View, heads: list[int], tails: list[int]) -> tuple[Place, ...]:
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


def features(view: View, head: int, tail: int) -> NDArray[np.int64]:
    """Bucket numbers (1 to 65,535) of the features of one mention pair, sorted and without repeats."""
    text, mentions = view.text, view.mentions
    h, t = mentions[head], mentions[tail]
    forward = head < tail
    left, right = (head, tail) if forward else (tail, head)
    same_group = view.group[left] == view.group[right]
    a, b = (left, right) if same_group else (view.group[left][1], view.group[right][0])
    way = "f" if forward else "b"
    inner = mentions[left + 1 : right]
    same_head = sum(m.type == h.type for m in inner)
    same_tail = sum(m.type == t.type for m in inner)
    both = [  # features that count alone and with the two types
        f"gap{min(abs(view.sentence[head] - view.sentence[tail]), 4)}{way}",
        f"dist{bisect.bisect(_DISTANCES, mentions[right].start - mentions[left].end)}{way}",
        f"between{min(right - left - 1, 6)}{way}",
        f"heads{min(same_head, 3)}",
        f"tails{min(same_tail, 3)}",
        f"heads{min(same_head, 2)}tails{min(same_tail, 2)}{way}",
        f"line{min(abs(view.line[head] - view.line[tail]), 3)}",
        f"lead{view.leading[head]:d}{view.opening[head]:d}{view.leading[tail]:d}{view.opening[tail]:d}",
        f"first{min(head, 4)}",
        f"num{view.numbered[head]:d}{view.numbered[tail]:d}",
        f"group{same_group:d}",
        f"en{view.english:d}",
    ]
    # What stands between the two groups, other mentions shown by their types alone.
    if same_group:
        collapsed = "".join(view.gaps[a + 1 : b + 1])[:12]
        both.append("same=" + collapsed)
    else:
        parts = [view.gaps[a + 1]]
        for k in range(a + 1, b):
            parts += (f"<{mentions[k].type}>", view.gaps[k + 1])
        collapsed = "".join(parts)
    if len(collapsed) <= 40:
        both.append("c=" + collapsed)
    whole = collapsed if len(collapsed) <= 160 else collapsed[:60] + "…" + collapsed[-90:]
    ahead, behind = _ahead(view, left), _behind(view, right)
    clause_start = max(mentions[a].end, view.clause_start(mentions[b].start))
    stretches = (
        ("B", whole),
        ("L", view.gaps[b][-40:]),
        ("F", view.gaps[a + 1][:40]),
        ("C", text[clause_start : mentions[b].start] if a < b else ""),
        ("p", ahead[0]),
        ("q", behind[0]),
    )
    for place, stretch in stretches:
        fired = _fired(stretch)
        both += [f"{place}:{key}{way}" for key in fired]
        if place in "LCq" and len(fired) > 1:
            both.append(f"{place}:{'+'.join(fired[:3])}{way}")
    # Words beside the groups, and all words between them where they are near.
    close = view.words(max(mentions[b].start - len(view.gaps[b]), mentions[b].start - 16, 0), mentions[b].start)[-4:]
    follow = _behind(view, left)[1]
    crossed = [f"s:{key}" for key in _sentence_fired(view, view.sentence[right])]
    for place, words, pair in (
        ("lb", close, close[-2:]),
        ("fa", follow, follow[:2]),
        ("pb", ahead[1], ahead[1][-2:]),
        ("qa", behind[1], behind[1][:2]),
    ):
        both += [f"{place}{way}={word}" for word in words]
        crossed.append(f"{place}{way}*" + "|".join(pair))
    if len(whole) < 160:
        both += {f"w{way}={word}" for k in range(a + 1, b + 1) for word in _gap_words(view, k)}
    if inner:
        crossed += (f"next={inner[0].type}{way}", f"last={inner[-1].type}{way}")
    if view.column[head] or view.column[tail]:
        both += (f"colt={view.column[tail]}", f"cols={view.column[head]}>{view.column[tail]}")
        crossed.append(f"colh={view.column[head]}")
    label = _LABEL.search(text, max(0, mentions[view.group[right][0]].start - 14), mentions[view.group[right][0]].start)
    if label:
        both.append(f"label{way}={label.group(1)}")
    return _buckets(h.type, t.type, both, crossed)


def _ahead(view: View, mention: int) -> tuple[str, list[str]]:
    """The clause before the group of a mention (at most 25 characters) and its last three words."""
    key = ("ahead", view.group[mention][0])
    found = view.memo.get(key)
    if found is None:
        at = view.mentions[key[1]].start
        start = max(view.clause_start(at), at - 25)
        found = view.memo[key] = (view.text[start:at], view.words(start, at)[-3:])
    return found


def _behind(view: View, mention: int) -> tuple[str, list[str]]:
    """The clause behind the group of a mention (at most 25 characters) and its first four words."""
    key = ("behind", view.group[mention][1])
    found = view.memo.get(key)
    if found is None:
        at = view.mentions[key[1]].end
        end = min(view.clause_end(at), at + 25)
        if key[1] + 1 < len(view.mentions):
            end = min(end, max(at, view.mentions[key[1] + 1].start))
        found = view.memo[key] = (view.text[at:end], view.words(at, end)[:4])
    return found


def _gap_words(view: View, k: int) -> list[str]:
    key = ("gap", k)
    found = view.memo.get(key)
    if found is None:
        end = view.mentions[k].start
        found = view.memo[key] = view.words(end - len(view.gaps[k]), end)
    return found


def _sentence_fired(view: View, sentence: int) -> tuple[str, ...]:
    start, end = view.sentence_spans[sentence]
    return _fired(view.text[start:end])


class _Codes(dict[str, int]):
    """CRC-32 of strings, each computed once; emptied when it has grown large."""

    def __missing__(self, text: str) -> int:
        if len(self) > 400_000:
            self.clear()
        code = self[text] = zlib.crc32(text.encode("utf-8", "surrogatepass"))
        return code


_CODES = _Codes()
_MIX = np.uint64(2654435761)


def _buckets(head_type: str, tail_type: str, both: list[str], crossed: list[str]) -> NDArray[np.int64]:
    """Hashes features (Weinberger et al. 2009): the first alone and with the types, the second with the types only."""
    size = len(both)
    codes = np.empty(2 * size + len(crossed) + 3, np.uint64)
    codes[: size + len(crossed)] = [_CODES[text] for text in (*both, *crossed)]
    types = _CODES[f"{head_type}>{tail_type}"]
    codes[size + len(crossed) : -3] = codes[:size]
    with np.errstate(over="ignore"):
        codes[size:-3] = codes[size:-3] * _MIX + np.uint64(types)
    codes[-3:] = types, _CODES["h=" + head_type], _CODES["t=" + tail_type]
    return np.unique(codes % np.uint64(BUCKETS - 1)).astype(np.int64) + 1


_LABEL = re.compile(r"([\u4e00-\u9fff]{2,8})[：:]\s*$")
