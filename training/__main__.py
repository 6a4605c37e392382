"""Fits the reader: ``python -m training`` (``make train``). CPU only, seeded, 56 minutes on two cores.

Example:
    python -m training --corpus data/corpus my-annotations --output my-models
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from training.fitting import encoder_of, fit, read_documents, settle_relations


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpus", type=Path, nargs="+", default=[Path("data/corpus")], help="folders of *.ann.txt files"
    )
    parser.add_argument("--output", type=Path, default=Path("etl/nlp/models"), help="folder the models are written to")
    parser.add_argument("--seeds", type=int, default=1, help="taggers whose scores are averaged")
    parser.add_argument(
        "--copies",
        type=int,
        default=1,
        help="copies of each document with other names in it (one more for every second relation network)",
    )
    parser.add_argument(
        "--clauses",
        type=int,
        default=500,
        help="documents made of data/clauses (none for every second relation network)",
    )
    parser.add_argument(
        "--epochs", type=int, default=7, help="passes of the tagger of `best` over the documents and their copies"
    )
    parser.add_argument("--fast-epochs", type=int, default=5, help="passes of the tagger of `fast`")
    parser.add_argument("--pair-epochs", type=int, default=4, help="passes of the relation classifier")
    parser.add_argument("--networks", type=int, default=2, help="relation networks whose scores are averaged")
    parser.add_argument("--context-epochs", type=int, default=3, help="passes of a relation network")
    parser.add_argument(
        "--only",
        choices=["fast", "best", "pairs", "context"],
        help="fit one part alone: a tagger, the relation classifier (pairs) or the relation networks (context)",
    )
    args = parser.parse_args()
    read_documents(args)  # what is broken stops the run here
    networks = [f"context-{number}" for number in range(args.networks)]
    if args.only in (None, "context"):
        for old in (args.output / "best").glob("context-*"):  # all that lie there would be read
            if old.stem not in networks:
                old.unlink()
    if args.only and args.only != "context":
        fit(args.only, args)
    else:  # the longest first, each on a core of its own
        encoder_of(args)  # the first of them need it at once
        parts = networks if args.only else ["best", *reversed(networks), "fast", "pairs"]
        # A process a part, so that what one held is free for the next.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            list(pool.map(fit, parts, [args] * len(parts)))
    needed = {
        "best": ("pairs.npz", "best/tagger.onnx", "best/context-0.npz"),
        "fast": ("pairs.npz", "fast/tagger.onnx"),
    }
    ready = [setting for setting, files in needed.items() if all((args.output / file).exists() for file in files)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(settle_relations, ready, [args] * len(ready)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
