"""``match``: many demands against the catalogue."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from graph.answers.embedding import load_embedder
from graph.answers.match import catalogue, with_evidence
from graph.answers.values import MatchQuery, MatchResult
from graph.errors import InvalidInput
from graph.settings import load_settings
from innograph import console, show
from innograph.commands.ask import Json, answer, opened


class Line(BaseModel):
    """A line of the input."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=5000)
    region: str = ""
    fields: tuple[str, ...] = ()
    stage: str = ""

    @field_validator("id", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("region", "stage", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return "" if value is None else value

    @field_validator("fields", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(filter(None, value.split("|"))) if isinstance(value, str) else value or ()


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("match")(run)


def run(
    file: Annotated[
        str, typer.Argument(metavar="FILE.jsonl|-", help="One {id, text, region?, fields?, stage?} a line.")
    ],
    targets: Annotated[str, typer.Option(help="Entity types to match with, separated by commas.")] = "Achievement",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most matches a line.")] = 10,
    json: Json = False,
) -> None:
    """Matches each line with the catalogue, best first; the same input gives the same output.

    Exit code 1 if a line could not be used.

    Example: `innograph match demands.jsonl --targets Achievement,PilotBase --limit 5 --json`
    """
    names = [name.strip() for name in targets.split(",") if name.strip()]
    failed = 0
    with opened() as (database, reference):
        embedder = load_embedder(load_settings())
        held = answer(catalogue(names, embedder=embedder, reference=reference), database)
        for given in read_queries(file):
            if isinstance(given, str):
                failed += 1
                console.err.print(f"set aside: {given}", markup=False)
                continue
            try:
                result = database.answer(with_evidence(held, held.match(given, limit=limit, targets=names)))
            except InvalidInput as error:
                failed += 1
                console.err.print(f"set aside: {file}: {given.id}: {error}", markup=False)
                if json:
                    console.print_json({"id": given.id, "results": [], "problem": str(error)})
                continue
            if json:
                console.print_json(result)
            else:
                _print(result, reference)
    if failed:
        raise typer.Exit(1)


def read_queries(file: str) -> Iterator[MatchQuery | str]:
    """Queries of a JSON-lines file, and for each line that cannot be used the reason.

    Raises:
        InvalidInput: The file cannot be read.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"Cannot read {file}: {error.strerror or error}. Check the path.") from error
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = Line.model_validate(json_module.loads(line))
        except (ValueError, ValidationError, RecursionError) as error:
            reason = f"it is not JSON ({error})"
            if isinstance(error, ValidationError):
                reason = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the line'}: {e['msg']}" for e in error.errors())
            yield f"line {number} of {file}: {reason}. Write one object {{id, text, region?, fields?, stage?}} a line."
            continue
        yield MatchQuery(row.id, row.text, row.region, row.fields, row.stage)


def _print(result: MatchResult, reference: Any) -> None:
    console.out.print(f"[bold]{result.id}[/]")
    show.matches(result, reference)
