"""An analysis as tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from graph.answers.analytics import Analytics
from graph.errors import InvalidInput


def write_tables(found: Analytics, folder: Path) -> list[Path]:
    """Writes leaders.csv, communities.csv, flows.csv (UTF-8 with BOM, for spreadsheets) and analytics.json.

    Raises:
        InvalidInput: The folder cannot be written.
    """
    leaders = ((r.stage, r.measure, r.entity.uid, r.entity.type, r.entity.name, r.value) for r in found.leaders)
    communities = (
        (
            c.number,
            c.size,
            "; ".join(f"{stage} {count}" for stage, count in c.stages.items()),
            "; ".join(f"{region} {count}" for region, count in c.regions.items()),
            "; ".join(member.name for member in c.members),
        )
        for c in found.communities
    )
    flows = ((f.source, f.target, f.relation, f.count) for f in found.flows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        summary = folder / "analytics.json"
        summary.write_text(json.dumps(asdict(found), ensure_ascii=False, indent=2), "utf-8")
        return [
            _table(folder / "leaders.csv", ("stage", "measure", "uid", "type", "name", "value"), leaders),
            _table(folder / "communities.csv", ("community", "size", "stages", "regions", "members"), communities),
            _table(folder / "flows.csv", ("from", "to", "relation", "count"), flows),
            summary,
        ]
    except OSError as error:
        raise InvalidInput(f"Cannot write to {folder}: {error.strerror}. Name another folder.") from error


def _table(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
    return path
