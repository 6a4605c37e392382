"""Commands that the docs and the Makefile tell people to type exist, with the options shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from innograph.cli import app

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = {"help", "setup", "demo", "test", "test-latest", "check", "serve", "bench", "eval", "train", "clean"}
BLOCK = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# A variable before a command, as in `DEMO_ARGS=--once make demo`.
ASSIGNMENT = re.compile(r"[A-Z_]+=.*")


def shell_lines(page: Path) -> list[list[str]]:
    """The commands of a page's shell blocks, as words; pipes and `&&` part commands, redirections are cut off."""
    commands = []
    for block in BLOCK.findall(page.read_text("utf-8")):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            words: list[str] = []
            cut = False
            for token in [*lexer, ";"]:
                if set(token) <= set("|&;"):
                    while words and ASSIGNMENT.fullmatch(words[0]):
                        words.pop(0)
                    if words:
                        commands.append(words)
                    words, cut = [], False
                elif set(token) <= set("<>"):
                    cut = True
                elif not cut:
                    words.append(token)
    return commands


def parse(words: list[str]) -> None:
    """Parses the words behind `innograph` as the command line would; raises what it would print."""
    command: Any = get_command(app)
    rest = list(words)
    while rest and rest[0] in ("--verbose", "-v"):
        rest.pop(0)
    while hasattr(command, "commands"):
        if rest == ["--help"]:
            return
        assert rest, "a command is missing"
        assert rest[0] in command.commands, f"there is no command {rest[0]}"
        command = command.commands[rest.pop(0)]
    if "--help" not in rest:
        command.make_context("innograph", rest).close()


def makefile_targets() -> set[str]:
    """Targets that `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_makefile_has_the_promised_targets() -> None:
    targets = makefile_targets()
    assert targets >= TARGETS
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony is not None
    assert set(phony.group(1).split()) == targets
    assert ".DEFAULT_GOAL := help" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_of_a_page_exist(page: Path) -> None:
    targets = makefile_targets()
    for words in shell_lines(page):
        if words[0] in ("innograph", ".venv/bin/innograph"):
            parse(words[1:])
        elif words[0] == "make":
            named = [word for word in words[1:] if not ASSIGNMENT.fullmatch(word)]
            assert set(named) <= targets, f"make {named} in {page.name}"
    inline = re.findall(r"`(innograph [^`\n]+|make [^`\n]+)`", page.read_text("utf-8"))
    for text in inline:
        words = shlex.split(text.replace("…", "").replace("|", " "))
        if words[0] == "make":
            assert {word for word in words[1:] if not ASSIGNMENT.fullmatch(word)} <= targets, text
        elif len(words) > 1:
            command: Any = get_command(app)
            assert words[1] in command.commands, f"`{text}` in {page.name}"


def test_commands_of_the_makefile_exist() -> None:
    found = re.findall(r"\$\(BIN\)/innograph ([a-z]+)", (ROOT / "Makefile").read_text("utf-8"))
    command: Any = get_command(app)
    assert {"demo", "serve", "extract"} <= set(found)
    assert set(found) <= set(command.commands)


def test_readmes_show_the_commands_that_matter() -> None:
    for name in ("README.md", "README.zh.md"):
        shown = {tuple(words[:2]) for words in shell_lines(ROOT / name)}
        wanted = [("make", "demo"), ("make", "test"), *(("innograph", c) for c in ("ingest", "chain", "recommend"))]
        assert set(wanted) <= shown, name
        assert any(words[0] == "curl" for words in shell_lines(ROOT / name)), name


def test_both_readmes_have_the_same_structure() -> None:
    def outline(name: str) -> tuple[list[int], list[list[str]], list[str]]:
        text = (ROOT / name).read_text("utf-8")
        outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        levels = [len(marks) for marks in re.findall(r"^(#+) ", outside, re.MULTILINE)]
        links = [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith("README")]
        return levels, shell_lines(ROOT / name), links

    assert outline("README.md") == outline("README.zh.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
