"""docs/ontology.md is what graph.ontology_page makes of graph/ontology.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.ontology import load_ontology
from graph.ontology_page import main, render

ROOT = Path(__file__).parents[3]
SMALL = """\
stages:
  first: {zh: 一}
  last: {zh: 二}
entity_types:
  Maker: {zh: 厂, stage: last, heads: [厂, 社]}
  Idea: {zh: 想法, own_stage: true}
  Helper: {zh: 帮手, enabler: true}
  Mark: {zh: 数, scope: document, colour: "#112233"}
relation_types:
  MAKES: {zh: 造, inverse: 由其造, head: Maker, tail: [Idea, Maker], advances: true}
  KNOWS: {zh: 识, head: [Maker, Idea, Helper, Mark], tail: [Maker, Idea, Helper, Mark], symmetric: true}
  AIDS: {zh: 助, head: [Maker, Idea, Helper], tail: Maker}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An ontology file with one of each kind."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return path


def test_page_is_current() -> None:
    page = (ROOT / "docs" / "ontology.md").read_text("utf-8")
    assert page == render(load_ontology()), "graph/ontology.yaml has changed: run `make docs`"


def test_page_names_every_type_relation_and_stage() -> None:
    ontology = load_ontology()
    page = render(ontology)
    for name in (*ontology.stages, *ontology.entity_types, *ontology.relation_types):
        assert f"`{name}`" in page


def test_rows_say_what_the_file_says(small: Path) -> None:
    page = render(load_ontology(small))
    assert "| 2 | `last` | 二 | Maker |" in page
    assert "| 1 | `first` | 一 |  |" in page
    assert "| `Maker` | 厂 | `last` | global | #A5ABB6 | 厂 社 |" in page
    assert "| `Idea` | 想法 | *own* | global |" in page
    assert "| `Helper` | 帮手 | *enabler* | global |" in page
    assert "| `Mark` | 数 |  | document | #112233 |  |" in page
    assert "| `MAKES` | 造 | 由其造 | Maker | Maker, Idea | advances |" in page
    assert "| `KNOWS` | 识 | 识 | any | any | symmetric |" in page
    assert "| `AIDS` | 助 | 助 | any but Mark | Maker |  |" in page


def test_command_writes_the_page_of_any_file(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.md"
    assert main(["--ontology", str(small), "--output", str(target)]) == 0
    assert target.read_text("utf-8") == render(load_ontology(small))
    assert main(["--ontology", str(small)]) == 0
    assert capsys.readouterr().out == target.read_text("utf-8")


def test_command_reads_the_setting(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INNOGRAPH_ONTOLOGY", str(small))
    assert main([]) == 0
    assert "`KNOWS`" in capsys.readouterr().out


def test_unusable_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.yaml"
    assert main(["--ontology", str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err
