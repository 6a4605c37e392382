"""``feedback``: verdicts on recommendations, and what they teach."""

from __future__ import annotations

from typing import Annotated

import typer

from graph.answers import feedback
from graph.answers.embedding import load_embedder
from graph.answers.recommend import WEIGHTS
from graph.errors import InvalidInput
from graph.settings import load_settings
from innograph import console, show
from innograph.commands.ask import Json, answer, opened, output

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Verdicts on recommendations, and weights learnt from them."
)
Mode = Annotated[str, typer.Option(help="next_step, complement or supplement")]


@app.command()
def give(
    start: Annotated[str, typer.Argument(help="What the candidate was recommended for.")],
    candidate: Annotated[str, typer.Argument(help="uid or name of the candidate.")],
    accepted: Annotated[bool, typer.Option("--accepted/--rejected", help="Whether it was taken.")] = True,
    mode: Mode = "next_step",
    json: Json = False,
) -> None:
    """Keeps a verdict. Example: `innograph feedback give 质子交换膜 唐山氢能中试基地 --rejected`"""
    with opened() as (database, reference):
        plan = feedback.give(
            start, candidate, accepted, mode=mode, embedder=load_embedder(load_settings()), reference=reference
        )
        output(answer(plan, database), json, show.verdict)


@app.command()
def learn(mode: Mode = "next_step", json: Json = False) -> None:
    """Learns weights from the verdicts of a mode. Example: `innograph feedback learn`"""
    with opened() as (database, _):
        output(answer(feedback.learn(mode), database), json, show.learned)


@app.command("show")
def show_learned(json: Json = False) -> None:
    """Shows the weights learnt, beside the usual ones. Example: `innograph feedback show`"""
    with opened() as (database, _):
        found = answer(feedback.learned(), database)
        if json:
            console.print_json(found)
        elif not found:
            console.out.print(f"Nothing was learnt. The usual weights: {dict(WEIGHTS)}")
        for value in found.values() if not json else ():
            show.learned(value)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False) -> None:
    """Deletes all verdicts and what was learnt from them. Example: `innograph feedback reset --yes`"""
    if not yes:
        raise InvalidInput("This deletes all verdicts for good. Add --yes to do it.")
    with opened() as (database, _):
        console.err.print(f"{answer(feedback.reset(), database)} verdicts deleted.")
