"""Links between candidates: stated before inferred, specific before broad."""

from __future__ import annotations

import pytest

from graph.answers.roles import roles_of
from graph.answers.ties import HANDED_ON, PLANNED, Candidate, Weigher, add_link, add_own_fields, specificity
from graph.answers.values import EntityCard, RelationCard
from graph.fields import Fields
from graph.ontology import load_ontology
from graph.queries.rows import Link

ROLES = roles_of(load_ontology())
FIELDS = Fields.load()
WEIGHER = Weigher(FIELDS, 1000, {"人工智能": 400, "质子交换膜": 3})


def candidate(uid: str, kind: str = "Firm", name: str = "某公司", fields: tuple[str, ...] = ()) -> Candidate:
    """A candidate with the fields of its record."""
    made = Candidate(EntityCard(uid, kind, name, fields=fields), "industrialization")
    add_own_fields(made, FIELDS)
    return made


def tie(
    one: Candidate, kind: str, other: EntityCard, confidence: float = 0.8, status: str = "stated", degree: int = 3
) -> None:
    """Gives a candidate a relation."""
    relation = RelationCard(f"{kind}-{one.card.uid}-{other.uid}", kind, one.card.uid, other.uid, status, confidence)
    add_link(one, Link(one.card.uid, other, degree, relation, ("d/0",)), ROLES, FIELDS)


def test_sharing_a_specific_field_says_more_than_sharing_a_broad_one() -> None:
    specific = WEIGHER.joint(candidate("a", fields=("质子交换膜",)), candidate("b", fields=("PEM",)))
    broad = WEIGHER.joint(candidate("a", fields=("人工智能",)), candidate("b", fields=("人工智能",)))
    assert specific is not None
    assert broad is not None
    assert specific.strength > 4 * broad.strength
    assert (specific.via.type, specific.via.status, specific.stated) == ("SHARED_FIELD", "inferred", False)


def test_a_direct_relation_beats_a_shared_field() -> None:
    one, other = candidate("a", fields=("质子交换膜",)), candidate("b", fields=("质子交换膜",))
    tie(one, "COOPERATES_WITH", other.card, 0.1)
    joint = WEIGHER.joint(one, other)
    assert joint is not None
    assert joint.stated
    assert joint.strength == 0.1
    assert WEIGHER.joint(other, one) == joint


def test_a_planned_relation_counts_less() -> None:
    one, other = candidate("a"), candidate("b")
    tie(one, "COOPERATES_WITH", other.card, 0.8, "planned")
    joint = WEIGHER.joint(one, other)
    assert joint is not None
    assert joint.strength == pytest.approx(0.8 * PLANNED)
    assert joint.via.status == "planned"


def test_a_result_hands_on() -> None:
    one, other = candidate("a", "ConceptVerificationCenter"), candidate("b", "PilotBase")
    result = EntityCard("r", "Achievement", "某成果")
    tie(one, "VERIFIED_AT", result, 0.5)
    tie(other, "PILOTED_AT", result, 0.8)
    joint = WEIGHER.joint(one, other)
    assert joint is not None
    assert joint.stated
    assert joint.strength == pytest.approx(HANDED_ON * 0.5 * 0.8)
    assert (joint.via.type, joint.via.through) == ("PILOTED_AT", result.ref)
    assert len(joint.links) == 2


def test_a_hub_of_results_hands_nothing_on() -> None:
    one, other = candidate("a"), candidate("b")
    project = EntityCard("r", "Project", "大科学计划")
    tie(one, "PART_OF", project, degree=500)
    tie(other, "PART_OF", project, degree=500)
    assert WEIGHER.joint(one, other) is None


def test_a_shared_host_is_weighed_by_how_few_share_it() -> None:
    host = EntityCard("u", "University", "某大学")
    joints = []
    for degree in (3, 900):
        one, other = candidate("a"), candidate("b")
        tie(one, "HOSTED_BY", host, degree=degree)
        tie(other, "HOSTED_BY", host, degree=degree)
        joints.append(WEIGHER.joint(one, other))
    near, far = joints
    assert near is not None
    assert far is not None
    assert near.via.type == far.via.type == "SHARED_HOST"
    assert near.strength > 10 * far.strength


def test_stated_only_infers_nothing() -> None:
    strict = Weigher(FIELDS, 1000, {}, stated_only=True)
    assert strict.joint(candidate("a", fields=("氢能",)), candidate("b", fields=("氢能",))) is None


def test_strangers_have_no_link() -> None:
    assert WEIGHER.joint(candidate("a", fields=("氢能",)), candidate("b", fields=("人工智能",))) is None


@pytest.mark.parametrize(("degree", "size", "value"), [(0, 100, 1.0), (100, 100, 0.0), (1000, 100, 0.0), (5, 1, 1.0)])
def test_specificity_ends(degree: int, size: int, value: float) -> None:
    assert specificity(degree, size) == pytest.approx(value)
