"""Fits the reader: ``python -m training`` (``make train``). CPU only, seeded, under an hour.

Example:
    python -m training --corpus data/corpus --output etl/nlp/models
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from etl.nlp import labels
from etl.nlp.gazetteer import load_gazetteer
from etl.nlp.lac import load_lac, viterbi
from etl.nlp.mentions import document_mentions
from etl.nlp.reader import Reader
from etl.nlp.view import build_view
from graph.ontology import Ontology, load_ontology
from training import relations as pairs
from training import tagger
from training.corpus import Annotated, read_folder
from training.export import crf_scores, write_pairs, write_tagger


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("data/corpus"), help="folder of *.ann.txt files")
    parser.add_argument("--output", type=Path, default=Path("etl/nlp/models"), help="folder the models are written to")
    parser.add_argument("--seeds", type=int, default=1, help="taggers whose scores are averaged")
    parser.add_argument("--epochs", type=int, default=16, help="passes of the tagger over the corpus")
    parser.add_argument("--only", choices=["tagger", "pairs"], help="fit one of the two alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    ontology = load_ontology()
    documents = read_folder(args.corpus)
    train = [d for d in documents if not d.validation]
    held = [d for d in documents if d.validation]
    print(f"{len(train)} documents to fit, {len(held)} held back", flush=True)
    if args.only != "pairs":
        fit_tagger(train, held, ontology, args)
    if args.only != "tagger":
        fit_pairs(train, held, ontology, args)
    return 0


def fit_tagger(train: list[Annotated], held: list[Annotated], ontology: Ontology, args: argparse.Namespace) -> None:
    """Fits and writes the tagger, calibrated on the held-back documents."""
    types = list(ontology.entity_types)
    lac, gazetteer = load_lac(), load_gazetteer()
    vocabulary = tagger.build_vocabulary(train)
    rows = tagger.examples(train, vocabulary, lac, gazetteer, types)
    test = tagger.examples(held, vocabulary, lac, gazetteer, types)
    fitted = []
    for seed in range(args.seeds):

        def report(epoch: int, loss: float, seconds: float, model: tagger.Tagger, crf: tagger.Crf) -> None:
            if epoch % 4 == 3:
                model.eval()
                right, found, gold, _ = evaluate([(model, crf)], test, held, types)
                f1 = 2 * right / max(1, found + gold)
                print(f"seed {seed} epoch {epoch + 1}: loss {loss:.4f}, {seconds:.0f} s, held-back F1 {f1:.3f}", flush=True)

        fitted.append(tagger.fit(rows, vocabulary, types, seed=seed, epochs=args.epochs, report=report))
    right, found, gold, marks = evaluate(fitted, test, held, types)
    print(f"tagger on held-back: F1 {2 * right / max(1, found + gold):.3f}", flush=True)
    data = {"documents": len(train), "seeds": args.seeds, "epochs": args.epochs}
    write_tagger(args.output / "fast", fitted, vocabulary, types, calibrate(marks), data)


@torch.no_grad()
def evaluate(
    fitted: list[tuple[tagger.Tagger, tagger.Crf]], rows: list[tagger.Example], documents: list[Annotated], types: list[str]
) -> tuple[int, int, int, list[tuple[float, bool]]]:
    """Spans right, found and gold; and for each found its mean log-probability and whether it is right."""
    transitions, first = crf_scores([crf for _, crf in fitted])
    forbidden, forbidden_first = labels.forbidden(types)
    marks: list[tuple[float, bool]] = []
    gold = [set(document.spans) for document in documents]
    for row in rows:
        data = tagger.collate([row])
        data.pop("gold"), data.pop("lengths")
        scores = torch.stack([model(**data)[0] for model, _ in fitted]).mean(0)
        certain = torch.log_softmax(scores, 1).numpy()
        path = viterbi(scores.numpy(), transitions + forbidden, first + forbidden_first)
        for start, end, entity_type in labels.decode(path, types):
            mean = float(certain[np.arange(start, end), path[start:end]].mean())
            marks.append((mean, (start + row.start, end + row.start, entity_type) in gold[row.document]))
    return sum(right for _, right in marks), len(marks), sum(map(len, gold)), marks


def calibrate(marks: list[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and offset of a logistic curve from score to the share that is right (Platt 1999), by gradient descent."""
    if len({right for _, right in marks}) < 2:
        return 1.0, 0.0
    x = torch.tensor([mean for mean, _ in marks])
    y = torch.tensor([float(right) for _, right in marks])
    curve = torch.tensor([1.0, 1.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([curve], max_iter=200)

    def closure() -> Any:
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(curve[0] * x + curve[1], y)
        loss.backward()
        return loss

    optimiser.step(closure)
    return float(curve[0]), float(curve[1])


def fit_pairs(train: list[Annotated], held: list[Annotated], ontology: Ontology, args: argparse.Namespace) -> None:
    """Fits and writes the relation classifier; its thresholds come from the held-back documents as the reader reads them."""
    lac = load_lac()
    names = list(ontology.relation_types)
    began = time.monotonic()
    rows: list[pairs.PairExample] = []
    seen: set[tuple[str, str, str]] = set()
    for document in train:
        view = pairs.view_of(document, lac)
        found = pairs.pair_examples(view, ontology, pairs.gold_relations(document, ontology))
        for row in found:
            head, tail = (view.mentions[at].type for at in row.pair.places[0])
            seen |= {(names[at], head, tail) for at in np.flatnonzero(row.gold)}
        rows += found
    print(f"{len(rows)} pairs, {int(sum(r.gold.sum() for r in rows))} relations, {time.monotonic() - began:.0f} s", flush=True)
    model = pairs.fit(rows, len(names), seed=0)
    reader = Reader("fast", lac=lac, gazetteer=load_gazetteer(), models=args.output)
    scored: list[tuple[float, bool, int]] = []
    total = np.zeros(len(names))
    for document in held:
        reading = reader.read(document.text)
        mentions, _ = document_mentions(document.text, reading.spans)
        gold = pairs.gold_relations(document, ontology)
        for _, name, _ in gold:
            total[names.index(name)] += 1
        found = pairs.pair_examples(build_view(document.text, mentions, reading.word_starts), ontology, set())
        if not found:
            continue
        for row, probability in zip(found, pairs.probabilities(model, found), strict=True):
            head, tail = document.canonical(row.pair.head), document.canonical(row.pair.tail)
            for at in np.flatnonzero(probability >= 0.02):
                scored.append((float(probability[at]), (head, names[at], tail) in gold, int(at)))
    threshold = best_threshold(scored, float(total.sum()))
    marks = [(float(np.log(p / (1 - min(p, 1 - 1e-6)))), right) for p, right, _ in scored if p >= threshold]
    right = sum(good for p, good, _ in scored if p >= threshold)
    print(f"pairs on held-back, as read: threshold {threshold:.2f}, "
          f"F1 {2 * right / max(1, len(marks) + total.sum()):.3f}", flush=True)
    write_pairs(args.output / "pairs.npz", model, names, np.full(len(names), threshold), calibrate(marks), seen)


def best_threshold(scored: list[tuple[float, bool, int]], gold: float) -> float:
    """The probability above which F1 is largest."""
    best, threshold = 0.0, 0.4
    for candidate in np.arange(0.15, 0.7, 0.05):
        kept = [good for p, good, _ in scored if p >= candidate]
        f1 = 2 * sum(kept) / max(1.0, len(kept) + gold)
        if f1 > best:
            best, threshold = f1, float(candidate)
    return threshold


if __name__ == "__main__":
    raise SystemExit(main())
