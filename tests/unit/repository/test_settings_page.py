"""docs/settings.md has a row for every setting, with its default, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph.settings import Settings

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| `INNOGRAPH_([A-Z0-9_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    """Default and meaning by the name of the setting."""
    found = ROW.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))
    named = {name.lower(): (default, meaning) for name, default, meaning in found}
    assert len(named) == len(found), "a setting has two rows"
    return named


def shown(value: object) -> str:
    """How the page writes a default."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in (None, ""):
        return "*empty*"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_setting_has_a_row_with_its_default(name: str, rows: dict[str, tuple[str, str]]) -> None:
    assert name in rows, f"docs/settings.md lacks INNOGRAPH_{name.upper()}"
    default, meaning = rows[name]
    assert len(meaning) > 3
    field = Settings.model_fields[name]
    if field.default_factory is None:
        assert default == shown(field.default)
    else:
        # Only the home depends on the machine.
        assert name == "home"
        assert "~/.local/share/innograph" in default


def test_no_row_without_a_setting(rows: dict[str, tuple[str, str]]) -> None:
    assert set(rows) == set(Settings.model_fields)


def test_every_setting_describes_itself() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_variables_named_in_the_docs_exist() -> None:
    known = {f"INNOGRAPH_{name.upper()}" for name in Settings.model_fields} | {"INNOGRAPH_TEST_NEO4J_LINE", "INNOGRAPH_FUZZ"}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile", ROOT / "docker-compose.yml"]
    for page in pages:
        for name in re.findall(r"INNOGRAPH_[A-Z0-9_]*[A-Z0-9]", page.read_text("utf-8")):
            assert name in known, f"{page.relative_to(ROOT)} names {name}, which is no setting"
