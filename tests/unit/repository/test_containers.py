"""The container files: schema, secrets, ports, and that what they name exists. No container engine is needed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from graph.settings import Settings
from graph.store.config import ServerConfig, config_text
from innograph.cli import app

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "docker-compose.yml"
# A value of the environment that must be given: ${NAME:?message}.
REQUIRED = re.compile(r"\$\{([A-Z0-9_]+):\?[^}]+\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The Compose file as data."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, arguments), continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def validate(path: Path) -> subprocess.CompletedProcess[str]:
    """Runs check-jsonschema with the Compose schema that it carries."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_compose_file_keeps_the_compose_schema() -> None:
    result = validate(COMPOSE)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_schema_check_can_fail(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text("utf-8").replace("healthcheck:", "healthchek:"), "utf-8")
    assert validate(broken).returncode != 0


def test_every_service_has_a_health_check_and_restarts(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"neo4j", "api"}
    for name, service in compose["services"].items():
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"]), name
        assert service["restart"] == "unless-stopped"


def test_ports_answer_this_machine_only(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["ports"]
        for port in service["ports"]:
            assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_data_lies_in_named_volumes(compose: dict[str, Any]) -> None:
    mounted = dict(volume.split(":") for volume in compose["services"]["neo4j"]["volumes"])
    assert {"/data", "/logs"} == set(mounted.values())
    assert set(mounted) == set(compose["volumes"])


def test_secrets_come_from_the_environment_without_a_default(compose: dict[str, Any]) -> None:
    required = set()
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if re.search(r"AUTH|PASSWORD|KEY|SECRET|TOKEN", name):
                found = REQUIRED.findall(str(value))
                assert len(found) == 1, f"{name} has a default or no variable"
                assert not REQUIRED.sub("", str(value)).removeprefix("neo4j/"), f"{name} holds more than the variable"
                required.update(found)
    assert required == {"NEO4J_PASSWORD", "INNOGRAPH_API_KEY"}


def test_the_api_waits_for_a_healthy_store_and_is_asked_whether_it_is_ready(compose: dict[str, Any]) -> None:
    api = compose["services"]["api"]
    assert api["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert "/readyz" in api["healthcheck"]["test"][-1]
    assert api["command"][-1].startswith("innograph db migrate && exec innograph serve ")


def test_variables_of_the_api_are_settings(compose: dict[str, Any]) -> None:
    known = {f"INNOGRAPH_{name.upper()}" for name in Settings.model_fields}
    assert set(compose["services"]["api"]["environment"]) <= known


def test_settings_of_the_neo4j_image_are_those_of_the_managed_server(compose: dict[str, Any]) -> None:
    config = ServerConfig(ROOT, bolt_port=1, http_port=1, heap="1g", page_cache="64m")
    managed = {line.split("=")[0] for line in config_text(config, "5.26.0").splitlines() if "=" in line}
    # The managed server gets its heap on the command line.
    managed.add("server.memory.heap.max_size")
    for name in compose["services"]["neo4j"]["environment"]:
        if name != "NEO4J_AUTH":
            # The image's rule: _ stands for a dot, __ for an underscore.
            setting = name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_")
            assert setting in managed, f"{name}: Neo4j does not start with a setting that it does not know"


def test_the_commands_of_the_containers_exist(compose: dict[str, Any], instructions: list[tuple[str, str]]) -> None:
    commands = [part.split() for part in compose["services"]["api"]["command"][-1].split("&&")]
    commands.append(re.findall(r'"([^"]*)"', dict(instructions)["CMD"]))
    for words in commands:
        words = words[1:] if words[0] == "exec" else words
        assert words[0] == "innograph"
        command: Any = get_command(app)
        rest = words[1:]
        while hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        command.make_context("test", rest).close()


def test_dockerfile_copies_only_what_exists_and_is_sent_to_the_builder(instructions: list[tuple[str, str]]) -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    copied = 0
    for instruction, rest in instructions:
        if instruction == "COPY" and "--from=" not in rest:
            for source in shlex.split(rest)[:-1]:
                assert (ROOT / source).exists(), f"{source} is not there"
                assert source in sent, f"{source} is kept back by .dockerignore"
                copied += 1
    assert copied >= 10
    assert all((ROOT / name).exists() for name in sent)


def test_dockerfile_runs_as_a_user_and_keeps_no_secrets(instructions: list[tuple[str, str]]) -> None:
    users = [rest for instruction, rest in instructions if instruction == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    for instruction, rest in instructions:
        if instruction in ("ARG", "ENV"):
            assert not re.search(r"PASSWORD|KEY|SECRET|TOKEN", rest)
    base = [rest for instruction, rest in instructions if instruction == "FROM"]
    assert all(re.match(r"python:3\.\d+-slim\b", image) for image in base)


def test_dockerfile_installs_the_pinned_versions(instructions: list[tuple[str, str]]) -> None:
    installs = [rest for instruction, rest in instructions if instruction == "RUN" and "pip install" in rest]
    assert installs
    assert all("-c /tmp/constraints.txt" in rest for rest in installs)
