"""``demo``: the whole job on the samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import innograph
from etl.run import ingest
from graph.answers import chains, gaps, recommend, statistics
from graph.answers.embedding import load_embedder
from graph.answers.reference import Reference
from graph.errors import InvalidInput
from graph.settings import load_settings
from graph.store.database import open_database
from graph.store.local import LocalServer
from innograph import console, show
from innograph.commands.ask import answer
from innograph.commands.ingest import print_summary, progress_line
from innograph.commands.serve import run_server

_FIELD, _REGION = "氢能", "京津冀"
_NEED = "电解水制氢催化剂已完成概念验证，需要做放大和长周期考核"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="End instead of serving the API.")] = False,
    samples: Annotated[Path | None, typer.Option(help="Folder of samples; that of the checkout by default.")] = None,
) -> None:
    """Ingests the samples, shows what was learned, answers three questions, then serves the API.

    Example: `innograph demo --once`
    """
    folder = samples or Path(innograph.__file__).parent.parent / "samples"
    if not folder.is_dir():
        raise InvalidInput(
            f"There are no samples in {folder}. Run this in a checkout, or name the folder with --samples."
        )
    settings = load_settings()
    reference = Reference.load(settings.ontology)
    embedder = load_embedder(settings)
    console.err.print("[bold]1. Opening the store[/] (the first time, Neo4j is downloaded: about 150 MB)")
    with open_database(settings) as database:
        console.err.print(f"[bold]2. Reading {folder}[/]")
        with progress_line() as progress:
            sources = [str(folder / "documents"), str(folder / "records")]
            report = ingest(sources, database, settings, embedder=embedder, progress=progress)
        print_summary(report)
        console.out.print("\n[bold]3. What the graph holds[/]")
        show.statistics(answer(statistics.statistics(reference=reference), database), reference)
        console.out.print(
            f"\n[bold]4. Which way leads from research to the industrial chain for {_FIELD} in {_REGION}?[/]"
        )
        show.chains(answer(chains.chains(_FIELD, region=_REGION, limit=2, reference=reference), database), reference)
        console.out.print(f"\n[bold]5. What does 河北 lack for {_FIELD}, and who is nearest to filling it?[/]")
        show.gaps(answer(gaps.gaps(_FIELD, "河北", reference=reference), database), reference)
        console.out.print(f"\n[bold]6. Who can take the next step? “{_NEED}”[/]")
        plan = recommend.recommend(
            _NEED,
            targets=("PilotBase",),
            region=_REGION,
            limit=2,
            embedder=embedder,
            reference=reference,
        )
        show.recommendations(answer(plan, database), reference)
    if not settings.neo4j_uri:
        state = LocalServer(settings).status()
        if state.browser:
            console.err.print(f"\nNeo4j Browser: {state.browser} (user neo4j; password in {state.folder / 'password'})")
    if report.documents["failed"]:
        raise typer.Exit(1)
    if once:
        console.err.print("Neo4j goes on running; `innograph db stop` ends it.")
    else:
        run_server(settings)
