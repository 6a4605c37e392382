"""The wheel holds every file of the packages and works away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("innograph", "api", "etl", "graph", "cypher")
TEXT = "清华大学牵头建设氢能概念验证中心。"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with the build tools at hand."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def sources() -> set[str]:
    """Every file of the packages in the checkout."""
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert {Path(name).suffix for name in found} >= {".py", ".cypher", ".yaml", ".csv", ".json", ".onnx", ".npz"}
    return found


def run(unpacked: Path, folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs Python elsewhere, with the unpacked wheel before the checkout."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(unpacked), "INNOGRAPH_HOME": str(folder / "home")},
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_wheel_holds_every_file_of_the_packages(unpacked: Path) -> None:
    held = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert sources() - held == set()


def test_wheel_holds_nothing_else(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir()}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(PACKAGES)
    (information,) = unpacked.glob("*.dist-info")
    assert {path.name for path in (information / "licenses").iterdir()} == {"LICENSE", "NOTICE"}
    assert "innograph = innograph.cli:main" in (information / "entry_points.txt").read_text("utf-8")


def test_wheel_finds_its_own_data_from_another_folder(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import graph, etl, api, innograph, cypher\n"
        "from graph.answers.reference import Reference\n"
        "from graph.store.jarlist import read_jar_list\n"
        "from graph.store.query import cypher_text\n"
        "print(*(m.__file__ for m in (graph, etl, api, innograph, cypher)), sep='\\n')\n"
        "reference = Reference.load()\n"
        "assert len(reference.ontology.entity_types) > 20\n"
        "assert read_jar_list('lts').jars and read_jar_list('latest').jars\n"
        "assert cypher_text('entities/by_uid').startswith('//')\n"
    )
    done = run(unpacked, tmp_path, "-c", program)
    assert done.returncode == 0, done.stderr
    places = done.stdout.split()
    assert len(places) == len(PACKAGES)
    assert all(Path(place).is_relative_to(unpacked) for place in places)


def test_command_reads_a_text_from_another_folder(unpacked: Path, tmp_path: Path) -> None:
    done = run(unpacked, tmp_path, "-m", "innograph", "extract", "-", given=TEXT)
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, done.stdout.splitlines())
    assert row["text"].strip() == TEXT
    assert "清华大学" in {entity["name"] for entity in row["entities"]}
    # Nothing was written beside the caller, and no store was made.
    assert list(tmp_path.iterdir()) == []
