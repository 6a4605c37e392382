"""The questions: ``search``, ``show``, ``path``, ``chain``, ``gaps``, ``recommend``, ``stats``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from graph.answers import analytics, chains, entities, feedback, gaps, paths, recommend, search, statistics
from graph.answers.embedding import load_embedder
from graph.answers.reference import Reference
from graph.answers.values import DocumentView
from graph.errors import NotFound
from graph.exports.tables import write_tables
from graph.settings import load_settings
from graph.store.database import Database, open_database
from graph.store.query import Plan
from innograph import console, show

T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Region = Annotated[str, typer.Option(help="Only within this region: a province, city or area such as 京津冀.")]
Since = Annotated[str, typer.Option(help="Leave out relations last seen before this ISO date.")]
Until = Annotated[str, typer.Option(help="Leave out relations first seen after this ISO date.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="Entity type, repeatable: Firm, PilotBase, …")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("search")(run_search)
    app.command("show")(run_show)
    app.command("path")(run_path)
    app.command("chain")(run_chain)
    app.command("gaps")(run_gaps)
    app.command("gap-matrix")(run_gap_matrix)
    app.command("recommend")(run_recommend)
    app.command("stats")(run_stats)
    app.command("analyse")(run_analyse)


@contextmanager
def opened() -> Iterator[tuple[Database, Reference]]:
    """The store and the reference lists that the settings name."""
    settings = load_settings()
    with console.working("Opening the store …"):
        database = open_database(settings)
    with database:
        yield database, Reference.load(settings.ontology)


def answer(plan: Plan[T], database: Database) -> T:
    """Runs a plan, showing that it is under way."""
    with console.working("Asking …"):
        return database.answer(plan)


def output(value: Any, as_json: bool, printer: Any, *extra: Any) -> None:
    """JSON for programs, the printer for people."""
    if as_json:
        console.print_json(value)
    else:
        printer(value, *extra)


def run_search(
    text: Annotated[str, typer.Argument(help="A name, a part of one, pinyin initials, or words.")],
    type: Types = None,
    region: Region = "",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    json: Json = False,
) -> None:
    """Finds entities by name. Example: `innograph search 中试 --type PilotBase --region 河北`"""
    with opened() as (database, reference):
        found = answer(search.search(text, types=type or (), region=region, limit=limit, reference=reference), database)
        output(found, json, show.hits, reference)


def run_show(
    uid: Annotated[str, typer.Argument(metavar="UID|NAME", help="An entity by uid or name, or a document by uid.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most neighbours and mentions.")] = 20,
    json: Json = False,
) -> None:
    """Shows an entity, what it is related to and where it is mentioned; or a document, its versions and conflicts.

    Example: `innograph show 清华大学`
    """
    with opened() as (database, reference):
        try:
            card = answer(entities.resolve(uid, reference=reference), database)
        except NotFound:
            found = _document(uid, database, reference)
            if found is None:
                raise
            output(found, json, show.document, reference)
            return
        around = answer(entities.neighbours(card.uid, limit=limit, reference=reference), database)
        mentions = answer(entities.mentions(card.uid, limit=limit), database)
        value = {"entity": card, "neighbours": around, "mentions": mentions}
        output(value, json, show.entity, reference)


def _document(uid: str, database: Database, reference: Reference) -> DocumentView | None:
    try:
        return answer(entities.document(uid, reference=reference), database)
    except NotFound:
        return None


def run_path(
    start: Annotated[str, typer.Argument(metavar="A", help="uid or name")],
    end: Annotated[str, typer.Argument(metavar="B", help="uid or name")],
    hops: Annotated[int, typer.Option(min=1, max=6, help="Most relations of a path.")] = 4,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 3,
    json: Json = False,
) -> None:
    """Finds the best paths between two entities, with evidence. Example: `innograph path 清华大学 氢能`"""
    with opened() as (database, reference):
        found = answer(paths.paths(start, end, max_hops=hops, k=limit, reference=reference), database)
        output(found, json, show.paths, reference)


def run_chain(
    start: Annotated[str, typer.Argument(help="An entity, a field, a region, or a free text.")],
    region: Region = "",
    field: Annotated[str, typer.Option(help="Look at this field.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most chains.")] = 3,
    direction: Annotated[str, typer.Option(help="forward, backward or both")] = "both",
    target: Annotated[str, typer.Option(help="Where chains end: a stage, or an entity that they must hold.")] = "",
    stated_only: Annotated[bool, typer.Option("--stated-only", help="No inferred steps.")] = False,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Smallest confidence of a relation.")] = 0.0,
    since: Since = "",
    until: Until = "",
    json: Json = False,
) -> None:
    """Finds ways from research through verification and pilot to the industrial chain, and where they are broken.

    Example: `innograph chain 氢能 --region 京津冀`
    """
    with opened() as (database, reference):
        plan = chains.chains(
            start,
            region=region,
            field=field,
            limit=limit,
            direction=direction,
            target=target,
            stated_only=stated_only,
            min_confidence=min_confidence,
            since=since,
            until=until,
            reference=reference,
        )
        output(answer(plan, database), json, show.chains, reference)


def run_gaps(
    field: Annotated[str, typer.Argument(help="A field, for example 氢能; empty for all.")] = "",
    region: Region = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most fillers a gap.")] = 5,
    since: Since = "",
    until: Until = "",
    json: Json = False,
) -> None:
    """Says which stages a field has in a region, since when, what is missing and who is nearest to filling it.

    Example: `innograph gaps 氢能 --region 河北`
    """
    with opened() as (database, reference):
        plan = gaps.gaps(field, region, limit=limit, since=since, until=until, reference=reference)
        output(answer(plan, database), json, show.gaps, reference)


def run_gap_matrix(
    field: Annotated[list[str] | None, typer.Option("--field", help="Repeatable; the 20 largest if none.")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Repeatable; all provinces if none.")] = None,
    json: Json = False,
) -> None:
    """Shows, for fields by regions, how many entities fill each stage.

    Example: `innograph gap-matrix --field 氢能 --field 人工智能 --region 北京 --region 河北`
    """
    with opened() as (database, reference):
        plan = gaps.gap_matrix(field or (), region or (), reference=reference)
        output(answer(plan, database), json, show.gap_matrix, reference)


def run_recommend(
    start: Annotated[str, typer.Argument(help="uid, name, or a text that says what is wanted.")],
    target: Annotated[list[str] | None, typer.Option("--target", help="Entity types wanted, repeatable.")] = None,
    mode: Annotated[str, typer.Option(help="next_step, complement or supplement")] = "next_step",
    region: Region = "",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 5,
    diversity: Annotated[
        float, typer.Option(min=0, max=1, help="From 0, the best, to 1, as different as can be.")
    ] = 0.0,
    json: Json = False,
) -> None:
    """Recommends partners, with the parts of the score, the path and the sentences.

    Example: `innograph recommend 质子交换膜 --target PilotBase --region 京津冀`
    """
    with opened() as (database, reference):
        weights = answer(feedback.learned_weights(mode), database) if load_settings().feedback else None
        plan = recommend.recommend(
            start,
            targets=target or (),
            mode=mode,
            region=region,
            limit=limit,
            diversity=diversity,
            weights=weights,
            embedder=load_embedder(load_settings()),
            reference=reference,
        )
        output(answer(plan, database), json, show.recommendations, reference)


def run_stats(json: Json = False) -> None:
    """Counts what the graph holds. Example: `innograph stats`"""
    with opened() as (database, reference):
        output(answer(statistics.statistics(reference=reference), database), json, show.statistics, reference)


def run_analyse(
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most leaders of each measure, communities, flows.")] = 5,
    again: Annotated[bool, typer.Option("--again", help="Compute anew though the graph has not changed.")] = False,
    export: Annotated[
        Path | None, typer.Option(help="Folder for leaders.csv, communities.csv, flows.csv and analytics.json.")
    ] = None,
    json: Json = False,
) -> None:
    """Finds who is central at each stage, who joins stages, communities, and flows between regions.

    Computed once for a version of the graph; the measures stand on the entities as `pagerank`, `betweenness`,
    `brokerage` and `community`. Example: `innograph analyse --export analysis/`
    """
    with opened() as (database, reference):
        with console.working("Analysing …") as status:
            whole = database.answer(analytics.analyse(again=again, progress=status, reference=reference))
        if export is not None:
            files = write_tables(whole, export)
            console.err.print(f"{', '.join(path.name for path in files)} written to {export}")
        found = answer(analytics.analytics(limit=limit, reference=reference), database)
        output(found, json, show.analytics, reference)
