"""Any bytes to every reader: documents, records or failures, never a crash, never nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.sources import RawDocument, RawRecord, SourceFailure, read_bytes
from etl.sources.charset import decode
from graph.settings import Settings

# INNOGRAPH_FUZZ=50 makes a long run of it.
TIMES = int(os.environ.get("INNOGRAPH_FUZZ", "1"))
DATA = Path(__file__).parents[3] / "data"
FILES = sorted(p for p in DATA.iterdir() if p.suffix not in (".py", "") and p.is_file())
LIMITS = Settings(max_file_bytes=2_000_000, max_text_chars=200_000)


def check(data: bytes, name: str) -> None:
    """Reads bytes and checks what comes."""
    items = list(read_bytes(data, name, settings=LIMITS))
    assert items
    for item in items:
        assert isinstance(item, RawDocument | RawRecord | SourceFailure)
        if isinstance(item, RawDocument):
            assert item.id
            assert item.text.strip()
        elif isinstance(item, RawRecord):
            assert item.id
            assert item.name
            assert item.type


@settings(max_examples=100 * TIMES, deadline=5000)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda t: t.encode("utf-8", "surrogatepass"))),
    st.sampled_from(["a", "a.csv", "a.md", "a.jsonl", "a.html"]),
)
def test_any_bytes(data: bytes, name: str) -> None:
    check(data, name)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
@settings(max_examples=12 * TIMES, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_to_a_real_file(path: Path, data: st.DataObject) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(1, len(content)))]
    check(bytes(content), path.name)


@settings(max_examples=100 * TIMES, deadline=2000)
@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "gbk", "big5", "nonsense", "utf-16", "\x00"]))
def test_any_bytes_decode(data: bytes, declared: str) -> None:
    decoded = decode(data, declared)
    assert isinstance(decoded.text, str)
    assert decoded.encoding
