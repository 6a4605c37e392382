"""Documents made of wordings that notices, news and reports use again and again (data/clauses), with names of the corpus in them.

The corpus is worded as variously as its authors could; pages of authorities and the press are not. What they say a hundred times
is learnt from here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import InvalidInput
from graph.ontology import load_ontology
from training.augment import Pool
from training.corpus import Annotated

FOLDER = Path(__file__).parents[1] / "data" / "clauses"
_PLACE = re.compile(r"\[([a-z])(?::([A-Za-z]+)(\+)?(?:~([a-z])|=([^\]]+))?)?\]")
_CHOICE = re.compile(r"<([^<>]*)>")
_MOST_MEMBERS = 5


@dataclass(frozen=True, slots=True)
class Clause:
    """A wording with places for entities, and what it states: (place, relation, place); ALIAS leads from a short form."""

    text: str
    states: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class _Draft:
    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)

    def mark(self, name: str, entity_type: str) -> None:
        self.spans.append((len(self.text), len(self.text) + len(name), entity_type))
        self.text += name


def read_clauses(path: Path = FOLDER / "clauses.txt") -> list[Clause]:
    """The wordings of a file.

    Raises:
        InvalidInput: A line is not of the form, or states what the ontology does not allow; the line is named.
    """
    ontology = load_ontology()
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        text, mark, tail = line.partition("::")
        types = {name: entity_type for name, entity_type, *_ in _PLACE.findall(text) if entity_type}
        states = [tuple(part.split()) for part in tail.split(";") if part.strip()]
        where = f"{path.name}, line {number}"
        if not mark or any(len(state) != 3 or not {state[0], state[-1]} <= types.keys() for state in states):
            raise InvalidInput(f"{where}: not «words :: place RELATION place; …» with places of the words.")
        for entity_type in types.values():
            ontology.check_entity_type(entity_type)
        for head, relation, tail_place in states:
            if relation != "ALIAS" and not ontology.allows(types[head], relation, types[tail_place]):
                raise InvalidInput(f"{where}: {types[head]} {relation} {types[tail_place]} is not allowed.")
        found.append(Clause(text.strip(), tuple((a, b, c) for a, b, c in states)))
    return found


def read_fillers(path: Path = FOLDER / "fillers.txt") -> list[str]:
    """Sentences that state nothing."""
    return [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]


def clause_documents(count: int, documents: Sequence[Annotated], pool: Pool, rng: random.Random) -> list[Annotated]:
    """Documents of three to eight wordings each, with sentences that state nothing between them.

    Args:
        documents: Where names that ``pool`` leaves out are from: projects, policies, results, demands.
    """
    clauses, fillers = read_clauses(), read_fillers()
    names = _names(documents, pool)
    made = []
    for number in range(count):
        draft = _Draft()
        used: set[str] = set()
        for clause in rng.sample(clauses, rng.randint(3, 8)):
            while rng.random() < 0.4:
                draft.text += rng.choice(fillers) + rng.choice(("", "", "\n"))
            _write(clause, draft, names, used, rng)
            draft.text += rng.choice(("", "", "\n", "\n\n"))
        made.append(
            Annotated(
                f"clauses-{number}",
                "notice",
                draft.text,
                tuple(draft.spans),
                draft.aliases,
                tuple(dict.fromkeys(draft.relations)),
            )
        )
    return made


def _names(documents: Sequence[Annotated], pool: Pool) -> Mapping[str, Sequence[Sequence[str]]]:
    """The names of Chinese entities, the longest first, by type."""
    found: dict[str, list[Sequence[str]]] = {}
    for (entity_type, english), entities in pool.items():
        if not english:
            found[entity_type] = list(entities)
    for document in documents:
        if document.kind != "english":
            for start, end, entity_type in document.spans:
                if entity_type in ("Project", "Policy", "Achievement", "Demand") and end - start > 5:
                    found.setdefault(entity_type, []).append([document.text[start:end]])
    return found


def _write(
    clause: Clause,
    draft: _Draft,
    names: Mapping[str, Sequence[Sequence[str]]],
    used: set[str],
    rng: random.Random,
) -> None:
    """Appends a wording with new names in its places."""
    text = _CHOICE.sub(lambda choice: rng.choice(choice[1].split("|")), clause.text)
    shortened = {whole for *_, whole, _ in _PLACE.findall(text) if whole}
    given: dict[str, list[str]] = {}
    types: dict[str, str] = {}
    at = 0
    for place in _PLACE.finditer(text):
        draft.text += text[at : place.start()]
        at = place.end()
        name, entity_type, many, whole, wording = place.groups()
        if entity_type:
            types[name] = entity_type
            if whole:
                given[name] = [
                    names_of[1] for names_of in names[entity_type] if names_of[0] == given[whole][0] and names_of[1:]
                ][:1]
                draft.aliases[given[name][0]] = given[whole][0]
            elif wording or entity_type in ("Target", "Money", "Date"):
                given[name] = [_figure(entity_type, wording, used, rng)]
            else:
                number = rng.randint(2, _MOST_MEMBERS) if many else 1
                given[name] = _chosen(names[entity_type], number, used, rng, short=name in shortened)
        for member, written in enumerate(given[name]):
            if member:
                draft.text += rng.choice("、和与及") if member == len(given[name]) - 1 else "、"
            draft.mark(written, types[name])
    draft.text += text[at:]
    for head, relation, tail in clause.states:
        for a in given[head]:
            for b in given[tail]:
                if relation == "ALIAS":
                    draft.aliases[a.strip("《》")] = b.strip("《》")
                else:
                    draft.relations.append((a.strip("《》"), relation, b.strip("《》")))


def _chosen(
    entities: Sequence[Sequence[str]], number: int, used: set[str], rng: random.Random, *, short: bool
) -> list[str]:
    """Names that the document does not have yet."""
    found: list[str] = []
    while len(found) < number:
        entity = rng.choice(entities)
        if used.isdisjoint(entity) and (len(entity) > 1 or not short):
            used.update(entity)
            found.append(entity[0])
    return found


def _figure(entity_type: str, wording: str | None, used: set[str], rng: random.Random) -> str:
    """A figure, sum, date or set wording that the document does not have yet."""
    for _ in range(100):
        if wording:
            number = rng.choice((rng.randint(2, 30), rng.randint(2, 300), rng.randint(10, 5000)))
            made = wording.replace("{n}", f"{number:,}" if rng.random() < 0.1 else str(number))
            made = made.replace("{p}", f"{rng.uniform(1, 99):.1f}".removesuffix(".0"))
        elif entity_type == "Money":
            sum_of = rng.choice(
                (f"{rng.uniform(0.2, 90):.1f}亿元", f"{rng.randint(1, 90)}亿元", f"{rng.randint(1, 99) * 100}万元")
            )
            made = rng.choice(("", "", "超", "近", "约")) + sum_of
        else:
            year = rng.randint(2018, 2030)
            made = rng.choice(
                (f"{year}年", f"{year}年{rng.randint(1, 12)}月", f"{rng.randint(1, 12)}月{rng.randint(1, 28)}日")
            )
        if made not in used or (wording and "{" not in wording):
            used.add(made)
            break
    return made
