"""Of what the reader says with a confidence, how much is right: mentions and relations on a gold file.

python bench/calibration.py [--data tests/gold/development.jsonl]
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import defaultdict
from pathlib import Path

from etl.nlp.extractor import create_nlp

ROOT = Path(__file__).parent.parent
BOUNDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
SYMMETRIC = "COOPERATES_WITH"


def main() -> None:
    """Prints a table for each setting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "tests" / "gold" / "development.jsonl")
    rows = [json.loads(line) for line in parser.parse_args().data.read_text("utf-8").splitlines() if line.strip()]
    for setting in ("best", "fast"):
        nlp = create_nlp(setting)
        marks: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for row in rows:
            aliases: dict[str, str] = row["aliases"]

            def full(name: str, aliases: dict[str, str] = aliases) -> str:
                return aliases.get(name.strip("《》"), name.strip("《》"))

            spans = {(e["start"], e["end"], e["type"]) for e in row["entities"]}
            true = {(full(r["head"]), r["type"], full(r["tail"])) for r in row["relations"]}
            true |= {(tail, kind, head) for head, kind, tail in true if kind == SYMMETRIC}
            doc = nlp(row["text"])
            marks["mentions"] += [(m.confidence, (m.start, m.end, m.type) in spans) for m in doc._.mentions]
            marks["relations"] += [
                (r.confidence, (full(r.head), r.type, full(r.tail)) in true) for r in doc._.relations
            ]
        for what, found in marks.items():
            cells = []
            for low, high in itertools.pairwise(BOUNDS):
                inside = [right for confidence, right in found if low <= confidence < high]
                if inside:
                    cells.append(f"{low:.1f}-{min(high, 1):.1f}: {sum(inside) / len(inside):.2f} of {len(inside)}")
            print(f"{setting}, {what}: " + "; ".join(cells))


if __name__ == "__main__":
    main()
