"""Keeps Python's garbage collector from stopping answers."""

from __future__ import annotations

import gc

# A collection of everything looks at some hundred thousand objects that live as long as the process: fields, regions, caches.
# It takes 70 to 200 ms and would fall into one answer in ten.
_THRESHOLDS = (50_000, 20, 100)


def settle_memory() -> None:
    """Takes what is loaded now out of the collector's sight and lets it look at the rest more seldom.

    For processes that serve: call it once, after everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
