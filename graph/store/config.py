"""What the managed Neo4j is told: its configuration file, its first password, its command line. No input or output."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_UNITS = {"m": 1 << 20, "g": 1 << 30}
_HASH_ROUNDS = 1024
# Packages that Neo4j reads by reflection, as its own start script opens them.
_OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.lang")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """What a start needs to know.

    Attributes:
        folder: Home of the server: data, logs and configuration live under it.
        bolt_port: Port of the Bolt listener on loopback.
        http_port: Port of the Browser page on loopback; 0 for none.
        heap: Largest heap, as ``512m`` or ``2g``.
        page_cache: Page cache, in the same form.
        java_options: More options for Java; they come last and so win.
    """

    folder: Path
    bolt_port: int
    http_port: int
    heap: str
    page_cache: str
    java_options: tuple[str, ...] = ()

    @property
    def config_folder(self) -> Path:
        """Where neo4j.conf lies."""
        return self.folder / "conf"


def memory_bytes(size: str) -> int:
    """Bytes of a size such as ``512m`` or ``2g``."""
    return int(size[:-1]) * _UNITS[size[-1]]


def config_text(config: ServerConfig, version: str) -> str:
    """The text of neo4j.conf.

    The settings named ``internal`` were found by measuring: with them SIGTERM takes well under 3 s, without them 11 s.

    Args:
        config: Folders, ports, memory.
        version: Version of the server; it refuses to start on a setting that it does not know.
    """
    calendar = int(version.split(".")[0]) >= 2025
    heap = memory_bytes(config.heap)
    settings = {
        "server.directories.data": "data",
        "server.directories.logs": "logs",
        "server.directories.import": "import",
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": f"127.0.0.1:{config.bolt_port}",
        "server.bolt.advertised_address": f"127.0.0.1:{config.bolt_port}",
        "server.bolt.tls_level": "DISABLED",
        "server.https.enabled": "false",
        "server.http.enabled": "true" if config.http_port else "false",
        "dbms.security.auth_enabled": "true",
        # On by default: LOAD CSV could read any file that the user can.
        "dbms.security.allow_csv_import_from_file_urls": "false",
        # And it could reach any address that the user can.
        "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
        "dbms.usage_report.enabled": "false",
        "server.memory.pagecache.size": config.page_cache,
        # One query may take half of the heap, all together four fifths: the server refuses rather than falls over.
        "db.memory.transaction.max": str(heap // 2),
        "dbms.memory.transaction.total.max": str(heap * 4 // 5),
        # The longest any transaction may run. Queries bring a shorter limit of their own.
        "db.transaction.timeout": "30m",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64m",
        "db.tx_log.rotation.retention_policy": "128M size",
        "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
    }
    if calendar:
        settings["internal.dbms.bolt.netty_server_shutdown_quiet_period_duration"] = "0s"
        # Else it announces itself to the network and offers to be watched from outside.
        settings["server.fleet_discovery.enabled"] = "false"
        settings["dbms.fleet_manager.enabled"] = "false"
        settings["server.http.x_forward.enabled"] = "false"
        settings["db.query.default_language"] = "CYPHER_5"
    else:
        settings["internal.dbms.bolt.netty_server_shutdown_quiet_period"] = "0"
    if config.http_port:
        settings["server.http.listen_address"] = f"127.0.0.1:{config.http_port}"
        settings["server.http.advertised_address"] = f"127.0.0.1:{config.http_port}"
        settings["server.http_enabled_modules"] = "BROWSER"
    return "# Written by innograph at each start. Changes here are lost.\n" + "".join(
        f"{key}={value}\n" for key, value in settings.items()
    )


def new_password() -> str:
    """A random password of 256 bits."""
    return secrets.token_urlsafe(32)


def auth_text(password: str) -> str:
    """The text of ``data/dbms/auth.ini``, from which Neo4j takes the password of a fresh home.

    It is what ``neo4j-admin dbms set-initial-password`` writes: SHA-256 of salt and password, hashed over and over.
    Writing it here saves a start of the JVM, and there is no moment in which the default password is valid.
    """
    salt = secrets.token_bytes(32)
    hashed = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(_HASH_ROUNDS - 1):
        hashed = hashlib.sha256(hashed).digest()
    return f"neo4j:SHA-256,{hashed.hex().upper()},{salt.hex().upper()},{_HASH_ROUNDS}:\n"


def home_option(home: Path) -> str:
    """The argument that marks a server of this home."""
    return f"--home-dir={home}"


def command(config: ServerConfig, *, java: Path, jars: Path, main_class: str) -> list[str]:
    """The command line of the server; ``jars`` is the folder whose jars make the class path.

    Neo4j's own script adds ExitOnOutOfMemoryError. Here one query that doubles a string often enough would then end the
    server of every process; without it, that query alone fails.
    """
    smallest = min(memory_bytes(config.heap), 128 << 20)
    return [
        str(java),
        f"-Xms{smallest >> 20}m",
        f"-Xmx{config.heap}",
        "-XX:+UseSerialGC",
        "-Dfile.encoding=UTF-8",
        "-Djava.awt.headless=true",
        *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
        "--enable-native-access=ALL-UNNAMED",
        *config.java_options,
        "-cp",
        str(jars / "*"),
        main_class,
        home_option(config.folder),
        f"--config-dir={config.config_folder}",
    ]


# What the log says, what it means, what to do.
_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"Address already in use|PortBindException|BindException",
        "Another program took its port. Try again: a free port is chosen anew.",
    ),
    (
        r"No space left on device|Disk quota exceeded|not enough space",
        "The disk is full. Free some space or set INNOGRAPH_HOME to another disk.",
    ),
    (
        r"Could not reserve enough space|OutOfMemoryError|Cannot allocate memory|insufficient memory"
        r"|Invalid maximum heap",
        "There is too little memory. Lower INNOGRAPH_NEO4J_HEAP and INNOGRAPH_NEO4J_PAGE_CACHE "
        "(for example 512m and 64m).",
    ),
    (
        r"UnsupportedClassVersionError|Unsupported Java|compiled by a more recent version of the Java",
        "The Java is too old for this Neo4j. Unset NEO4J_HOME and JAVA_HOME to use those that come with innograph, or "
        "set JAVA_HOME to a newer Java.",
    ),
    (
        r"error while loading shared libraries|cannot execute binary|Exec format error",
        "The Java that comes with innograph does not run on this machine. Set NEO4J_HOME and JAVA_HOME to installed "
        "ones, or INNOGRAPH_NEO4J_URI to a running Neo4j.",
    ),
    (
        r"lock file has been locked|StoreLockException|FileLockException|Unable to obtain lock on store",
        "Another Neo4j uses the same data. End it, or set INNOGRAPH_HOME to another folder.",
    ),
    (
        r"Permission denied|AccessDeniedException",
        "A file under its home belongs to somebody else. Correct the owner or set INNOGRAPH_HOME to another folder.",
    ),
)


def diagnose(log: Sequence[str]) -> str:
    """What the last lines of a log tell about a failed start: one sentence or two, always with something to do."""
    text = "\n".join(log)
    for pattern, meaning in _CAUSES:
        if re.search(pattern, text):
            return meaning
    return "Its log, named here, tells more; `innograph db reset` starts over with an empty graph."
