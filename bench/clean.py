"""How fast cleaning is, beside a plain OpenCC pass over the same texts in the same run, and how right.

Usage: python bench/clean.py [--quality]

Speed: clean texts, traditional ones and traditional ones with pinyin, each as documents and as one long text, without the
search for shifted GBK (none of them has such a run). Quality: every kind of damage of bench/damage.py on the same texts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import opencc

from bench.damage import KINDS, SITES, accuracy, shifted_gbk, traditional, with_pinyin
from etl.clean import clean

ROOT = Path(__file__).parent.parent
MARKUP = re.compile(r"\{\{([^{}|]+)\|[A-Za-z]+\}\}")
CHARACTERS = 1_000_000
ROUNDS = 5


def texts() -> list[str]:
    """The development set where it is at hand, else our own corpus."""
    gold = ROOT.parent / "shared" / "gold" / "dev" / "gold.jsonl"
    if gold.exists():
        return [json.loads(line)["text"] for line in gold.read_text("utf-8").splitlines()]
    files = sorted((ROOT / "data" / "corpus").glob("*.ann.txt"))
    return [MARKUP.sub(r"\1", path.read_text("utf-8").split("\n---\n")[1]) for path in files]


def seconds(run: Callable[[str], object], documents: Sequence[str]) -> float:
    """Least processor seconds of a function over all documents, so that other work on the machine counts little."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for document in documents:
            run(document)
        times.append(time.process_time() - start)
    return min(times)


def speed(documents: Sequence[str]) -> None:
    """Prints characters a second of each kind of text and the ratio to OpenCC."""
    rng = random.Random(1)
    converter = opencc.OpenCC("tw2s")
    old = [traditional(t) for t in documents]
    kinds = {
        "clean": documents,
        "traditional": old,
        "traditional and pinyin": [with_pinyin(t, rng, share=0.1) for t in old],
    }
    clean(kinds["traditional and pinyin"][0])  # loads the tables
    for name, group in kinds.items():
        times = max(1, CHARACTERS // sum(map(len, group)))
        for shape, many in (("documents", list(group) * times), ("one text", ["\n".join(group) * times])):
            size = sum(map(len, many))
            ours, theirs = seconds(clean, many), seconds(converter.convert, many)
            print(
                f"{name}, {shape}: {size / ours:,.0f} characters/s; OpenCC alone {size / theirs:,.0f}; ratio {ours / theirs:.1f}"
            )


def quality(documents: Sequence[str]) -> None:
    """Prints accuracy by kind, and for shifted GBK what was repaired, flagged and wrong."""
    rng = random.Random(1)
    changed = sum(clean(text).text is not text for text in documents)
    print(f"clean texts changed: {changed} of {len(documents)}")
    for kind, damage in KINDS.items():
        errors = size = lost = 0.0
        for text in documents:
            found = clean(damage(text, rng)).text
            errors += (1 - accuracy(text, found)) * len(text)
            lost += found.count("\ufffd")
            size += len(text)
        print(f"{kind}: accuracy {1 - errors / size:.4f}; U+FFFD {lost:.0f}")
    for site in SITES:
        print(f"shifted GBK, {site.name}: {shifted(documents, site.name)}")


def shifted(documents: Sequence[str], name: str) -> str:
    """What became of the shifted runs of a site."""
    site = next(s for s in SITES if s.name == name)
    wide = str.maketrans(",;:?!()", "，；：？！（）")
    whole = partly = flagged = wrong = restored = damaged = 0
    for text in documents:
        cleaned = clean(shifted_gbk(text, site))
        truth, at = text.translate(wide), 0
        for piece in cleaned.text.translate(wide).replace("？！？", "\ufffd").split("\ufffd"):
            found = truth.find(piece, at)
            wrong += found < 0
            at = found + len(piece) if found >= 0 else at
        for repair in cleaned.repairs:
            if repair.kind == "gbk_shift":
                kept = len(repair.replacement.replace("\ufffd", ""))
                damaged += max(len(repair.original), len(repair.replacement))
                restored += kept
                whole += "\ufffd" not in repair.replacement
                flagged += kept == 0
                partly += "\ufffd" in repair.replacement and kept > 0
    share = restored / damaged if damaged else 1.0
    return (
        f"runs repaired {whole}, repaired but for an end {partly}, flagged {flagged}, pieces that the truth has not {wrong}; "
        f"characters restored {share:.0%} of {damaged}"
    )


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", action="store_true", help="measure accuracy too")
    arguments = parser.parse_args()
    documents = texts()
    print(f"{len(documents)} texts, {sum(map(len, documents)):,} characters, Python {sys.version.split()[0]}")
    speed(documents)
    if arguments.quality:
        quality(documents)


if __name__ == "__main__":
    main()
