import pytest

from etl.nlp.gazetteer import load_gazetteer
from etl.records import guess_type, record_facts
from etl.resolve import Resolver
from etl.sources import RawRecord
from graph.geography import Geography
from graph.ontology import load_ontology


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(load_ontology(), load_gazetteer(), Geography.load())


def test_a_row_becomes_an_entity_with_relations_and_a_sentence_that_states_them(resolver: Resolver) -> None:
    record = RawRecord(
        "R1",
        "PilotBase",
        "椰岛中试基地",
        host="海南大学",
        region="海口市",
        fields=("氢能", "膜材料"),
        text="提供试制。",
        date="2025-03",
        source="list.csv",
        row=2,
    )
    facts = record_facts(record, load_ontology(), resolver)
    names = {entity.uid: entity.name for entity in facts.entities}
    stated = {(names[r.head], r.type, names[r.tail]) for r in facts.relations}
    assert stated == {
        ("椰岛中试基地", "HOSTED_BY", "海南大学"),
        ("椰岛中试基地", "LOCATED_IN", "海口市"),
        ("椰岛中试基地", "FOCUSES_ON", "氢能"),
        ("椰岛中试基地", "FOCUSES_ON", "膜材料"),
    }
    (sentence,) = facts.sentences
    assert all(sentence.text[m.start : m.end] == m.surface for m in facts.mentions)
    main = next(entity for entity in facts.entities if entity.name == "椰岛中试基地")
    assert main.properties["record_id"] == "R1"
    assert main.properties["fields"] == ("氢能", "膜材料")
    assert main.properties["place"] == ("460000", "460100")
    assert facts.document.kind == "record"


@pytest.mark.parametrize(
    ("entity_type", "relation", "owner_is_head"),
    [("Achievement", "DEVELOPS", True), ("Demand", "DEMANDS", True), ("Project", "LED_BY", False)],
)
def test_the_owner_stands_in_the_relation_of_its_type(
    resolver: Resolver, entity_type: str, relation: str, owner_is_head: bool
) -> None:
    facts = record_facts(RawRecord("R2", entity_type, "椰岛工艺", owner="海南大学"), load_ontology(), resolver)
    (found,) = facts.relations
    owner = next(entity.uid for entity in facts.entities if entity.name == "海南大学")
    assert found.type == relation
    assert (found.head == owner) is owner_is_head


def test_relations_that_the_ontology_forbids_are_left_out(resolver: Resolver) -> None:
    facts = record_facts(
        RawRecord("R3", "Policy", "椰岛办法", host="海南大学", region="海口市"), load_ontology(), resolver
    )
    assert facts.relations == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("清华大学", "University"),
        ("椰岛电子有限公司", "Firm"),
        ("深海技术研究院", "ResearchInstitute"),
        ("椰岛市科技局", "GovernmentBody"),
        ("椰岛全国重点实验室", "NationalLab"),
        ("椰岛工场", "Firm"),
    ],
)
def test_types_of_owners_are_guessed_from_the_name(resolver: Resolver, name: str, expected: str) -> None:
    assert guess_type(name, resolver) == expected


def test_the_hash_changes_when_a_cell_does(resolver: Resolver) -> None:
    one, two = (
        record_facts(
            RawRecord("R4", "Achievement", "椰岛工艺", stage=stage), load_ontology(), resolver
        ).document.content_hash
        for stage in ("research", "pilot")
    )
    assert one != two


def test_rows_with_one_id_in_two_tables_stay_two_records(resolver: Resolver) -> None:
    one, two = (
        record_facts(RawRecord("1", "PilotBase", name, source=source), load_ontology(), resolver).document.uid
        for name, source in (("椰岛中试基地", "a/one.csv"), ("深海中试基地", "a/two.csv"))
    )
    moved = record_facts(RawRecord("1", "PilotBase", "椰岛中试基地", source="b/one.csv"), load_ontology(), resolver)
    assert one != two
    assert moved.document.uid == one
