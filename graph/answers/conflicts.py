"""Where versions of one document contradict one another. Nothing is decided: both sentences are kept and shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from graph.answers.limits import check_text
from graph.answers.reference import Reference
from graph.answers.values import Contradiction, EntityRef, Evidence, Statement
from graph.errors import NotFound
from graph.model import normalise_name
from graph.ontology import Ontology
from graph.queries import entities as entity_queries
from graph.queries import versions as queries
from graph.queries.versions import Member, Stated, Told
from graph.store.query import Plan

Side = Literal["tail", "head"]
Fact = tuple[str, Side, EntityRef, EntityRef]  # relation type, which end differs, the common end, the other end

CORRESPOND = 0.8  # share of characters in common, in order, twice their number over the sum of both lengths
_MOST = 100
_LOOKED_AT = 3


def conflicts(uid: str, *, reference: Reference | None = None) -> Plan[tuple[Contradiction, ...]]:
    """Contradictions between a document and its versions, in the order of the texts, at most 100.

    Two sentences correspond if they have 0.8 of their characters in common. They contradict one another if they state a
    relation of one type with one end in common and each has an other end that the other sentence does not name, or,
    without a relation, if each mentions an entity of one type that the other does not name. For a version only those
    that it takes part in.

    Raises:
        NotFound: No such document.
    """
    ontology = (reference or Reference.load()).ontology
    members: tuple[Member, ...] = yield queries.family(uid=check_text("uid", uid), limit=_MOST)
    if not members:
        raise NotFound(f"There is no document {uid!r}.")
    if len(members) == 1:
        return ()
    documents = [member.uid for member in members]
    told: tuple[Told, ...] = yield queries.sentences(uids=documents)
    facts: dict[str, list[Fact]] = defaultdict(list)
    for kind, uids in _by_type(members, ontology):
        stated = yield queries.relations(uids=uids, documents=documents, relation_type=kind)
        for relation in stated:
            _note(relation, ontology, facts)
    found = [
        (one.uid, other.uid, difference)
        for one, other in _corresponding(told, documents)
        if uid in (documents[0], one.document, other.document)
        for difference in _differences(one, other, facts)
    ][:_MOST]
    evidence: Mapping[str, Evidence] = {}
    if found:
        evidence = yield entity_queries.sentences(uids=sorted({at for one, other, _ in found for at in (one, other)}))
    return tuple(
        Contradiction(kind, common, side, Statement(evidence[one], ours), Statement(evidence[other], theirs))
        for one, other, (kind, common, side, ours, theirs) in found
        if one in evidence and other in evidence
    )


def _by_type(members: Iterable[Member], ontology: Ontology) -> list[tuple[str, list[str]]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for member in members:
        for uid in member.relations:
            groups[uid.rpartition("-")[0]].add(uid)
    return [(kind, sorted(groups[kind])) for kind in sorted(groups) if kind in ontology.relation_types]


def _note(relation: Stated, ontology: Ontology, facts: dict[str, list[Fact]]) -> None:
    """Notes a relation at its sentences, once from each end; the ends of a symmetric one are alike."""
    symmetric = ontology.relation_types[relation.type].symmetric
    for sentence in relation.evidence:
        facts[sentence].append((relation.type, "tail", relation.head, relation.tail))
        facts[sentence].append((relation.type, "tail" if symmetric else "head", relation.tail, relation.head))


def _corresponding(told: Sequence[Told], documents: Sequence[str]) -> Iterator[tuple[Told, Told]]:
    """Each sentence of a version with the most similar one of the first document before it that has one."""
    texts = {document: [sentence for sentence in told if sentence.document == document] for document in documents}
    indexes: list[tuple[list[Told], dict[str, set[int]]]] = []
    for document in documents:
        own = texts[document]
        for sentence in own:
            for others, index in indexes:
                best = _most_similar(sentence.text, others, index)
                if best is not None:
                    yield best, sentence
                    break
        indexes.append((own, _index(own)))


def _index(sentences: Sequence[Told]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for number, sentence in enumerate(sentences):
        for pair in _pairs(sentence.text):
            index[pair].add(number)
    return index


def _pairs(text: str) -> set[str]:
    return {first + second for first, second in pairwise(text)}


def _most_similar(text: str, others: Sequence[Told], index: Mapping[str, set[int]]) -> Told | None:
    # Comparing costs the product of the lengths: only those that share the most pairs of characters are compared.
    shared = Counter(number for pair in _pairs(text) for number in index.get(pair, ()))
    likely = sorted(shared, key=lambda number: (-shared[number], number))[:_LOOKED_AT]
    scored = [(SequenceMatcher(None, text, others[n].text, autojunk=False).ratio(), -n) for n in likely]
    score, negative = max(scored, default=(0.0, 0))
    return others[-negative] if score >= CORRESPOND else None


Difference = tuple[
    str | None, EntityRef | None, Literal["tail", "head", "mention"], tuple[EntityRef, ...], tuple[EntityRef, ...]
]


def _differences(one: Told, other: Told, facts: Mapping[str, Sequence[Fact]]) -> Iterator[Difference]:
    """What two corresponding sentences say differently; relations first, then mentions that no relation accounts for."""
    ours, theirs = _grouped(facts.get(one.uid, ())), _grouped(facts.get(other.uid, ()))
    told: set[str] = set()
    for key in ours:
        if key not in theirs:
            continue
        mine, yours = _only(ours[key], theirs[key], one, other), _only(theirs[key], ours[key], other, one)
        if mine and yours:
            kind, side, _ = key
            common = next(fact[2] for fact in facts[one.uid] if _key(fact) == key)
            told.update(entity.uid for entity in (*mine, *yours))
            yield kind, common, side, mine, yours
    for kind in sorted({entity.type for entity, _ in one.mentions}):
        own = [entity for entity, _ in one.mentions if entity.type == kind]
        opposite = [entity for entity, _ in other.mentions if entity.type == kind]
        mine, yours = _only(own, opposite, one, other), _only(opposite, own, other, one)
        if mine and yours and not told & {entity.uid for entity in (*mine, *yours)}:
            yield None, None, "mention", mine, yours


def _name(entity: EntityRef) -> tuple[str, str]:
    """Type and name: a number or a sum is another entity in each document."""
    return entity.type, normalise_name(entity.name)


def _key(fact: Fact) -> tuple[str, Side, tuple[str, str]]:
    kind, side, common, _ = fact
    return kind, side, _name(common)


def _grouped(facts: Iterable[Fact]) -> dict[tuple[str, Side, tuple[str, str]], list[EntityRef]]:
    groups: dict[tuple[str, Side, tuple[str, str]], list[EntityRef]] = defaultdict(list)
    for fact in facts:
        groups[_key(fact)].append(fact[3])
    return groups


def _only(own: Iterable[EntityRef], others: Iterable[EntityRef], here: Told, there: Told) -> tuple[EntityRef, ...]:
    """Entities of one sentence that the other one has neither as an end nor anywhere in its words.

    What stands in both texts and was read in one only is no contradiction.
    """
    known = {_name(entity) for entity in others}
    surfaces: dict[str, set[str]] = defaultdict(set)
    for entity, surface in here.mentions:
        surfaces[entity.uid].add(surface)
    kept = {
        _name(entity): entity
        for entity in own
        if _name(entity) not in known
        and not any(name and name in there.text for name in surfaces[entity.uid] or {entity.name})
    }
    return tuple(kept.values())
