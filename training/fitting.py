"""The parts of the models, fitted from annotated documents and written: readers, relation classifier, relation network."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from etl.nlp import labels
from etl.nlp.e5 import Encoder
from etl.nlp.gazetteer import load_gazetteer
from etl.nlp.lac import load_lac, viterbi
from etl.nlp.mentions import document_mentions
from etl.nlp.reader import Reader
from etl.nlp.relations import RelationClassifier
from etl.nlp.view import build_view
from graph.e5 import load_weights
from graph.ontology import Ontology, load_ontology
from training import context, tagger
from training import relations as pairs
from training.augment import pool_of, renamed
from training.clauses import clause_documents
from training.corpus import Annotated, read_folder
from training.encoder import KEEP, LAYERS, LowerLayers, export
from training.export import crf_scores, write_pairs, write_tagger, write_verdict_settings
from training.press import with_press


def read_documents(args: argparse.Namespace) -> list[Annotated]:
    """The documents of all folders."""
    return [document for folder in args.corpus for document in read_folder(folder)]


def encoder_of(args: argparse.Namespace) -> Path:
    """The encoder's file, exported if it is not there."""
    path: Path = args.output / "best" / "encoder.onnx"
    if not path.exists():
        export(LowerLayers(load_weights(), LAYERS, KEEP), path)
    return path


def fit(part: str, args: argparse.Namespace) -> None:
    """Fits and writes one part: a tagger (``best``, ``fast``), relation network ``context-k`` or the classifier (``pairs``)."""
    torch.set_num_threads(1)
    ontology = load_ontology()
    documents = read_documents(args)
    train = [d for d in documents if not d.validation]
    held = [d for d in documents if d.validation]
    seed = int(part.removeprefix("context-")) if part.startswith("context-") else 0
    pool, rng = pool_of(train), random.Random(seed)
    # Every second relation network learns no set wordings and more copies instead: unlike networks mend one another.
    clauses, copies_of_each = (0, args.copies + 1) if seed % 2 else (args.clauses, args.copies)
    plain = [with_press(made, rng) for made in clause_documents(clauses, train, pool, rng)]
    copies = [with_press(renamed(document, pool, rng), rng) for _ in range(copies_of_each) for document in train]
    print(
        f"{len(train)} documents to fit, {len(copies)} copies, {len(plain)} of clauses, {len(held)} held back",
        flush=True,
    )
    if part in ("best", "fast"):
        fit_tagger(part, train + plain + copies, held, ontology, args)
    elif part == "pairs":
        fit_classifier(train + plain, ontology, args)
    else:
        fit_network(train + plain + copies, ontology, args, seed)


def fit_tagger(
    setting: str, train: list[Annotated], held: list[Annotated], ontology: Ontology, args: argparse.Namespace
) -> None:
    """Fits and writes the tagger of one setting, calibrated on the held-back documents."""
    encoder = Encoder(encoder_of(args)) if setting == "best" else None
    types, epochs = list(ontology.entity_types), args.epochs if setting == "best" else args.fast_epochs
    lac, gazetteer = load_lac(), load_gazetteer()
    vocabulary = tagger.build_vocabulary(train, least=2 * (args.copies + 1))
    rows = tagger.examples(train, vocabulary, lac, gazetteer, types, encoder)
    test = tagger.examples(held, vocabulary, lac, gazetteer, types, encoder)
    fitted = []
    for seed in range(args.seeds):

        def report(
            epoch: int, loss: float, seconds: float, model: tagger.Tagger, crf: tagger.Crf, seed: int = seed
        ) -> None:
            if epoch % 4 == 3:
                model.eval()
                right, found, gold, _ = evaluate([(model, crf)], test, held, types)
                f1 = 2 * right / max(1, found + gold)
                print(
                    f"seed {seed} epoch {epoch + 1}: loss {loss:.4f}, {seconds:.0f} s, held-back F1 {f1:.3f}",
                    flush=True,
                )

        fitted.append(tagger.fit(rows, vocabulary, types, seed=seed, epochs=epochs, report=report))
    right, found, gold, marks = evaluate(fitted, test, held, types)
    print(f"{setting} tagger on held-back: F1 {2 * right / max(1, found + gold):.3f}", flush=True)
    data = {"documents": len(train), "copies": args.copies, "seeds": args.seeds, "epochs": epochs}
    write_tagger(args.output / setting, fitted, vocabulary, types, calibrate(marks), data)


@torch.no_grad()
def evaluate(
    fitted: list[tuple[tagger.Tagger, tagger.Crf]],
    rows: list[tagger.Example],
    documents: list[Annotated],
    types: list[str],
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
        (path,) = viterbi([scores.numpy()], transitions + forbidden, first + forbidden_first)
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
    return float(curve[0].detach()), float(curve[1].detach())


def fit_classifier(train: list[Annotated], ontology: Ontology, args: argparse.Namespace) -> None:
    """Fits and writes the relation classifier; its features show names by their types alone, so renamed copies teach it nothing."""
    began, names = time.monotonic(), list(ontology.relation_types)
    rows = pairs_of(train, ontology, began)
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        for at, relation in zip(*np.nonzero(row.gold), strict=True):
            head, tail = (row.view.mentions[number].type for number in row.pairs[at].places[0])
            seen.add((names[relation], head, tail))
    hashed = [pairs.hashed(row) for row in rows]
    print(f"features, {time.monotonic() - began:.0f} s", flush=True)
    model = pairs.fit(hashed, len(names), seed=0, epochs=args.pair_epochs, report=relation_report(began))
    write_pairs(args.output / "pairs.npz", model, names, seen)


def fit_network(documents: list[Annotated], ontology: Ontology, args: argparse.Namespace, seed: int) -> None:
    """Fits and writes one of the relation networks that `best` has beside the classifier."""
    began, types = time.monotonic(), list(ontology.entity_types)
    encoder = Encoder(encoder_of(args))
    found = pairs_of(documents, ontology, began)
    rows = [context.example(found.pop(), encoder, types) for _ in range(len(found))]
    report = relation_report(began)
    relations = len(ontology.relation_types)
    network = context.fit(rows, len(types), relations, seed=seed, epochs=args.context_epochs, report=report)
    context.write(network, args.output / "best" / f"context-{seed}")


def pairs_of(documents: list[Annotated], ontology: Ontology, began: float) -> list[pairs.DocumentPairs]:
    """The candidate pairs of every document that has some; prints how many."""
    lac = load_lac()
    found = (
        pairs.document_pairs(pairs.view_of(document, lac), ontology, pairs.gold_relations(document, ontology))
        for document in documents
    )
    rows = [row for row in found if row is not None]
    count, gold = sum(len(row.pairs) for row in rows), int(sum(row.gold.sum() for row in rows))
    print(f"{count} pairs, {gold} relations, {time.monotonic() - began:.0f} s", flush=True)
    return rows


def relation_report(began: float) -> Callable[..., None]:
    """Prints the loss of a pass."""

    def report(epoch: int, loss: float, *_: object) -> None:
        print(f"relations epoch {epoch + 1}: loss {loss:.4f}, {time.monotonic() - began:.0f} s", flush=True)

    return report


def settle_relations(setting: str, args: argparse.Namespace) -> None:
    """Writes the thresholds of a setting and the curve of its confidence, from the held-back documents as it reads them."""
    torch.set_num_threads(1)
    ontology = load_ontology()
    held = [document for document in read_documents(args) if document.validation]
    path = args.output / setting / "relations.json"
    names = list(ontology.relation_types)
    write_verdict_settings(path, names, np.full(len(names), 0.5), (1.0, 0.0))
    reader = Reader(setting, lac=load_lac(), gazetteer=load_gazetteer(), models=args.output)
    classifier = RelationClassifier(ontology, setting, models=args.output)
    scored: list[tuple[float, bool, int]] = []
    total = np.zeros(len(names))
    for document in held:
        reading = reader.read(document.text)
        mentions, _ = document_mentions(document.text, reading.spans)
        true = pairs.gold_relations(document, ontology)
        for _, name, _ in true:
            total[names.index(name)] += 1
        verdicts = classifier.judge(build_view(document.text, mentions, reading.word_starts), reading)
        for row, relation in zip(*np.nonzero(verdicts.probabilities >= 0.02), strict=True):
            head, tail = (document.canonical(name) for name in (verdicts.pairs[row].head, verdicts.pairs[row].tail))
            right = (head, names[relation], tail) in true
            scored.append((float(verdicts.probabilities[row, relation]), right, int(relation)))
    thresholds = fit_thresholds(scored, total)
    kept = [(p, right) for p, right, relation in scored if p >= thresholds[relation]]
    marks = [(float(np.log(p / (1 - min(p, 1 - 1e-6)))), right) for p, right in kept]
    f1 = 2 * sum(right for _, right in kept) / max(1.0, len(kept) + float(total.sum()))
    print(f"{setting}: relations of held-back documents as read: F1 {f1:.3f}", flush=True)
    write_verdict_settings(path, names, thresholds, calibrate(marks))


def fit_thresholds(scored: list[tuple[float, bool, int]], gold: Any) -> Any:
    """For each relation the probability above which F1 is largest, drawn to the common one where examples are few."""
    common = best_threshold([(p, right) for p, right, _ in scored], float(gold.sum()))
    thresholds = np.full(len(gold), common)
    for relation, count in enumerate(gold):
        own = [(p, right) for p, right, number in scored if number == relation]
        if count:
            weight = count / (count + 30)
            thresholds[relation] = weight * best_threshold(own, float(count)) + (1 - weight) * common
    return thresholds


def best_threshold(scored: list[tuple[float, bool]], gold: float) -> float:
    """The probability above which F1 is largest."""
    best, threshold = 0.0, 0.3
    for candidate in np.arange(0.1, 0.7, 0.05):
        kept = [good for p, good in scored if p >= candidate]
        f1 = 2 * sum(kept) / max(1.0, len(kept) + gold)
        if f1 > best:
            best, threshold = f1, float(candidate)
    return threshold
