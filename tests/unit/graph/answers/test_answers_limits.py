"""Limits and cursors."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answers import limits
from graph.errors import InvalidInput


@settings(deadline=None)
@given(st.integers(0, 2**62), st.text(max_size=80), st.floats(allow_nan=False, allow_infinity=False))
def test_a_cursor_gives_its_key_back(number: int, text: str, share: float) -> None:
    cursor = limits.cursor_of(number, text, share)
    assert limits.key_of(cursor, int, str, float) == (number, text, share)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_crashes_the_reading_of_cursors(text: str) -> None:
    try:
        key = limits.key_of(text, int, str)
    except InvalidInput:
        return
    assert key is None or isinstance(key[0], int)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "!",
        "abc",
        _encoded([1]),
        _encoded(["1", "a"]),
        _encoded([True, "a"]),
        _encoded({"a": 1}),
        _encoded([2**70, "a"]),
        "x" * 5000,
    ],
)
def test_foreign_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        limits.key_of(cursor, int, str)


@pytest.mark.parametrize("value", [0, 101, -5])
def test_limits_are_kept(value: int) -> None:
    with pytest.raises(InvalidInput, match="limit is"):
        limits.check_range("limit", value, limits.MAX_LIMIT)


@pytest.mark.parametrize("value", ["", "  ", "长" * 5001])
def test_empty_and_endless_texts_are_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="text"):
        limits.check_text("text", value)


@pytest.mark.parametrize("value", ["2025-1", "25", "2025/01/01", "yesterday"])
def test_odd_dates_are_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="since"):
        limits.check_date("since", value)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_shares_lie_between_nought_and_one(value: float) -> None:
    with pytest.raises(InvalidInput, match="min_confidence"):
        limits.check_share("min_confidence", value)
