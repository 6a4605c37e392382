"""Candidate pairs of entities and what is known of each: the features of the relation classifier.

A pair is a head and a tail entity of types that some relation may join, seen through its nearest mention pairs. Features
are hashed; they describe the types, the distance, the text between the two (with coordinated groups and
mentions collapsed), what leads into and follows each group, the triggers around, table columns and carried subjects.
"""

from __future__ import annotations

import csv
import functools
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import ahocorasick
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from etl.nlp.view import View
from graph.ontology import Ontology

BUCKETS = 1 << 16
FEATURES = 2  # number of this set of features; weights fitted on another are refused
_DISTANCES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 150, 300)
_FAR_HEADS = {"Policy", "Park", "Fund", "Project", "GovernmentBody", "PilotBase", "ConceptVerificationCenter"}
MOST_SENTENCES = 3

# A mention pair: head and tail, numbers of mentions of the view.
Place = tuple[int, int]
Codes = NDArray[np.uint64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A head and a tail entity (canonical name and types) and their mention pairs (indices into the view)."""

    head: str
    tail: str
    relations: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def both(self) -> tuple[Place, Place]:
        """Its two mention pairs; a lone one stands twice."""
        return self.places[0], self.places[-1]


@functools.cache
def _triggers() -> tuple[tuple[str, ...], ahocorasick.Automaton, tuple[tuple[int, re.Pattern[str]], ...]]:
    """Keys of etl/lexicon/triggers.csv; an automaton over what is searched literally; what is left, as patterns by key."""
    content = resources.files("etl").joinpath("lexicon/triggers.csv").read_text("utf-8")
    rows = list(csv.DictReader(content.splitlines()))
    words: dict[str, list[int]] = {}
    rest: list[tuple[int, re.Pattern[str]]] = []
    for number, row in enumerate(rows):
        patterns = []
        for alternative in [row["pattern"]] if "(" in row["pattern"] else row["pattern"].split("|"):
            if re.fullmatch(r"[\w ]+", alternative):
                words.setdefault(alternative.lower(), []).append(number)
            else:
                patterns.append(alternative)
        if patterns:
            rest.append((number, re.compile("|".join(patterns), re.I)))
    automaton = ahocorasick.Automaton()
    for word, numbers in words.items():
        automaton.add_word(word, tuple(numbers))
    automaton.make_automaton()
    return tuple(row["key"] for row in rows), automaton, tuple(rest)


@functools.lru_cache(maxsize=20_000)
def _fired(text: str) -> tuple[str, ...]:
    """Keys of the triggers in a text, in the order of the file."""
    keys, automaton, rest = _triggers()
    found = {number for _, numbers in automaton.iter(text.lower()) for number in numbers}
    found.update(number for number, pattern in rest if pattern.search(text))
    return tuple(keys[number] for number in sorted(found))


def candidates(view: View, ontology: Ontology) -> Iterator[Pair]:
    """Pairs worth asking about, in order of their heads' first mention."""
    places: dict[tuple[str, str], list[int]] = {}
    for number, mention in enumerate(view.mentions):
        places.setdefault((mention.name, mention.type), []).append(number)
    types = {entity_type for _, entity_type in places}
    between = {(head, tail): ontology.relations_between(head, tail) for head in types for tail in types}
    ranks = np.unique(view.sentence, return_inverse=True)[1].tolist()
    for (head, head_type), heads in places.items():
        for (tail, tail_type), tails in places.items():
            relations = between[head_type, tail_type]
            if relations and head != tail and (near := _nearest(view, ranks, heads, tails)):
                yield Pair(head, tail, relations, near)


def _nearest(view: View, ranks: list[int], heads: list[int], tails: list[int]) -> tuple[Place, ...]:
    """The nearest mention pair and, if it is as near in sentences, the next; none if all are too far apart.

    Only sentences with mentions count (``ranks``): what stands between on a wordy page takes nothing from a relation.
    """
    mentions = view.mentions
    near: tuple[Place, ...]
    if len(heads) == len(tails) == 1:
        near = ((heads[0], tails[0]),)
        gap = abs(ranks[heads[0]] - ranks[tails[0]])
    else:
        ranked = sorted(
            (abs(ranks[h] - ranks[t]), abs(mentions[h].start - mentions[t].start), h, t) for h in heads for t in tails
        )
        gap = ranked[0][0]
        near = tuple((h, t) for g, _, h, t in ranked[:2] if g <= gap)
    if gap > MOST_SENTENCES and (mentions[heads[0]].type not in _FAR_HEADS or heads[0] >= 4):
        return ()
    return near


def features(view: View, places: Sequence[Place]) -> sparse.csr_array:
    """Which features each mention pair has: places x BUCKETS, ones; column 0 stays empty.

    A feature is a hash of what it says (Weinberger et al. 2009); most count alone and with the types of the pair, some with the
    types only.
    """
    known = _known(view)
    head, tail = np.array(places, np.int64).reshape(-1, 2).T
    rows = np.arange(len(head))
    left, right = np.minimum(head, tail), np.maximum(head, tail)
    way = np.where(head < tail, _code("f"), _code("b"))
    same_group = known.group[left, 0] == known.group[right, 0]
    a = np.where(same_group, left, known.group[left, 1])
    b = np.where(same_group, right, known.group[right, 0])
    inner = known.passed[right] - known.passed[left + 1]
    same_head, same_tail = inner[rows, known.type[head]], inner[rows, known.type[tail]]
    apart = right - left - 1
    lead = known.lead[head] * 4 + known.lead[tail]
    plain = (  # name, value
        ("heads", np.minimum(same_head, 3)),
        ("tails", np.minimum(same_tail, 3)),
        ("line", np.minimum(abs(known.line[head] - known.line[tail]), 3)),
        ("lead", lead),
        ("first", np.minimum(head, 4)),
        ("num", known.numbered[head] * 2 + known.numbered[tail]),
        ("group", same_group),
        ("en", np.full(len(head), view.english)),
    )
    directed = (  # the same, told apart by which of the two comes first
        ("gap", np.minimum(abs(known.sentence[head] - known.sentence[tail]), 4)),
        ("dist", np.searchsorted(_DISTANCES, known.start[right] - known.end[left], "right")),
        ("between", np.minimum(apart, 6)),
        ("heads,tails", np.minimum(same_head, 2) * 3 + np.minimum(same_tail, 2)),
    )
    both = [(_mix(_code(name), value.astype(np.uint64)), rows) for name, value in plain]
    both += [(_mix(_mix(_code(name), value.astype(np.uint64)), way), rows) for name, value in directed]
    crossed: list[tuple[Codes, Rows]] = []
    # What stands between the two groups, beside them and around them.
    stretches, stretch = np.unique(a * len(known.type) + b, return_inverse=True)
    between = [_between_groups(view, *divmod(int(key), len(known.type))) for key in stretches]
    shown = np.array([code for code, _ in between], np.uint64)[stretch]
    both.append((shown[shown > 0], rows[shown > 0]))
    for bags, index in (
        (_Bags([bag for _, bag in between]), stretch),
        (known.left, left),
        (known.right, right),
        (known.before, b),
        (known.after, a),
    ):
        codes, of = bags.take(index)
        both.append((_mix(codes, way[of]), of))
    for bags, index in ((known.left_pair, left), (known.right_pair, right), (known.before_pair, b)):
        codes, of = bags.take(index)
        crossed.append((_mix(codes, way[of]), of))
    crossed.append(known.of_sentence.take(known.sentence[right]))
    full = np.flatnonzero(apart)
    for name, at in (("next", left + 1), ("last", right - 1)):
        crossed.append((_mix(_mix(_code(name), known.code[at[full]]), way[full]), full))
    cells = np.flatnonzero((known.column[head] > 0) | (known.column[tail] > 0))
    over_head, over_tail = known.column[head[cells]], known.column[tail[cells]]
    both.append((_mix(_code("colt"), over_tail), cells))
    both.append((_mix(_mix(_code("cols"), over_head), over_tail), cells))
    crossed.append((_mix(_code("colh"), over_head), cells))
    types = _mix(known.code[head], known.code[tail])
    codes, of = (np.concatenate(part) for part in zip(*both, strict=True))
    more, of_more = (np.concatenate(part) for part in zip(*crossed, strict=True))
    ends = (types, _mix(_code("h"), known.code[head]), _mix(_code("t"), known.code[tail]))
    found = np.concatenate((codes, _mix(codes, types[of]), _mix(more, types[of_more]), *ends))
    columns = (found >> np.uint64(32)) % np.uint64(BUCKETS - 1) + np.uint64(1)
    where = np.concatenate((of, of, of_more, rows, rows, rows))
    matrix = sparse.csr_array(
        (np.ones(len(where), np.float32), (where, columns.astype(np.int64))), shape=(len(head), BUCKETS)
    )
    matrix.data[:] = 1  # a feature that stands twice counts once
    return matrix


class _Bags:
    """Bags of codes, any number of codes in each."""

    def __init__(self, bags: Sequence[Sequence[int]]) -> None:
        self._flat = np.fromiter((code for bag in bags for code in bag), np.uint64)
        self._size = np.array([len(bag) for bag in bags], np.int64)
        self._start = np.cumsum(self._size) - self._size

    def take(self, index: Rows) -> tuple[Codes, Rows]:
        """The codes of the bags at ``index``, and for each the place in ``index`` that it comes from."""
        size = self._size[index]
        of = np.repeat(np.arange(len(index)), size)
        within = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
        return self._flat[self._start[index][of] + within], of


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the mentions of a view, row by row.

    Attributes:
        type, code: The type as a number and as a code.
        group: First and last mention of the coordinated group.
        lead: 2 if it leads its line, and 1 if its sentence.
        column: Code of the heading of its table column; 0 without.
        passed: mentions + 1 x types: how many of each type stand before.
        left, right, before, after: Bags of what surrounds a mention that is the left or right one of a pair, that ends the
            stretch between the two or begins it; the last has one bag more.
    """

    type: Rows
    code: Codes
    start: Rows
    end: Rows
    sentence: Rows
    line: Rows
    group: Rows
    lead: Rows
    numbered: Rows
    column: Codes
    passed: Rows
    left: _Bags
    left_pair: _Bags
    right: _Bags
    right_pair: _Bags
    before: _Bags
    before_pair: _Bags
    after: _Bags
    of_sentence: _Bags


def _known(view: View) -> _Known:
    found: _Known | None = view.memo.get(("known", 0))
    if found is not None:
        return found
    mentions, count = view.mentions, len(view.mentions)
    numbers = {name: number for number, name in enumerate(sorted({m.type for m in mentions}))}
    kinds = np.array([numbers[m.type] for m in mentions], np.int64)
    passed = np.zeros((count + 1, len(numbers)), np.int64)
    passed[1:][np.arange(count), kinds] = 1
    left, left_pair, right, right_pair, before, before_pair = [], [], [], [], [], []
    for k, m in enumerate(mentions):
        ahead, behind = _ahead(view, k), _behind(view, k)
        label = _LABEL.search(
            view.text, max(0, mentions[view.group[k][0]].start - 14), mentions[view.group[k][0]].start
        )
        close = view.words(max(m.start - len(view.gaps[k]), m.start - 16, 0), m.start)[-4:]
        left.append([*_fired_codes("p", ahead[0]), *_word_codes("pb", ahead[1]), *_word_codes("fa", behind[1])])
        left_pair.append([_code("pb*" + "|".join(ahead[1][-2:])), _code("fa*" + "|".join(behind[1][:2]))])
        right.append(
            [
                *_fired_codes("q", behind[0], together=True),
                *_word_codes("qa", behind[1]),
                *([_code("label=" + label[1])] if label else []),
            ]
        )
        right_pair.append([_code("qa*" + "|".join(behind[1][:2]))])
        before.append([*_fired_codes("L", view.gaps[k][-40:], together=True), *_word_codes("lb", close)])
        before_pair.append([_code("lb*" + "|".join(close[-2:]))])
    known = view.memo["known", 0] = _Known(
        type=kinds,
        code=np.array([_code(m.type) for m in mentions], np.uint64),
        start=np.array([m.start for m in mentions], np.int64),
        end=np.array([m.end for m in mentions], np.int64),
        sentence=np.array(view.sentence, np.int64),
        line=np.array(view.line, np.int64),
        group=np.array(view.group, np.int64),
        lead=np.array(view.leading, np.int64) * 2 + np.array(view.opening, np.int64),
        numbered=np.array(view.numbered, np.int64),
        column=np.array([_code("col=" + name) if name else 0 for name in view.column], np.uint64),
        passed=passed.cumsum(0),
        left=_Bags(left),
        left_pair=_Bags(left_pair),
        right=_Bags(right),
        right_pair=_Bags(right_pair),
        before=_Bags(before),
        before_pair=_Bags(before_pair),
        after=_Bags([_fired_codes("F", gap[:40]) for gap in view.gaps[1:]]),
        of_sentence=_Bags([_fired_codes("s", view.text[a:b]) for a, b in view.sentence_spans]),
    )
    return known


def _between_groups(view: View, a: int, b: int) -> tuple[int, list[int]]:
    """Of the stretch from mention a to mention b: the code of how it reads (0 if it is long), and its words and triggers.

    Other mentions in it are shown by their types alone.
    """
    mentions = view.mentions
    if view.group[a] == view.group[b]:
        shown = "".join(view.gaps[a + 1 : b + 1])[:12]
        code = _code("same=" + shown)
    else:
        parts = [view.gaps[a + 1]]
        for k in range(a + 1, b):
            parts += (f"<{mentions[k].type}>", view.gaps[k + 1])
        shown = "".join(parts)
        code = _code("c=" + shown) if len(shown) <= 40 else 0
    whole = shown if len(shown) <= 160 else shown[:60] + "…" + shown[-90:]
    bag = list(_fired_codes("B", whole))
    if a < b:
        clause = max(mentions[a].end, _clause(view, b))
        bag += _fired_codes("C", view.text[clause : mentions[b].start], together=True)
    if len(whole) < 160:
        for k in range(a + 1, b + 1):
            bag += _gap_words(view, k)
    return code, bag


def _clause(view: View, mention: int) -> int:
    """Where the clause begins that the mention stands in."""
    found: int | None = view.memo.get(("clause", mention))
    if found is None:
        found = view.memo["clause", mention] = view.clause_start(view.mentions[mention].start)
    return found


def _ahead(view: View, mention: int) -> tuple[str, list[str]]:
    """The clause before the group of a mention (at most 25 characters) and its last three words."""
    first = view.group[mention][0]
    found = view.memo.get(("ahead", first))
    if found is None:
        at = view.mentions[first].start
        start = max(_clause(view, first), at - 25)
        found = view.memo["ahead", first] = (view.text[start:at], view.words(start, at)[-3:])
    return found


def _behind(view: View, mention: int) -> tuple[str, list[str]]:
    """The clause behind the group of a mention (at most 25 characters) and its first four words."""
    last = view.group[mention][1]
    found = view.memo.get(("behind", last))
    if found is None:
        at = view.mentions[last].end
        end = min(view.clause_end(at), at + 25)
        if last + 1 < len(view.mentions):
            end = min(end, max(at, view.mentions[last + 1].start))
        found = view.memo["behind", last] = (view.text[at:end], view.words(at, end)[:4])
    return found


def _gap_words(view: View, k: int) -> list[int]:
    """Codes of the words of the gap before mention k."""
    found: list[int] | None = view.memo.get(("gap", k))
    if found is None:
        end = view.mentions[k].start
        found = view.memo["gap", k] = _word_codes("w", view.words(end - len(view.gaps[k]), end))
    return found


@functools.lru_cache(maxsize=40_000)
def _fired_codes(place: str, text: str, together: bool = False) -> tuple[int, ...]:
    """Codes of the triggers in a stretch of text; ``together`` adds one for the first three at once."""
    fired = _fired(text)
    codes = [_code(f"{place}:{key}") for key in fired]
    if together and len(fired) > 1:
        codes.append(_code(f"{place}:{'+'.join(fired[:3])}"))
    return tuple(codes)


def _word_codes(place: str, words: Sequence[str]) -> list[int]:
    return [_code(f"{place}={word}") for word in words]


@functools.lru_cache(maxsize=400_000)
def _code(text: str) -> int:
    """A code of 64 bits, the same on every machine."""
    data = text.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) << 32 | zlib.crc32(data, 1)


def _mix(one: Codes | int, other: Codes | int) -> Codes:
    """Codes of two things together; the order matters."""
    with np.errstate(over="ignore"):
        mixed = (np.asarray(one, np.uint64) * _ODD) ^ np.asarray(other, np.uint64)
        return np.asarray((mixed ^ (mixed >> np.uint64(29))) * _ODD, np.uint64)


_ODD = np.uint64(0x9E3779B97F4A7C15)
_LABEL = re.compile(r"([\u4e00-\u9fff]{2,8})[：:]\s*$")
