"""Writes an ontology as a page for people: ``python -m graph.ontology_page > docs/ontology.md`` (``make docs``).

With INNOGRAPH_ONTOLOGY set, or ``--ontology FILE``, it describes that file instead.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from graph.errors import InnoGraphError
from graph.ontology import EntityType, Ontology, RelationType, load_ontology
from graph.settings import load_settings

_HEAD = """\
# The ontology

<!-- Written by `make docs` from graph/ontology.yaml. Change that file, not this one. -->

Entity types, relation types and stages as InnoGraph knows them. Another file of the same shape takes their place with
`INNOGRAPH_ONTOLOGY`; [settings.md](settings.md) says how, [graph-model.md](graph-model.md) how they are stored.
"""
_STAGES = """\
## Stages

The way from research to the industrial chain. An entity fills the stage of its type; types marked *own* carry a
`stage` property instead, enablers join stages and fill none.
"""
_ENTITIES = """\
## Entity types

*Name heads* are the endings by which a Chinese name of the type is recognised. A type in the scope of its *document*
means something there only: the 一百项以上 of one text is not that of another.
"""
_RELATIONS = """\
## Relation types

A relation is read from head to tail; *inverse* is its caption read from the tail. One that *advances* is a step along
the chain. One that is symmetric is stored once.
"""


def render(ontology: Ontology) -> str:
    """The page in Markdown, ending in a line feed."""
    lines: list[str] = [_HEAD, _STAGES]
    stages = (
        (str(stage.order + 1), f"`{stage.name}`", stage.zh, _names(ontology.types_of_stage(stage.name)))
        for stage in ontology.stages.values()
    )
    lines += _table(("order", "stage", "中文", "filled by"), stages)
    lines += ["", _ENTITIES]
    lines += _table(
        ("type", "中文", "stage", "scope", "colour", "name heads"), map(_entity_row, ontology.entity_types.values())
    )
    lines += ["", _RELATIONS]
    lines += _table(
        ("type", "中文", "inverse", "head", "tail", "notes"),
        (_relation_row(relation, ontology) for relation in ontology.relation_types.values()),
    )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code: 2 if the ontology or the file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m graph.ontology_page", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--ontology", type=Path, help="ontology to describe; INNOGRAPH_ONTOLOGY or the built-in one")
    parser.add_argument("--output", type=Path, help="file to write; standard output by default")
    options = parser.parse_args(arguments)
    try:
        page = render(load_ontology(options.ontology or load_settings().ontology))
        if options.output is None:
            sys.stdout.write(page)
        else:
            options.output.write_text(page, "utf-8")
    except (InnoGraphError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(headings)
    yield _row(names)
    yield "|" + "---|" * len(names)
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _entity_row(kind: EntityType) -> tuple[str, ...]:
    stage = f"`{kind.stage}`" if kind.stage else "*own*" if kind.own_stage else "*enabler*" if kind.enabler else ""
    scope = "document" if kind.document_scoped else "global"
    return f"`{kind.name}`", kind.zh, stage, scope, kind.colour, " ".join(kind.heads)


def _relation_row(relation: RelationType, ontology: Ontology) -> tuple[str, ...]:
    notes = [name for name, holds in (("advances", relation.advances), ("symmetric", relation.symmetric)) if holds]
    ends = (_end(relation.head, ontology), _end(relation.tail, ontology))
    return f"`{relation.name}`", relation.zh, relation.inverse, *ends, ", ".join(notes)


def _end(types: frozenset[str], ontology: Ontology) -> str:
    """The types in the order of the file; nearly all of them are said by what is missing."""
    known = list(ontology.entity_types)
    absent = [name for name in known if name not in types]
    if not absent:
        return "any"
    if 2 * len(absent) <= len(types):
        return f"any but {_names(absent)}"
    return _names(name for name in known if name in types)


def _names(types: Iterable[str]) -> str:
    return ", ".join(types)


if __name__ == "__main__":
    raise SystemExit(main())
