"""The answers on a real store."""

from __future__ import annotations

import json

import pytest

from graph.answers import chains, entities, paths, search, statistics
from graph.answers.values import plain
from graph.errors import NotFound
from graph.store.database import Database

pytestmark = pytest.mark.integration


def test_debug(small_graph: Database) -> None:
    for plan in (
        chains.chains("氢能", region="京津冀"),
        chains.chains("高温质子交换膜"),
        chains.chains("PEM"),
        chains.chains("京津冀"),
        chains.chains("张家口可再生能源中试基地", direction="forward"),
    ):
        print(json.dumps(plain(small_graph.answer(plan)), ensure_ascii=False, indent=1))
    print(json.dumps(plain(small_graph.answer(paths.paths("燕山大学", "清华"))), ensure_ascii=False)[:3000])
    print(json.dumps(plain(small_graph.answer(search.search("清华"))), ensure_ascii=False))
    print(json.dumps(plain(small_graph.answer(search.search("qhd"))), ensure_ascii=False))
    print(json.dumps(plain(small_graph.answer(statistics.statistics())), ensure_ascii=False))
    with pytest.raises(NotFound) as info:
        small_graph.answer(entities.resolve("氢能产业"))
    print(info.value)
