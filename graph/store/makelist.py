"""Writes a list of jars: ``python -m graph.store.makelist lts 5.26.30`` or ``… latest 2026.08.1``.

For whoever raises the version of Neo4j, not for users. Resolves the server with jgo's Maven resolver (1-2 minutes and
about 150 MB the first time), hashes every jar and writes ``graph/store/locks/<line>.json``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.maven import Artifact, MavenContext

from graph.store.jarlist import parse_jar_list

_log = logging.getLogger(__name__)
# The Browser page keeps its own numbers; this one works with both lines.
_BROWSER = "org.neo4j.client:neo4j-browser:5.24.0"


def make_list(version: str, cache: Path) -> list[tuple[str, str, int]]:
    """Resolves the server of a version: (coordinates, sha256, size) of each jar, sorted by coordinates."""
    context = MavenContext(repo_cache=cache, timeout=60)
    wanted = [f"org.neo4j:neo4j:{version}", f"org.neo4j.app:neo4j-server:{version}", _BROWSER]
    inputs, transitive = context.resolver.resolve([context.create_dependency(name) for name in wanted])
    with ThreadPoolExecutor(16) as pool:
        return sorted(pool.map(_entry, (dependency.artifact for dependency in [*inputs, *transitive])))


def _entry(artifact: Artifact) -> tuple[str, str, int]:
    content = artifact.resolve().read_bytes()
    parts = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)
    return ":".join(part for part in parts if part), hashlib.sha256(content).hexdigest(), len(content)


def main() -> None:
    """Entry point of ``python -m graph.store.makelist``."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description="Write the list of jars of one line of Neo4j.")
    parser.add_argument("line", choices=["lts", "latest"])
    parser.add_argument("version", help="for example 5.26.30; RELEASE is refused because a list pins its version")
    parser.add_argument("--cache", type=Path, help="a folder to keep downloads in; default: a temporary one")
    arguments = parser.parse_args()
    if not arguments.version[:1].isdigit():
        parser.error("give a concrete version")
    with tempfile.TemporaryDirectory() as scratch:
        entries = make_list(arguments.version, arguments.cache or Path(scratch))
    rows = ",\n  ".join(json.dumps(entry) for entry in entries)
    text = f'{{"version": {json.dumps(arguments.version)}, "jars": [\n  {rows}\n]}}\n'
    checked = parse_jar_list(arguments.line, text)
    path = Path(__file__).with_name("locks") / f"{arguments.line}.json"
    path.write_text(text, "utf-8")
    _log.info("%s: %d jars, %.1f MB", path, len(checked.jars), checked.size / 1e6)


if __name__ == "__main__":
    main()
