"""The notebooks run from top to bottom on the session's server, in a kernel of their own."""

from __future__ import annotations

import ast
import json
import re
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from etl.run import ingest
from graph.settings import Settings
from graph.store.database import Database
from graph.store.local import LocalServer

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SAMPLES = ("samples/records/platforms.csv", "samples/records/chain.csv", "samples/documents/chain_report-35.md")


@pytest.fixture(scope="module")
def filled(session_database: Database, store_settings: Settings) -> Settings:
    """Settings of a graph that holds a few samples."""
    report = ingest([str(ROOT / name) for name in SAMPLES], session_database, store_settings)
    assert not report.failures
    return store_settings


def execute(path: Path, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a notebook and returns it with its outputs; an error in a cell is raised."""
    for name, value in {
        "INNOGRAPH_HOME": settings.home,
        "INNOGRAPH_NEO4J_LINE": settings.neo4j_line,
        "INNOGRAPH_NEO4J_JARS": settings.neo4j_jars,
        "INNOGRAPH_NEO4J_URI": "",
        "IPYTHONDIR": folder / "ipython",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
    }.items():
        monkeypatch.setenv(name, str(value))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    with warnings.catch_warnings():
        # Of the libraries that speak to the kernel; what the notebook itself does shows in its outputs.
        warnings.simplefilter("ignore")
        client.execute()
    return notebook


def shown(notebook: Any) -> str:
    """All text that the cells print and show."""
    parts: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            parts.append(output.get("text", ""))
            parts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)


def test_exploration_shows_relations_evidence_and_chains(
    server: LocalServer, filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(execute(ROOT / "notebooks" / "01_explore.ipynb", filled, tmp_path, monkeypatch))
    assert re.search(r"^[1-9]\d* documents, [1-9]\d* entities, [1-9]\d* relations$", text, re.MULTILINE)
    assert "the largest has" in text
    assert "HOSTED_BY" in text
    assert "industrial_chain" in text


def test_py2neo_reads_the_managed_server(
    server: LocalServer, filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(execute(ROOT / "notebooks" / "02_py2neo.ipynb", filled, tmp_path, monkeypatch))
    assert "Neo4j Kernel" in text
    assert "PilotBase-" in text
    assert "sentence" in text
    assert re.search(r"^[1-9]\d* nodes, [1-9]\d* relations$", text, re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_thin_and_without_outputs(path: Path) -> None:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
            assert not any(isinstance(node, defined) for node in ast.walk(ast.parse("".join(cell["source"]))))


def test_py2neo_is_used_in_its_notebook_only() -> None:
    # Split, so that this file is not found by its own search.
    imports = ("import py" + "2neo", "from py" + "2neo")
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in ("innograph", "api", "etl", "graph", "training", "bench", "tests", "notebooks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".ipynb") and any(text in path.read_text("utf-8") for text in imports)
    }
    assert users == {"notebooks/02_py2neo.ipynb"}
