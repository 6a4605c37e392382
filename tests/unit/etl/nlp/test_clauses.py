"""Documents of set wordings: every one holds together, and a wording that is out of form is named."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest

from graph.errors import InvalidInput
from graph.ontology import load_ontology
from training.augment import pool_of
from training.clauses import clause_documents, read_clauses, read_fillers
from training.corpus import read_folder

CORPUS = read_folder(Path(__file__).parents[4] / "data" / "corpus")
MADE = clause_documents(200, CORPUS, pool_of(CORPUS), random.Random(3))


def test_every_relation_and_most_types_have_wordings() -> None:
    stated = {relation for clause in read_clauses() for _, relation, _ in clause.states}
    assert set(load_ontology().relation_types) <= stated
    assert len(read_fillers()) > 30


def test_documents_hold_together() -> None:
    ontology = load_ontology()
    for document in MADE:
        types: dict[str, set[str]] = {}
        for start, end, entity_type in document.spans:
            types.setdefault(document.canonical(document.text[start:end]), set()).add(entity_type)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(document.spans))
        assert not re.search(r"\[[a-z][:\]]|<[^>]*\|", document.text)
        for head, relation, tail in document.relations:
            ends = itertools.product(types[document.canonical(head)], types[document.canonical(tail)])
            assert any(ontology.allows(a, relation, b) for a, b in ends), (head, relation, tail)


def test_the_same_seed_gives_the_same_documents() -> None:
    assert clause_documents(20, CORPUS, pool_of(CORPUS), random.Random(3)) == MADE[:20]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[a:Firm]投产", "not «words"),
        ("[a:Firm]投产 :: a BUILDS b", "not «words"),
        ("[a:Firm]生产[b:Region] :: a PRODUCES b", "Firm PRODUCES Region is not allowed"),
        ("[a:Shop]投产 ::", "Shop"),
    ],
)
def test_a_wording_out_of_form_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(f"# mine\n{line}\n", "utf-8")
    with pytest.raises(InvalidInput, match=said):
        read_clauses(path)
