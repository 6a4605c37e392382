"""What the answers return: frozen values, made of plain types, so that ``dataclasses.asdict`` gives their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")
Direction = Literal["out", "in", "both"]
StepStatus = Literal["stated", "inferred", "missing"]


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity by its identity and what to call it."""

    uid: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class EntityCard:
    """An entity with its own facts.

    Attributes:
        place: Region codes, province first.
        stage: Stage it fills: its own where it has one, else its type's, else ``""``.
        redirected_from: The uid that was asked for where it was merged into this one, else ``""``.
        others: Other entities that the name asked for could mean, best supported first.
    """

    uid: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    stage: str = ""
    description: str = ""
    record_id: str = ""
    authority: str = ""
    updated_at: str = ""
    degree: int = 0
    redirected_from: str = ""
    others: tuple[EntityRef, ...] = ()

    @property
    def ref(self) -> EntityRef:
        """The card's identity alone."""
        return EntityRef(self.uid, self.type, self.name)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list; ``cursor`` asks for the next one and is None on the last."""

    items: tuple[T, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that states something.

    Attributes:
        document: uid of the document; ``start`` and ``end`` are characters of its cleaned text, end exclusive.
        sentence: uid of the sentence.
        confidence: Of the reading of this sentence, from 0 to 1.
    """

    text: str
    document: str
    start: int
    end: int
    sentence: str
    title: str = ""
    source: str = ""
    published: str = ""
    confidence: float = 1.0
    status: str = "stated"


@dataclass(frozen=True, slots=True)
class RelationCard:
    """A relation without its sentences. ``head`` and ``tail`` are uids; dates are ``""`` where none is known."""

    uid: str
    type: str
    head: str
    tail: str
    status: str = "stated"
    confidence: float = 1.0
    support: int = 1
    first_seen: str = ""
    last_seen: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entity beside another; ``direction`` is ``out`` where the relation leads to it, else ``in``."""

    entity: EntityRef
    relation: RelationCard
    direction: Literal["out", "in"]


@dataclass(frozen=True, slots=True)
class MentionView:
    """One occurrence of an entity; ``start`` and ``end`` are characters of the document's text."""

    sentence: str
    text: str
    document: str
    start: int
    end: int
    surface: str
    confidence: float
    title: str = ""
    source: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class RelationEvidence:
    """A relation, its ends, and a page of the sentences that state it, newest document first."""

    relation: RelationCard
    head: EntityRef
    tail: EntityRef
    evidence: tuple[Evidence, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document by its uid and where it came from."""

    uid: str
    title: str
    source: str
    published: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one of two contradicting sentences says: ``entities`` are those that the other has something else for."""

    evidence: Evidence
    entities: tuple[EntityRef, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences that correspond, in a document and a version of it, and say different things.

    Attributes:
        type: Relation type; None where only what the sentences mention differs.
        entity: The end of the relation that both have in common, if there is a relation.
        differs: Which end differs, or ``mention``.
    """

    type: str | None
    entity: EntityRef | None
    differs: Literal["tail", "head", "mention"]
    first: Statement
    second: Statement


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with the entities it mentions, most often mentioned first, at most 100.

    ``primary`` is the uid of the document that it is a version of, or ``""``; ``sentences`` of a version are those that
    the primary lacks. At most 100 versions and 100 conflicts.
    """

    uid: str
    title: str
    source: str
    sources: tuple[str, ...]
    published: str
    kind: str
    text: str
    flags: tuple[str, ...]
    ingested_at: str
    sentences: int
    entities: tuple[EntityRef, ...]
    primary: str = ""
    versions: tuple[DocumentRef, ...] = ()
    conflicts: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence in its document, with what it mentions and states."""

    uid: str
    text: str
    document: str
    start: int
    end: int
    title: str
    source: str
    published: str
    mentions: tuple[tuple[EntityRef, int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result; ``how`` says what fits, ``matched`` is the name that does."""

    entity: EntityRef
    how: Literal["exact", "prefix", "initials", "text"]
    score: float
    matched: str = ""
    place: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One relation of a path, read from ``source`` to ``target``; ``direction`` says whether it points that way."""

    source: EntityRef
    target: EntityRef
    relation: RelationCard
    direction: Literal["out", "in"]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A path; ``cost`` is the sum of its steps' costs, ``score`` is 1 / (1 + cost)."""

    entities: tuple[EntityRef, ...]
    steps: tuple[PathStep, ...]
    cost: float
    score: float


@dataclass(frozen=True, slots=True)
class Paths:
    """The best paths, best first. ``truncated`` says that a hub's or the neighbourhood's cap left something out."""

    start: EntityRef
    end: EntityRef
    paths: tuple[Path, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Via:
    """How a step is reached: a relation type (``stated``), or SHARED_FIELD, RELATED_FIELD, SHARED_HOST (``inferred``).

    Attributes:
        confidence: Strength of the link, from 0 to 1.
        through: What stands between: the shared field or host, or the result passed on; None for a direct relation.
        relation: uid of the stated relation, else ``""``.
    """

    type: str
    status: Literal["stated", "planned", "inferred"]
    confidence: float
    through: EntityRef | None = None
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Enabler:
    """Who serves a step (a fund, transfer organisation, alliance, park …), and the relation that says so."""

    entity: EntityRef
    relation: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Filler:
    """An entity that could fill a missing stage.

    Attributes:
        near: ``region`` (within the region asked for), ``area`` (same cooperation area), or ``elsewhere``.
        fit: Field fit, from 0 to 1.
    """

    entity: EntityRef
    near: Literal["region", "area", "elsewhere"]
    fit: float
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One stage of a chain. A missing step has no entity, no via and no evidence, but may have fillers."""

    stage: str
    status: StepStatus
    entity: EntityRef | None = None
    via: Via | None = None
    evidence: tuple[Evidence, ...] = ()
    fillers: tuple[Filler, ...] = ()
    enablers: tuple[Enabler, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """A way along the stages; ``score`` (0 to 1) is the sum of ``parts``."""

    score: float
    parts: Mapping[str, float]
    steps: tuple[ChainStep, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stage that nobody covers, or covers only weakly, and who is nearest to filling it."""

    stage: str
    reason: str
    fillers: tuple[Filler, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """What a question was understood to start from.

    Attributes:
        kind: ``entity``, ``field``, ``region`` or ``text``.
        entity: The entity, where it is one.
        fields: Names of the fields it stands for.
        region: Name of the region, where it is one.
    """

    text: str
    kind: Literal["entity", "field", "region", "text"]
    entity: EntityRef | None = None
    fields: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Chains:
    """The best chains, different from one another, and the gaps they show."""

    start: Start
    chains: tuple[Chain, ...]
    gaps: tuple[Gap, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """One stage of a field in a region: how many entities, how strongly (0 to 1), and the strongest of them."""

    stage: str
    count: int
    strength: float
    entities: tuple[tuple[EntityRef, float], ...] = ()
    by_year: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a field has in a region and what it lacks, in the order of the stages."""

    field: str
    region: str
    coverage: tuple[Coverage, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapCell:
    """One field in one region: entities a stage."""

    field: str
    region: str
    counts: Mapping[str, int]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapMatrix:
    """All fields by all regions, row by row."""

    fields: tuple[str, ...]
    regions: tuple[str, ...]
    cells: tuple[GapCell, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change that would put an item first: which part, by how much, in words."""

    part: str
    needed: float
    text: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A candidate; ``score`` is the sum of ``parts``, each already weighted."""

    entity: EntityRef
    score: float
    parts: Mapping[str, float]
    path: tuple[PathStep, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Candidates, best first."""

    start: Start
    mode: str
    items: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """A demand to match. ``stage`` is the stage wanted; ``region`` a name; ``fields`` may be empty."""

    id: str
    text: str
    region: str = ""
    fields: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True)
class MatchItem:
    """A match; ``id`` is the record's own id (``""`` for entities that come from no record)."""

    uid: str
    id: str
    type: str
    name: str
    score: float
    parts: Mapping[str, float]
    path: tuple[PathStep, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The matches of one query, best first."""

    id: str
    results: tuple[MatchItem, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of what the graph holds; ``graph_version`` counts the loads that changed something."""

    graph_version: int
    entities: int
    relations: int
    documents: int
    sentences: int
    by_type: Mapping[str, int]
    by_relation: Mapping[str, int]
    by_stage: Mapping[str, int]
    by_region: Mapping[str, int]
    documents_by_kind: Mapping[str, int]


def plain(value: Any) -> Any:
    """An answer as plain JSON types: dicts, lists, strings, numbers, None."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
