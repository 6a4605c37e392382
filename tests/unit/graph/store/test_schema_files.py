"""The migrations as files: numbered without gaps, one idempotent command each, and what follows from the ontology."""

from __future__ import annotations

import re
from dataclasses import replace

from graph.ontology import load_ontology
from graph.store.migrations import migrations
from graph.store.query import Query, cypher_text

ALL = migrations(load_ontology())


def test_numbers_have_no_gap_and_names_no_twin() -> None:
    numbers = [int(m.version[:3]) for m in ALL if m.version[:3].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({m.version for m in ALL}) == len(ALL)


def test_each_is_one_command_that_may_be_repeated() -> None:
    for migration in ALL:
        comment, command = migration.query.text.split("\n", 1)
        assert comment.startswith("// "), migration.version
        assert command.count("IF NOT EXISTS") == command.count("CREATE ") == 1, migration.version
        assert ";" not in command, migration.version


def test_each_relation_type_has_an_index_on_uid() -> None:
    indexed = {m.version.removeprefix("relation_uid/"): m.query.text for m in ALL if "/" in m.version}
    assert set(indexed) == set(load_ontology().relation_types)
    assert all(f"[r:`{name}`]" in text and f"`relation_uid_{name}`" in text for name, text in indexed.items())


def test_a_relation_type_of_ones_own_gets_its_index() -> None:
    ontology = load_ontology()
    own = replace(ontology.relation_types["DEVELOPS"], name="SUES")
    extended = replace(ontology, relation_types={**ontology.relation_types, "SUES": own})
    assert {m.version for m in migrations(extended)} - {m.version for m in ALL} == {"relation_uid/SUES"}


def test_the_model_is_covered() -> None:
    text = "\n".join(migration.query.text for migration in ALL)
    unique = set(re.findall(r"FOR \(n:(\w+)\) REQUIRE n\.(\w+) IS UNIQUE", text))
    assert unique == {
        ("Entity", "uid"),
        ("Name", "key"),
        ("Document", "uid"),
        ("Band", "key"),
        ("Feedback", "uid"),
        ("Sentence", "uid"),
        ("Redirect", "uid"),
        ("Migration", "version"),
        ("Meta", "name"),
    }
    assert set(re.findall(r"FOR \(n:(\w+)\) ON \(n\.(\w+)\)", text)) == {
        ("Name", "initials"),
        ("Document", "published"),
        ("Entity", "name"),
        ("Entity", "record_id"),
        ("Entity", "type"),
        ("Entity", "vector"),
    }
    fulltext = re.findall(r"CREATE FULLTEXT INDEX (\w+)", text)
    assert {"name_search", "sentence_search"} <= set(fulltext)
    # Any other analyzer would take a run of Chinese characters for one word.
    assert text.count("`fulltext.analyzer`: 'cjk'") == len(fulltext)


def test_the_checksum_minds_the_command_and_not_its_comment() -> None:
    migration = ALL[2]
    bare = " ".join(line for line in cypher_text(migration.query.name).splitlines() if not line.startswith("//"))

    class Bare(Query[None]):
        text = f"// another remark\n{bare}\n\n"

    class Changed(Query[None]):
        text = bare.replace("uid", "id")

    assert replace(migration, query=Bare("x", lambda rows: None)).checksum == migration.checksum
    assert replace(migration, query=Changed("x", lambda rows: None)).checksum != migration.checksum
