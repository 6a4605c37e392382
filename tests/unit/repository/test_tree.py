"""Rules that every file of the repository keeps."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SKIPPED = {"node_modules", "__pycache__", "build", "dist", "static"}
# Put together here so that this file keeps the rule as well.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("npmmirror", "com"),
        ("crates", "io"),
        ("golang", "org"),
        ("maven", "org"),
        ("maven", "apache", "org"),
        ("sonatype", "org"),
        ("debian", "org"),
        ("anaconda", "org"),
        ("mirrors", "aliyun", "com"),
        ("tuna", "tsinghua", "edu", "cn"),
    )
)


def files() -> Iterator[Path]:
    """Every file of the checkout that is not made by a tool."""
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if name not in SKIPPED and (not name.startswith(".") or name == ".ci")
        )
        for name in sorted(names):
            # In a worktree .git is a file, which names a path of this machine.
            if name != ".git":
                yield here / name


def test_no_file_names_the_host_of_a_package_registry() -> None:
    pattern = re.compile("|".join(re.escape(host) for host in HOSTS).encode())
    seen = 0
    for path in files():
        seen += 1
        match = pattern.search(path.read_bytes())
        assert match is None, f"{path.relative_to(ROOT)} names {match and match.group().decode()}"
    assert seen > 200


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in files() if path.name.startswith("test_") and path.suffix == ".py"]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def test_no_test_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_import_contracts_hold() -> None:
    # A process of its own: it silences the loggers of the one it runs in.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    ran = subprocess.run([*command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_ci_script_runs_every_check() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert os.access(script, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    targets = re.search(r"^for target in (.+); do$", text, re.MULTILINE)
    assert targets is not None
    assert {"check", "test", "test-latest"} <= set(targets.group(1).split())


def test_decision_records_are_listed_and_numbered_without_a_gap() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"^- \[(\d{4})\]\((.+?)\)", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [name for _, name in listed] == records
    assert [int(number) for number, _ in listed] == list(range(1, len(records) + 1))
