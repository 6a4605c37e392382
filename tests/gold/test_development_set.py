"""Extraction quality on the development set, by its scorer: floors below what docs/extraction.md publishes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from etl.pipeline import Pipeline
from etl.sources import RawDocument
from graph.settings import Settings
from innograph.commands.read import describe

HERE = Path(__file__).parent
GOLD = HERE / "development.jsonl"
FLOORS = {
    "best": {"entities strict": 0.915, "names": 0.95, "relations": 0.64},
    "fast": {"entities strict": 0.895, "names": 0.935, "relations": 0.57},
}


@pytest.fixture(scope="module", params=sorted(FLOORS))
def scored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, float]]:
    """The setting and its F1 by line of the scorer's table."""
    pipeline = Pipeline(Settings(reader=request.param))
    predicted = tmp_path_factory.mktemp("gold") / "predicted.jsonl"
    with predicted.open("w", encoding="utf-8") as file:
        for row in map(json.loads, GOLD.read_text("utf-8").splitlines()):
            described = describe(pipeline, RawDocument(row["id"], row["text"]))
            assert isinstance(described, dict)
            assert described["text"] == row["text"], "clean text must come back unchanged"
            file.write(json.dumps(described, ensure_ascii=False) + "\n")
    run = subprocess.run(
        [sys.executable, HERE / "score.py", GOLD, predicted],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    print(run.stdout)
    return request.param, {
        match[1].strip(): float(match[2]) for match in re.finditer(r"^(.+?) +P .*?F1 ([\d.]+)", run.stdout, re.M)
    }


def test_no_figure_falls_below_its_floor(scored: tuple[str, dict[str, float]]) -> None:
    setting, found = scored
    below = {name: found[name] for name, floor in FLOORS[setting].items() if found[name] < floor}
    assert below == {}, f"{setting}: {found}"
