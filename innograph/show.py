"""Answers as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from graph.answers.analytics import Analytics
from graph.answers.feedback import Learned, Verdict
from graph.answers.recommend import WEIGHTS
from graph.answers.reference import Reference
from graph.answers.values import (
    Chains,
    ChainStep,
    DocumentView,
    Evidence,
    Gap,
    GapMatrix,
    Gaps,
    Hit,
    MatchResult,
    Page,
    Paths,
    PathStep,
    Recommendations,
    Statistics,
)
from innograph.console import out

_MARKS = {"stated": "[green]●[/]", "inferred": "[yellow]○[/]", "missing": "[red]✗[/]"}
_LONGEST = 120


def _safe(text: str) -> str:
    return text.replace("[", r"\[").replace("\n", " ")


def _type(reference: Reference, name: str) -> str:
    known = reference.ontology.entity_types.get(name)
    return known.zh if known else name


def _stage(reference: Reference, name: str) -> str:
    known = reference.ontology.stages.get(name)
    return f"{known.zh} {name}" if known else name


def _relation(reference: Reference, name: str, direction: str = "out") -> str:
    known = reference.ontology.relation_types.get(name)
    if known is None:
        return name
    return known.zh if direction == "out" else known.inverse


def _sentences(evidence: Iterable[Evidence], indent: str) -> None:
    for sentence in evidence:
        text = sentence.text if len(sentence.text) <= _LONGEST else sentence.text[:_LONGEST] + "…"
        where = sentence.title or sentence.source or sentence.document
        out.print(f"{indent}[dim]“{_safe(text)}” — {_safe(where)}[/]")


def _parts(parts: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in parts.items() if abs(value) >= 0.005)


def hits(page: Page[Hit], reference: Reference) -> None:
    """A page of search results."""
    if not page.items:
        out.print("Nothing found.")
        return
    table = Table(box=None)
    for column in ("name", "type", "where", "stage", "uid"):
        table.add_column(column)
    for hit in page.items:
        table.add_row(
            _safe(hit.entity.name),
            _type(reference, hit.entity.type),
            reference.geography.display(hit.place),
            hit.stage,
            hit.entity.uid,
        )
    out.print(table)


def entity(value: Mapping[str, Any], reference: Reference) -> None:
    """An entity, its neighbours and mentions."""
    card = value["entity"]
    out.print(f"[bold]{_safe(card.name)}[/] · {_type(reference, card.type)} · {card.uid}")
    if card.aliases:
        out.print(f"  also: {_safe('、'.join(card.aliases))}")
    if card.place:
        out.print(f"  where: {reference.geography.display(card.place)}")
    if card.stage:
        out.print(f"  stage: {_stage(reference, card.stage)}")
    if card.description:
        out.print(f"  {_safe(card.description)}")
    for neighbour in value["neighbours"].items:
        arrow = "→" if neighbour.direction == "out" else "←"
        planned = " (planned)" if neighbour.relation.status == "planned" else ""
        out.print(
            f"  {arrow} {_relation(reference, neighbour.relation.type, neighbour.direction)} "
            f"{_safe(neighbour.entity.name)} [dim]{_type(reference, neighbour.entity.type)}{planned}[/]"
        )
    for mention in value["mentions"].items[:5]:
        text = mention.text if len(mention.text) <= _LONGEST else mention.text[:_LONGEST] + "…"
        out.print(f"  [dim]“{_safe(text)}” — {_safe(mention.title or mention.document)}[/]")


def document(found: DocumentView, reference: Reference) -> None:
    """A document, its versions and what they say differently."""
    out.print(f"[bold]{_safe(found.title or found.uid)}[/] · {found.kind} · {found.uid}")
    if found.published:
        out.print(f"  published: {found.published}")
    for source in found.sources:
        out.print(f"  source: {_safe(source)}")
    out.print(
        f"  sentences: {found.sentences}; mentions {_safe('、'.join(e.name for e in found.entities)) or 'nothing'}"
    )
    if found.primary:
        out.print(f"  version of {found.primary}")
    for version in found.versions:
        out.print(f"  version {version.uid} [dim]{_safe(version.title or version.source)}[/]")
    for conflict in found.conflicts:
        common = f"{_safe(conflict.entity.name)} " if conflict.entity else ""
        caption = (
            _relation(reference, conflict.type, "out" if conflict.differs == "tail" else "in") if conflict.type else ""
        )
        sides = (
            _safe("、".join(entity.name for entity in side.entities)) for side in (conflict.first, conflict.second)
        )
        out.print(f"  [yellow]conflict[/] {common}{caption}: {' ≠ '.join(sides)}")
        _sentences((conflict.first.evidence, conflict.second.evidence), "    ")


def paths(found: Paths, reference: Reference) -> None:
    """Paths, best first."""
    if not found.paths:
        out.print(f"No path from {_safe(found.start.name)} to {_safe(found.end.name)} within the limits.")
    for number, path in enumerate(found.paths, 1):
        out.print(f"[bold]{number}.[/] score {path.score:.2f}")
        _steps(path.steps, reference)


def _steps(steps: Iterable[PathStep], reference: Reference) -> None:
    for step in steps:
        caption = _relation(reference, step.relation.type, step.direction)
        planned = " (planned)" if step.relation.status == "planned" else ""
        out.print(f"   {_safe(step.source.name)} —{caption}→ {_safe(step.target.name)}{planned}")
        _sentences(step.evidence[:1], "      ")


def chains(found: Chains, reference: Reference) -> None:
    """Chains, best first, and the gaps."""
    start = found.start
    what = (
        f"{start.kind}: {start.entity.name if start.entity else '、'.join(start.fields) or start.region or start.text}"
    )
    out.print(f"Chains from [bold]{_safe(start.text)}[/] ({_safe(what)})")
    if not found.chains:
        out.print("No chain found.")
    for number, chain in enumerate(found.chains, 1):
        out.print(f"\n[bold]{number}. score {chain.score:.2f}[/] [dim]({_parts(chain.parts)})[/]")
        for step in chain.steps:
            _chain_step(step, reference)
    if found.chains and not found.gaps:
        out.print("\n[bold]Gaps[/]: none; documents state every step.")
    if found.gaps:
        out.print("\n[bold]Gaps[/]")
        for gap in found.gaps:
            _gap(gap, reference)


def _chain_step(step: ChainStep, reference: Reference) -> None:
    stage = _stage(reference, step.stage)
    if step.entity is None:
        out.print(f"  {_MARKS['missing']} {stage}: missing")
        for filler in step.fillers[:3]:
            out.print(
                f"      could fill it: {_safe(filler.entity.name)} [dim]{filler.near} {reference.geography.display(filler.place)}[/]"
            )
        return
    out.print(
        f"  {_MARKS[step.status]} {stage}: [bold]{_safe(step.entity.name)}[/] [dim]{_type(reference, step.entity.type)}[/]"
    )
    if step.via is not None:
        through = f" through {_safe(step.via.through.name)}" if step.via.through else ""
        out.print(
            f"      {step.via.status}: {_relation(reference, step.via.type)}{through} [dim]({step.via.confidence:.2f})[/]"
        )
    _sentences(step.evidence[:2], "      ")
    for enabler in step.enablers[:3]:
        out.print(
            f"      [dim]with {_type(reference, enabler.entity.type)} {_safe(enabler.entity.name)}: {_relation(reference, enabler.relation)}[/]"
        )


def _gap(gap: Gap, reference: Reference) -> None:
    out.print(f"  {_MARKS['missing']} {_stage(reference, gap.stage)}: {_safe(gap.reason)}")
    for filler in gap.fillers[:3]:
        place = reference.geography.display(filler.place)
        out.print(
            f"      nearest: {_safe(filler.entity.name)} [dim]{_type(reference, filler.entity.type)} {place} ({filler.near}, fit {filler.fit:.2f})[/]"
        )


def gaps(found: Gaps, reference: Reference) -> None:
    """Stages of a field in a region."""
    out.print(f"[bold]{_safe(found.field or 'all fields')}[/] in [bold]{_safe(found.region or 'all regions')}[/]")
    for coverage in found.coverage:
        names = "、".join(ref.name for ref, _ in coverage.entities[:4])
        mark = _MARKS["stated"] if coverage.count else _MARKS["missing"]
        years = ", ".join(f"{year} {count}" for year, count in sorted(coverage.by_year.items()))
        out.print(
            f"  {mark} {_stage(reference, coverage.stage)}: {coverage.count} [dim](strength {coverage.strength:.2f}"
            f"{'; first seen ' + years if years else ''})[/] {_safe(names)}"
        )
    for gap in found.gaps:
        _gap(gap, reference)


def gap_matrix(found: GapMatrix, reference: Reference) -> None:
    """A row a field, a column a region; in each cell the entities at each stage in the order of the chain."""
    stages = list(reference.ontology.stages)
    out.print("Entities at " + " / ".join(_stage(reference, stage) for stage in stages))
    table = Table(show_header=True)
    table.add_column("")
    for region in found.regions:
        table.add_column(_safe(region))
    cells = {(cell.field, cell.region): cell for cell in found.cells}
    for field in found.fields:
        counts = (cells[field, region].counts for region in found.regions)
        table.add_row(_safe(field), *("/".join(str(count[stage] or "·") for stage in stages) for count in counts))
    out.print(table)


def recommendations(found: Recommendations, reference: Reference) -> None:
    """Candidates, best first."""
    if not found.items:
        out.print("No candidate found.")
    for number, item in enumerate(found.items, 1):
        out.print(
            f"[bold]{number}. {_safe(item.entity.name)}[/] {_type(reference, item.entity.type)} · score {item.score:.2f} [dim]({_parts(item.parts)})[/]"
        )
        _steps(item.path, reference)
        told = {step.evidence[0].text for step in item.path if step.evidence}
        _sentences([sentence for sentence in item.evidence if sentence.text not in told][:2], "      ")
        if item.change is not None:
            out.print(f"      to be first: {_safe(item.change.text)}")


def matches(found: MatchResult, reference: Reference) -> None:
    """The matches of one query."""
    if not found.results:
        out.print("  no match")
    for number, item in enumerate(found.results, 1):
        out.print(
            f"  {number}. {_safe(item.name)} [dim]{_type(reference, item.type)} {item.score:.2f} ({_parts(item.parts)})[/]"
        )


def statistics(found: Statistics, reference: Reference) -> None:
    """Counts."""
    out.print(
        f"{found.documents} documents, {found.sentences} sentences, {found.entities} entities, {found.relations} relations "
        f"(graph version {found.graph_version})"
    )
    for title, counts, zh in (
        ("entities", found.by_type, _type),
        ("relations", found.by_relation, _relation),
        ("stages", found.by_stage, _stage),
    ):
        rows = sorted(counts.items(), key=lambda item: -item[1])
        out.print(f"  {title}: " + ", ".join(f"{zh(reference, name)} {count}" for name, count in rows))


def analytics(found: Analytics, reference: Reference) -> None:
    """Leaders of each stage, communities and flows."""
    out.print(
        f"{found.entities} entities, {found.relations} relations (graph version {found.graph_version}"
        + ("" if found.current else ", [yellow]the graph has changed since[/]")
        + f"); modularity {found.modularity:.2f}"
        + (f"; betweenness from a sample of {found.sampled}" if found.sampled else "")
    )
    stages = dict.fromkeys(leader.stage for leader in found.leaders)
    for stage in stages:
        out.print(f"\n[bold]{_stage(reference, stage)}[/]")
        for measure in dict.fromkeys(leader.measure for leader in found.leaders):
            best = [leader for leader in found.leaders if (leader.stage, leader.measure) == (stage, measure)]
            if best:
                names = ", ".join(f"{_safe(leader.entity.name)} {leader.value:.3g}" for leader in best)
                out.print(f"  {measure}: {names}")
    out.print("\n[bold]Communities[/]")
    for community in found.communities:
        held = ", ".join(f"{_stage(reference, stage)} {count}" for stage, count in community.stages.items())
        members = ", ".join(_safe(member.name) for member in community.members)
        regions = ", ".join(f"{region} {count}" for region, count in community.regions.items())
        out.print(f"  {community.number}: {community.size} members ({held}; {regions}): {members}")
    out.print("\n[bold]Flows between provinces[/]")
    for flow in found.flows:
        out.print(f"  {flow.source} → {flow.target}: {_relation(reference, flow.relation)} {flow.count}")


def verdict(found: Verdict) -> None:
    """What was kept of a verdict."""
    shares = ", ".join(f"{name} {share:.2f}" for name, share in found.shares.items())
    out.print(f"{'accepted' if found.accepted else 'rejected'}: {found.candidate} for {_safe(found.start)} ({shares})")


def learned(found: Learned) -> None:
    """Weights beside the usual ones, and how good either are."""
    out.print(f"[bold]{found.mode}[/]: {found.verdicts} verdicts, {found.accepted} accepted")
    for name, weight in found.weights.items():
        out.print(f"  {name}: {weight:.3f} (usually {WEIGHTS[found.mode][name]:.2f})")
    out.print(
        f"  cross-validated: loss {found.loss:.3f} (usual {found.loss_usual:.3f}), accepted before rejected in "
        f"{found.auc:.0%} (usual {found.auc_usual:.0%}); used where INNOGRAPH_FEEDBACK=true"
    )
