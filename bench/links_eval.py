"""Held-out links: how well recommendations find relations between stages that were hidden, beside three baselines.

    python bench/links_eval.py [--samples samples] [--folds 10]

The samples are read into a Neo4j of their own. The pairs of entities of two different stages with a stated relation are split
into ten parts by a seed; all relations of one part at a time are deleted, and for each of its pairs the entities of the later end's type are
ranked for the earlier end (mode next_step). Common neighbours, Adamic-Adar and popularity (degree) rank the same entities on the
same graph in networkx. Entities that a method does not tell apart, or does not name, share the mean of their ranks. Vectors are left out: they
are made of sentences, among them those that state what was hidden. Printed are the mean reciprocal rank and the share ranked
among the first ten.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import networkx as nx

from etl.run import ingest
from graph.answers.recommend import recommend
from graph.answers.reference import Reference
from graph.answers.roles import roles_of
from graph.settings import Settings
from graph.store.blocking import Database
from graph.store.database import open_database
from graph.store.local import LocalServer

ROOT = Path(__file__).parent.parent
SEED = 3
LIMIT = 100  # recommendations asked for

LINKS = """
MATCH (h:Entity)-[r]->(t:Entity) WHERE type(r) IN $relations
RETURN r.uid AS uid, type(r) AS type, h.uid AS head, t.uid AS tail, r.status AS status, properties(r) AS own,
       coalesce(h.stage, $stages[h.type]) AS head_stage, coalesce(t.stage, $stages[t.type]) AS tail_stage,
       h.type AS head_type, t.type AS tail_type
ORDER BY r.uid
"""
HIDE = "UNWIND $rows AS row MATCH (h:Entity {uid: row.head})-[r {uid: row.uid}]->(:Entity) DELETE r"
BRING_BACK = """
UNWIND $rows AS row
MATCH (h:Entity {uid: row.head}) MATCH (t:Entity {uid: row.tail})
CREATE (h)-[r:$(row.type)]->(t) SET r = row.own
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A hidden relation as a question: who of the type comes next for the start?"""

    start: str
    wanted: str
    type: str


def rank(scores: Mapping[str, float], wanted: str, candidates: Sequence[str]) -> float:
    """The rank of one candidate, 1 the best; the mean rank of all that score the same."""
    own = scores.get(wanted, 0.0)
    better = sum(scores.get(uid, 0.0) > own for uid in candidates)
    same = sum(scores.get(uid, 0.0) == own for uid in candidates)
    return better + (same + 1) / 2


def questions(rows: Sequence[Mapping[str, Any]], order: Sequence[str]) -> list[tuple[list[Mapping[str, Any]], Link]]:
    """The pairs with a stated relation between different stages, asked from the earlier end, with all relations of the pair."""
    of_pair: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for row in rows:
        of_pair.setdefault(frozenset((row["head"], row["tail"])), []).append(row)
    found = []
    for together in of_pair.values():
        row = next((row for row in together if row["status"] == "stated"), None)
        if row is None:
            continue
        stages = row["head_stage"], row["tail_stage"]
        if not set(stages) <= set(order) or stages[0] == stages[1]:
            continue
        forward = order.index(stages[0]) < order.index(stages[1])
        ends = (row["head"], row["tail"]) if forward else (row["tail"], row["head"])
        found.append((together, Link(*ends, row["tail_type"] if forward else row["head_type"])))
    return found


def evaluate(database: Database, driver: neo4j.Driver, folds: int, reference: Reference) -> dict[str, list[float]]:
    """Ranks of all hidden links by method."""
    roles = roles_of(reference.ontology)
    rows = driver.execute_query(
        LINKS, relations=list(reference.ontology.relation_types), stages=dict(roles.stages)
    ).records
    of_type: dict[str, list[str]] = {}
    for record in driver.execute_query("MATCH (e:Entity) RETURN e.uid AS uid, e.type AS type ORDER BY uid").records:
        of_type.setdefault(record["type"], []).append(record["uid"])
    asked = questions([row.data() for row in rows], roles.order)
    random.Random(SEED).shuffle(asked)
    print(f"{len(rows)} relations, {len(asked)} pairs with a stated one between stages; {folds} parts", flush=True)
    ranks: dict[str, list[float]] = {}
    for fold in range(folds):
        hidden = asked[fold::folds]
        taken = [dict(row) for together, _ in hidden for row in together]
        gone = {row["uid"] for row in taken}
        left = nx.Graph()
        left.add_nodes_from(uid for uids in of_type.values() for uid in uids)
        left.add_edges_from((row["head"], row["tail"]) for row in rows if row["uid"] not in gone)
        methods: dict[str, Callable[[Link, Sequence[str]], Mapping[str, float]]] = {
            "common neighbours": lambda link, some, g=left: {u: len(list(nx.common_neighbors(g, link.start, u))) for u in some},
            "Adamic-Adar": lambda link, some, g=left: {u: s for _, u, s in nx.adamic_adar_index(g, [(link.start, u) for u in some])},
            "popularity": lambda link, some, g=left: {u: float(g.degree(u)) for u in some},
            "recommendations": lambda link, some: recommended(database, link, reference),
        }  # fmt: skip
        driver.execute_query(HIDE, rows=taken)
        try:
            for _, link in hidden:
                known = set(left.neighbors(link.start)) | {link.start}
                candidates = [uid for uid in of_type[link.type] if uid not in known or uid == link.wanted]
                for name, score in methods.items():
                    ranks.setdefault(name, []).append(rank(score(link, candidates), link.wanted, candidates))
        finally:
            driver.execute_query(BRING_BACK, rows=taken)
        print(f"part {fold + 1} of {folds}", flush=True)
    return ranks


def recommended(database: Database, link: Link, reference: Reference) -> Mapping[str, float]:
    """Scores of the recommendations for the start."""
    plan = recommend(link.start, targets=(link.type,), limit=LIMIT, reference=reference)
    return {item.entity.uid: item.score for item in database.answer(plan).items}


def main() -> None:
    """Runs the evaluation and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, default=ROOT / "samples")
    parser.add_argument("--folds", type=int, default=10)
    arguments = parser.parse_args()
    user = Settings()
    home = Path(tempfile.mkdtemp(prefix="innograph-links-"))
    jars = user.neo4j_jars or user.home / "neo4j" / "jars"
    settings = Settings(home=home, neo4j_uri="", neo4j_jars=jars)
    reference = Reference.load(settings.ontology)
    server = LocalServer(settings)
    try:
        with open_database(settings) as database:
            sources = [str(path) for path in (arguments.samples / "documents", arguments.samples / "records")]
            ingest(sources, database, settings)
            access = server.start()
            with neo4j.GraphDatabase.driver(access.uri, auth=(access.user, access.password)) as driver:
                ranks = evaluate(database, driver, arguments.folds, reference)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    table = {name: sum(1 / r for r in found) / len(found) for name, found in ranks.items()}
    best = max(mrr for name, mrr in table.items() if name != "recommendations")
    for name, found in ranks.items():
        hits = sum(r <= 10 for r in found) / len(found)
        print(f"{name:20} MRR {table[name]:.3f}  Hits@10 {hits:.3f}  median rank {sorted(found)[len(found) // 2]:.0f}")
    print(
        f"recommendations at {table['recommendations'] / best if best else math.inf:.2f} times the best baseline's MRR"
    )


if __name__ == "__main__":
    main()
