"""The committed lists of jars that make up each line of Neo4j.

Working out the list takes a Maven resolver more than a minute of processor time; reading it takes a millisecond and
pins every byte. ``python -m graph.store.makelist`` writes the lists anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources

from graph.errors import ConfigError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar: Maven coordinates, SHA-256 in hexadecimal, size in bytes. ``classifier`` is ``""`` for most."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """Name of the file, unique within a list."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{tail}.jar"

    @property
    def coordinates(self) -> str:
        """``group:artifact:version`` with ``:classifier`` where there is one."""
        return ":".join(part for part in (self.group, self.artifact, self.version, self.classifier) if part)


@dataclass(frozen=True, slots=True)
class JarList:
    """Every jar of one line of Neo4j."""

    line: str
    version: str
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        """Bytes of all jars together."""
        return sum(jar.size for jar in self.jars)

    @property
    def folder(self) -> str:
        """Name of the folder that holds the jars, for example ``neo4j-5.26.30``."""
        return f"neo4j-{self.version}"


def read_jar_list(line: str) -> JarList:
    """Reads ``locks/<line>.json``.

    Raises:
        ConfigError: There is no list for the line, or it is damaged; the message names the entry.
    """
    try:
        text = resources.files("graph.store").joinpath("locks", f"{line}.json").read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"There is no list of jars for the Neo4j line {line!r}; use lts or latest.") from error
    return parse_jar_list(line, text)


def parse_jar_list(line: str, text: str) -> JarList:
    """Parses and checks a list; see :func:`read_jar_list` for errors."""
    try:
        data = json.loads(text)
        jars = tuple(_jar(key, sha256, size) for key, sha256, size in data["jars"])
        version = str(data["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"The list of jars for the Neo4j line {line!r} is damaged: {error}. Reinstall innograph."
        ) from error
    names = [jar.filename for jar in jars]
    if not jars or len(set(names)) != len(names):
        raise ConfigError(f"The list of jars for the Neo4j line {line!r} is empty or names a file twice.")
    return JarList(line=line, version=version, jars=jars)


def _jar(coordinates: str, sha256: str, size: int) -> Jar:
    parts = coordinates.split(":")
    # A part becomes a piece of a path, so anything but plain names is refused.
    if len(parts) not in (3, 4) or not all(_PART.fullmatch(part) and part.strip(".") for part in parts):
        raise ValueError(f"{coordinates!r} are no coordinates")
    if not _SHA256.fullmatch(sha256) or not isinstance(size, int) or size <= 0:
        raise ValueError(f"{coordinates} has no usable sha256 or size")
    return Jar(parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else "", sha256, size)
