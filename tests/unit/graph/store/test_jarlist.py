"""The committed lists of jars, and what is refused in one."""

from __future__ import annotations

import json

import pytest

from graph.errors import ConfigError
from graph.store.jarlist import Jar, parse_jar_list, read_jar_list

GOOD = ["org.neo4j:neo4j:5.26.30", "a" * 64, 10]


@pytest.mark.parametrize(("line", "major"), [("lts", "5.26."), ("latest", "2026.")])
def test_committed_lists_hold_a_server_and_the_browser(line: str, major: str) -> None:
    jars = read_jar_list(line)
    names = {jar.filename for jar in jars.jars}
    assert jars.version.startswith(major)
    assert {f"neo4j-{jars.version}.jar", f"neo4j-server-{jars.version}.jar"} <= names
    assert any(name.startswith("neo4j-browser-") for name in names)
    assert len(names) == len(jars.jars) > 200
    # Every module of Neo4j itself must be of one version, or the server fails in odd places.
    kernel = {jar.version for jar in jars.jars if jar.group == "org.neo4j" and jar.artifact.startswith("neo4j-")}
    assert kernel == {jars.version}
    assert 100e6 < jars.size < 300e6


def test_classifiers_are_part_of_the_name() -> None:
    jar = Jar("io.netty", "epoll", "4.1", "linux-x86_64", "0" * 64, 1)
    assert jar.filename == "epoll-4.1-linux-x86_64.jar"
    assert jar.coordinates == "io.netty:epoll:4.1:linux-x86_64"


@pytest.mark.parametrize(
    "entry",
    [
        ["org.neo4j:neo4j", "a" * 64, 1],
        ["../x:neo4j:1", "a" * 64, 1],
        ["org:..:1", "a" * 64, 1],
        ["org:neo4j:1:a:b", "a" * 64, 1],
        ["org:neo4j:1", "A" * 64, 1],
        ["org:neo4j:1", "a" * 63, 1],
        ["org:neo4j:1", "a" * 64, 0],
        ["org:neo4j:1", "a" * 64, "1"],
        ["org:neo4j:1", "a" * 64],
    ],
)
def test_bad_entries_are_refused(entry: list[object]) -> None:
    with pytest.raises(ConfigError, match="lts"):
        parse_jar_list("lts", json.dumps({"version": "1", "jars": [GOOD, entry]}))


@pytest.mark.parametrize("text", ["", "{}", '{"version": "1"}', '{"version": "1", "jars": []}'])
def test_damaged_lists_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_jar_list("lts", text)


def test_a_file_named_twice_is_refused() -> None:
    twin = ["com.other:neo4j:5.26.30", "b" * 64, 10]
    with pytest.raises(ConfigError, match="twice"):
        parse_jar_list("lts", json.dumps({"version": "1", "jars": [GOOD, twin]}))


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(ConfigError, match="lts or latest"):
        read_jar_list("nightly")
