"""How long chain, path and recommendation queries take on graphs of 10,000 to 1,000,000 entities with hubs.

python bench/scale.py [--entities 10000 100000] [--relations-each 5] [--queries 200] [--folder DIR]

Each size is made (bench/synthetic.py), imported into a Neo4j of its own (one that ends with the run) and asked from seeded
starts: entities, fields, fields in a region. Printed are the median and the 99th percentile, the share that the bare Cypher of
the same answer takes, and the same graph in memory by networkx: its shortest path, its neighbourhood of two hops and its
personalised PageRank. Growth is the ratio of medians between sizes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import psutil

from api.memory import settle_memory
from bench.synthetic import Synthetic, generate, write
from graph.answers.chains import chains
from graph.answers.paths import paths
from graph.answers.recommend import recommend
from graph.answers.reference import Reference
from graph.settings import Settings
from graph.store.blocking import Database
from graph.store.database import open_database
from graph.store.installation import prepare
from graph.store.local import LocalServer
from graph.store.query import Plan

REGIONS = ("京津冀", "长三角", "广东省", "四川省", "湖北省")
STARTS = ("Firm", "Achievement", "University", "PilotBase", "Product")
WARM_UP = 60
MOST_IN_MEMORY = 200_000  # entities up to which networkx is asked too


def import_graph(graph: Synthetic, settings: Settings) -> float:
    """Puts the graph into a fresh managed server with Neo4j's importer; seconds from CSV files to an open database."""
    server = LocalServer(settings)
    server.start()
    server.stop()
    installation = prepare(settings)
    with tempfile.TemporaryDirectory(dir=settings.home) as folder:
        options = write(graph, Path(folder))
        begin = time.perf_counter()
        subprocess.run(
            [
                str(installation.java), "-Xmx4g", "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "-cp", str(installation.jars / "*"), "org.neo4j.cli.AdminTool",
                "database", "import", "full", "neo4j", "--overwrite-destination=true", "--array-delimiter=;", *options,
            ],
            env={"NEO4J_HOME": str(server.folder), "NEO4J_CONF": str(server.folder / "conf"), "PATH": os.environ["PATH"]},
            cwd=settings.home,
            check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    with open_database(settings):  # brings the schema up and waits for its indexes
        pass
    return time.perf_counter() - begin


class Clock:
    """Runs plans and counts the seconds that their queries take."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cypher = 0.0

    def answer(self, plan: Plan[Any]) -> Any:
        """The plan's result."""
        reply: Any = None
        while True:
            try:
                query = plan.send(reply)
            except StopIteration as stop:
                return stop.value
            begin = time.perf_counter()
            reply = self._database.run(query)
            self.cypher += time.perf_counter() - begin


def asked(graph: Synthetic, count: int, seed: int) -> dict[str, list[Callable[[], Plan[Any]]]]:
    """The plans of each kind of question."""
    rng = random.Random(seed)
    reference = Reference.load()
    of = {kind: [n for n, t in enumerate(graph.types) if t == kind] for kind in STARTS}
    entity = [graph.uids[rng.choice(of[kind])] for kind in STARTS for _ in range(-(-count // len(STARTS)))]
    rng.shuffle(entity)
    fields = [graph.names[rng.choice(graph.fields)] for _ in range(count)]
    others = rng.sample(entity, len(entity))

    def chain(start: str, region: str = "") -> Callable[[], Plan[Any]]:
        return lambda: chains(start, region=region, reference=reference)

    return {
        "chains from an entity": [chain(uid) for uid in entity],
        "chains of a field": [chain(name) for name in fields],
        "chains of a field in a region": [chain(name, rng.choice(REGIONS)) for name in fields],
        "paths between two entities": [
            (lambda a=a, b=b: paths(a, b, reference=reference)) for a, b in zip(entity, others, strict=True) if a != b
        ],
        "recommendations for an entity": [(lambda uid=uid: recommend(uid, reference=reference)) for uid in entity],
    }  # fmt: skip


def measure(plans: Sequence[Callable[[], Plan[Any]]], database: Database) -> tuple[list[float], float]:
    """Seconds of each answer after a warm-up, and the share of them that Cypher took."""
    clock = Clock(database)
    for make in plans[:WARM_UP]:
        clock.answer(make())
    clock.cypher = 0.0
    seconds = []
    for make in plans[WARM_UP:]:
        begin = time.perf_counter()
        clock.answer(make())
        seconds.append(time.perf_counter() - begin)
    return seconds, clock.cypher / sum(seconds)


def in_memory(graph: Synthetic, count: int, seed: int) -> dict[str, float]:
    """Median milliseconds of what networkx does on the same graph, held in memory."""
    rng = random.Random(seed)
    held = nx.Graph()
    held.add_edges_from(zip(graph.heads.tolist(), graph.tails.tolist(), strict=True))
    nodes = rng.sample(sorted(held), 2 * count)

    def timed(work: Callable[[int, int], object], times: int) -> float:
        taken = []
        for one, other in zip(nodes[:times], nodes[count : count + times], strict=True):
            begin = time.perf_counter()
            with contextlib.suppress(nx.NetworkXNoPath):
                work(one, other)
            taken.append(time.perf_counter() - begin)
        return 1000 * float(np.median(taken))

    return {
        "shortest path": timed(lambda a, b: nx.shortest_path(held, a, b), count),
        "two hops around": timed(lambda a, b: nx.ego_graph(held, a, 2), count),
        "personalised PageRank": timed(lambda a, b: nx.pagerank(held, personalization={a: 1}), 3),
    }


def main() -> None:
    """Runs the benchmark and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--relations-each", type=int, default=5, help="relations an entity")
    parser.add_argument("--queries", type=int, default=200, help="questions of each kind, after a warm-up of 60")
    parser.add_argument("--folder", type=Path, help="where the servers live while it runs; a temporary one by default")
    parser.add_argument("--heap", default="2g")
    parser.add_argument("--page-cache", default="1g")
    arguments = parser.parse_args()
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"{platform.machine()}, {os.cpu_count()} cores ({cpu}), {memory:.0f} GB; heap {arguments.heap}, page cache {arguments.page_cache}"
    )
    user = Settings()
    before: dict[str, float] = {}
    for entities in sorted(arguments.entities):
        home = Path(tempfile.mkdtemp(dir=arguments.folder, prefix="innograph-bench-"))
        settings = Settings(
            home=home, neo4j_uri="", neo4j_jars=user.neo4j_jars or user.home / "neo4j" / "jars", neo4j_heap=arguments.heap,
            neo4j_page_cache=arguments.page_cache,
        )  # fmt: skip
        try:
            graph = generate(entities, entities * arguments.relations_each)
            seconds = import_graph(graph, settings)
            print(
                f"\n{len(graph.uids):,} entities, {len(graph.kinds):,} relations; imported and indexed in {seconds:.0f} s",
                flush=True,
            )
            settle_memory()  # as a server does
            with open_database(settings) as database:
                for name, plans in asked(graph, arguments.queries + WARM_UP, 7).items():
                    taken, share = measure(plans, database)
                    median, high = 1000 * float(np.median(taken)), 1000 * float(np.quantile(taken, 0.99))
                    growth = (
                        f"; median {median / before[name]:.2f} times that of the size before" if name in before else ""
                    )
                    before[name] = median
                    print(
                        f"  {name}: median {median:.0f} ms, p99 {high:.0f} ms, {share:.0%} of it Cypher{growth}",
                        flush=True,
                    )
            if entities <= MOST_IN_MEMORY:
                for name, median in in_memory(graph, 20, 7).items():
                    print(f"  networkx, {name}: median {median:.1f} ms", flush=True)
        finally:
            LocalServer(settings).stop()
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
