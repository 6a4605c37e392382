import pytest

from etl.nlp.extraction import Extraction
from etl.nlp.gazetteer import load_gazetteer
from etl.nlp.relations import FoundRelation
from etl.nlp.view import SpanMention
from etl.resolve import Resolver, content_hash, document_uid
from graph.geography import Geography
from graph.model import Document, entity_uid
from graph.ontology import load_ontology

TEXT = "清华大学在保定市建设椰岛中试基地。椰岛工艺在该基地完成中试，提高40%以上。"


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(load_ontology(), load_gazetteer(), Geography.load())


def mention(name: str, entity_type: str) -> SpanMention:
    start = TEXT.index(name)
    return SpanMention(start, start + len(name), entity_type, name, 0.9)


@pytest.fixture
def extraction() -> Extraction:
    first, second = (0, TEXT.index("。") + 1), (TEXT.index("。") + 1, len(TEXT))
    relations = (
        FoundRelation("清华大学", "University", "BUILDS", "椰岛中试基地", "PilotBase", (first,), 0.8, "stated"),
        FoundRelation("椰岛中试基地", "PilotBase", "LOCATED_IN", "保定市", "Region", (first,), 0.7, "stated"),
        FoundRelation(
            "椰岛工艺", "Achievement", "PILOTED_AT", "椰岛中试基地", "PilotBase", (first, second), 0.6, "stated"
        ),
    )
    mentions = (
        mention("清华大学", "University"),
        mention("保定市", "Region"),
        mention("椰岛中试基地", "PilotBase"),
        mention("椰岛工艺", "Achievement"),
        mention("40%以上", "Target"),
    )
    return Extraction(TEXT, mentions, {}, relations, (first, second))


def test_facts_carry_places_stages_authorities_and_evidence(resolver: Resolver, extraction: Extraction) -> None:
    facts = resolver.facts(Document("d1", "h", TEXT), extraction)
    by_name = {entity.name: entity for entity in facts.entities}
    assert by_name["椰岛中试基地"].properties["place"] == ("130000", "130600")
    assert by_name["椰岛工艺"].properties["stage"] == "pilot"
    assert by_name["清华大学"].properties["authority"].startswith("moe:")
    piloted = next(r for r in facts.relations if r.type == "PILOTED_AT")
    assert piloted.evidence == ("d1/0", "d1/1")
    assert "".join(s.text for s in facts.sentences) == TEXT
    assert {m.sentence for m in facts.mentions} == {"d1/0", "d1/1"}


def test_numbers_belong_to_their_document_and_names_to_all(resolver: Resolver, extraction: Extraction) -> None:
    one, two = (resolver.facts(Document(uid, "h", TEXT), extraction) for uid in ("d1", "d2"))
    shared = {entity.uid for entity in one.entities} & {entity.uid for entity in two.entities}
    assert entity_uid("University", "清华大学") in shared
    assert {entity.type for entity in one.entities if entity.uid not in shared} == {"Target"}


def test_a_short_form_of_one_authority_leads_to_its_full_name(resolver: Resolver) -> None:
    entity = resolver.entity("University", "北航", (), "d")
    assert (entity.name, entity.aliases) == ("北京航空航天大学", ("北航",))
    assert resolver.entity("University", "东大", (), "d").name == "东大"


def test_symmetric_relations_have_one_uid(resolver: Resolver) -> None:
    assert resolver.relation_uid("b", "COOPERATES_WITH", "a") == resolver.relation_uid("a", "COOPERATES_WITH", "b")
    assert resolver.relation_uid("b", "PART_OF", "a") != resolver.relation_uid("a", "PART_OF", "b")


def test_the_hash_changes_with_text_and_metadata_and_ids_become_safe() -> None:
    assert content_hash("a", title="t") != content_hash("a", title="u")
    assert content_hash("a") != content_hash("b")
    assert content_hash("\ud800") == content_hash("\ud800")
    assert document_uid("notice-1") == "notice-1"
    assert document_uid("公告 1/2").startswith("doc-")
