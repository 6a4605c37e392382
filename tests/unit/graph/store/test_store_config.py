"""The configuration of the managed server: closed to the outside, capped, and its first password."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graph.store.config import ServerConfig, auth_text, command, config_text, diagnose, memory_bytes, new_password


def config(**changes: object) -> ServerConfig:
    values = {"folder": Path("/home/a b/lts"), "bolt_port": 7001, "http_port": 7002, "heap": "1g", "page_cache": "64m"}
    return ServerConfig(**(values | changes))  # type: ignore[arg-type]


def settings_of(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def test_listeners_are_on_loopback_only() -> None:
    settings = settings_of(config_text(config(), "5.26.30"))
    addresses = {key: value for key, value in settings.items() if key.endswith("_address")}
    assert len(addresses) == 6
    assert {value.split(":")[0] for value in addresses.values()} == {"127.0.0.1"}
    assert settings["server.bolt.listen_address"] == "127.0.0.1:7001"
    assert settings["server.http.listen_address"] == "127.0.0.1:7002"
    assert settings["server.https.enabled"] == "false"


def test_files_and_addresses_are_closed_to_load_csv_and_nothing_is_reported() -> None:
    settings = settings_of(config_text(config(), "5.26.30"))
    assert settings["dbms.security.allow_csv_import_from_file_urls"] == "false"
    assert settings["internal.dbms.cypher_ip_blocklist"] == "0.0.0.0/0,::/0"
    assert settings["dbms.usage_report.enabled"] == "false"
    assert settings["dbms.security.auth_enabled"] == "true"


def test_without_browser_there_is_no_http() -> None:
    settings = settings_of(config_text(config(http_port=0), "5.26.30"))
    assert settings["server.http.enabled"] == "false"
    assert "server.http.listen_address" not in settings


def test_calendar_releases_do_not_announce_themselves() -> None:
    latest, lts = (settings_of(config_text(config(), version)) for version in ("2026.08.1", "5.26.30"))
    assert latest["server.fleet_discovery.enabled"] == "false"
    assert latest["db.query.default_language"] == "CYPHER_5"
    # The LTS line would refuse to start on settings that it does not know.
    assert not any("fleet" in key or "default_language" in key for key in lts)


def test_transactions_are_capped_below_the_heap() -> None:
    settings = settings_of(config_text(config(heap="512m"), "5.26.30"))
    one, together = int(settings["db.memory.transaction.max"]), int(settings["dbms.memory.transaction.total.max"])
    assert one < together < 512 << 20


@pytest.mark.parametrize(("size", "expected"), [("512m", 512 << 20), ("2g", 2 << 30)])
def test_memory_bytes(size: str, expected: int) -> None:
    assert memory_bytes(size) == expected


def test_command_keeps_a_folder_with_blanks_in_one_argument() -> None:
    line = command(config(heap="64m"), java=Path("/java"), jars=Path("/some jars"), main_class="a.Main")
    assert line[0] == "/java"
    assert "--home-dir=/home/a b/lts" in line
    assert line[line.index("-cp") + 1] == "/some jars/*"
    # A heap below the usual start size must not make Java refuse.
    assert {"-Xms64m", "-Xmx64m"} <= set(line)


def test_own_java_options_come_after_ours_and_before_the_class() -> None:
    line = command(config(java_options=("-Xmx2g",)), java=Path("/java"), jars=Path("/jars"), main_class="a.Main")
    assert line.index("-Xmx1g") < line.index("-Xmx2g") < line.index("a.Main")


def test_auth_text_holds_the_hash_of_the_password_and_not_the_password() -> None:
    password = new_password()
    text = auth_text(password)
    user, credentials, flags = text.strip().split(":")
    _, digest, salt, rounds = credentials.split(",")
    hashed = hashlib.sha256(bytes.fromhex(salt) + password.encode()).digest()
    for _ in range(int(rounds) - 1):
        hashed = hashlib.sha256(hashed).digest()
    assert (user, flags) == ("neo4j", "")
    assert digest == hashed.hex().upper()
    assert password not in text


def test_passwords_differ_and_are_long() -> None:
    assert len({new_password() for _ in range(20)}) == 20
    assert len(new_password()) >= 40


@pytest.mark.parametrize(
    ("log", "remedy"),
    [
        ("Caused by: java.net.BindException: Address already in use", "port"),
        ("java.io.IOException: No space left on device", "disk is full"),
        (
            "Error occurred during initialization of VM\nCould not reserve enough space for object heap",
            "INNOGRAPH_NEO4J_HEAP",
        ),
        ("Error: LinkageError … has been compiled by a more recent version of the Java Runtime", "JAVA_HOME"),
        ("java: error while loading shared libraries: libz.so.1", "JAVA_HOME"),
        ("Lock file has been locked by another process: lock file has been locked", "INNOGRAPH_HOME"),
        ("java.nio.file.AccessDeniedException: data/databases", "owner"),
        ("something never seen", "innograph db reset"),
    ],
)
def test_diagnose_names_a_remedy(log: str, remedy: str) -> None:
    assert remedy in diagnose(log.splitlines())
