"""Versions: a document that repeats another one counts with it, and adds only the sentences that the other lacks.

The document that came first is the *primary*. What a version does not add is kept packed at its node, so that it can
stand alone again when its primary is withdrawn or changes.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace

from etl.clean.duplicates import THRESHOLD, bands, significant, similarity
from graph.model import Document, DocumentFacts, Entity, Mention, Relation, Sentence
from graph.queries import load as queries
from graph.queries.load import Primary
from graph.store.query import Plan


def find_primary(document: Document) -> Plan[Primary | None]:
    """The primary that a document repeats, most similar first, then by uid; None if it stands alone.

    The document joins its bands first, which locks them: a similar document that loads at the same time waits until this
    transaction ends and then finds what it wrote, unless the two share no band (1 in 100 at the threshold). Records are
    never versions.
    """
    if document.kind != "document" or not document.fingerprint:
        return None
    keys = bands(document.fingerprint)
    yield queries.join_bands(document.uid, keys)
    found = yield queries.candidates(document.uid, keys)
    ranked = sorted((-similarity(document.fingerprint, other), uid) for uid, other in found)
    for negative, uid in ranked:
        if -negative < THRESHOLD:
            return None
        primary: Primary | None = yield queries.lock_primary(uid)
        if primary is not None:
            return primary
    return None


def without_repeats(facts: DocumentFacts, repeated: Iterable[str]) -> DocumentFacts:
    """The facts that rest on sentences whose significant characters are those of none of the ``repeated`` texts."""
    known = {significant(text) for text in repeated}
    sentences = tuple(s for s in facts.sentences if significant(s.text) not in known)
    kept = {s.uid for s in sentences}
    mentions = tuple(m for m in facts.mentions if m.sentence in kept)
    relations = tuple(
        replace(r, evidence=tuple(uid for uid in r.evidence if uid in kept))
        for r in facts.relations
        if kept & set(r.evidence)
    )
    wanted = {m.entity for m in mentions} | {r.head for r in relations} | {r.tail for r in relations}
    entities = tuple(e for e in facts.entities if e.uid in wanted)
    return DocumentFacts(facts.document, sentences, entities, mentions, relations)


def pack(facts: DocumentFacts) -> str:
    """Facts as text for one property; :func:`unpack` reads it."""
    data = json.dumps(asdict(facts), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return base64.b64encode(zlib.compress(data)).decode("ascii")


def unpack(packed: str) -> DocumentFacts:
    """The facts that were packed; sequences within properties come back as lists."""
    value = json.loads(zlib.decompress(base64.b64decode(packed)).decode("utf-8", "surrogatepass"))
    document = value["document"]
    return DocumentFacts(
        Document(**document | {"flags": tuple(document["flags"])}),
        tuple(Sentence(**s) for s in value["sentences"]),
        tuple(Entity(**e | {"aliases": tuple(e["aliases"])}) for e in value["entities"]),
        tuple(Mention(**m) for m in value["mentions"]),
        tuple(Relation(**r | {"evidence": tuple(r["evidence"])}) for r in value["relations"]),
    )
