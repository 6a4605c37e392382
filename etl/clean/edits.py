"""Applies edits to a text step by step and keeps the way back to the input.

A step sees the text as the steps before it left it and gives edits in offsets of that text. Repairs are kept in offsets
of the input, so that later steps cannot invalidate them, and are translated once at the end. Everything is held in arrays:
a damaged page of a million characters has a hundred thousand repairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np

from etl.clean.report import Cleaned, Flag, Offsets, Repair

# Flags that say what a stretch is without calling it damaged.
_HARMLESS = frozenset({"boilerplate"})
Array = np.ndarray[Any, np.dtype[np.int64]]


class Edit(NamedTuple):
    """One change: characters ``start`` to ``end`` (exclusive) of the step's text become ``replacement``."""

    start: int
    end: int
    replacement: str
    confidence: float = 1.0


class FlagAt(NamedTuple):
    """One flag in offsets of the step's text; ``excerpt`` is empty where the input's characters should be shown."""

    kind: str
    start: int
    end: int
    confidence: float = 1.0


@dataclass(slots=True)
class _Made:
    kind: str
    starts: Array
    ends: Array
    confidences: Sequence[float]


class RepairList(Sequence[Repair]):
    """Repairs in the order of the text, made into objects when asked for."""

    __slots__ = ("_confidences", "_ends", "_kinds", "_original", "_starts", "_text", "_to_end", "_to_start")

    def __init__(
        self,
        kinds: Sequence[str],
        starts: Array,
        ends: Array,
        confidences: Sequence[float],
        to: tuple[Array, Array],
        original: str,
        text: str,
    ) -> None:
        self._kinds, self._starts, self._ends, self._confidences = kinds, starts, ends, confidences
        self._to_start, self._to_end = to
        self._original, self._text = original, text

    def __len__(self) -> int:
        return len(self._kinds)

    @overload
    def __getitem__(self, index: int) -> Repair: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Repair, ...]: ...
    def __getitem__(self, index: int | slice) -> Repair | tuple[Repair, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        start, end = int(self._to_start[index]), int(self._to_end[index])
        return Repair(
            kind=self._kinds[index],
            start=start,
            end=end,
            original=self._original[self._starts[index] : self._ends[index]],
            replacement=self._text[start:end],
            confidence=float(self._confidences[index]),
        )

    def __iter__(self) -> Iterator[Repair]:
        for index in range(len(self)):
            yield self[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"RepairList({list(self)!r})"

    def counts(self) -> dict[str, int]:
        """Number of repairs of each kind, without making the objects."""
        return dict(Counter(self._kinds))


class Work:
    """A text on its way through the steps.

    Attributes:
        original: The input.
        text: The text as it is now.
    """

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = text
        self._starts: Array = np.zeros(1, np.int64)
        self._origins: Array = np.zeros(1, np.int64)
        self._steps: Array = np.ones(1, np.int64)
        self._made: list[_Made] = []
        self._flags: list[tuple[str, int, int, float]] = []

    @cached_property
    def _seen(self) -> dict[str, Counter[str]]:
        return {}

    @property
    def characters(self) -> Counter[str]:
        """How often each character occurs in the text as it is now."""
        if self.text not in self._seen:
            self._seen.clear()
            self._seen[self.text] = Counter(self.text)
        return self._seen[self.text]

    @property
    def kinds(self) -> set[str]:
        """Kinds of repairs and flags made so far."""
        return {made.kind for made in self._made} | {flag[0] for flag in self._flags}

    def origin(self, offsets: Array) -> Array:
        """Input offsets of offsets of the present text."""
        run = np.searchsorted(self._starts, offsets, "right") - 1
        found = self._origins[run] + (offsets - self._starts[run]) * self._steps[run]
        return np.where(offsets >= len(self.text), len(self.original), found)

    def origin_end(self, starts: Array, ends: Array) -> Array:
        """Input offsets of the ends of spans: right behind the last character, before anything deleted after it."""
        last = np.maximum(ends - 1, 0)
        run = np.searchsorted(self._starts, last, "right") - 1
        following = np.minimum(run + 1, len(self._starts) - 1)
        after_run = np.where(run + 1 < len(self._starts), self._origins[following], len(self.original))
        copied = self._origins[run] + last - self._starts[run] + 1
        return np.where(ends <= starts, self.origin(ends), np.where(self._steps[run] == 1, copied, after_run))

    def flag(self, flags: Sequence[FlagAt]) -> None:
        """Records flags in offsets of the present text."""
        for kind, start, end, confidence in flags:
            starts, ends = np.array([start]), np.array([end])
            self._flags.append((kind, int(self.origin(starts)[0]), int(self.origin_end(starts, ends)[0]), confidence))

    def damaged(self) -> list[tuple[int, int]]:
        """The damaged stretches of the input, merged so that none overlaps another."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted((start, end) for kind, start, end, _ in self._flags if kind not in _HARMLESS):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def record(self, kind: str, starts: Array, ends: Array, confidences: Sequence[float]) -> None:
        """Records repairs whose spans are in offsets of the present text."""
        self._made.append(_Made(kind, self.origin(starts), self.origin_end(starts, ends), confidences))

    def substitute(self, text: str, kind: str, starts: Array, ends: Array, confidence: float) -> None:
        """Takes a text of the same length, in which the spans given are other characters."""
        self.record(kind, starts, ends, [confidence] * len(starts))
        self.text = text

    def apply(self, kind: str, edits: Sequence[Edit]) -> None:
        """Applies edits, which are in order and do not overlap, and records them as repairs of a kind."""
        if not edits:
            return
        starts = np.fromiter((e[0] for e in edits), np.int64, len(edits))
        ends = np.fromiter((e[1] for e in edits), np.int64, len(edits))
        self.record(kind, starts, ends, [e[3] for e in edits])
        pieces: list[str] = []
        last = 0
        text = self.text
        for start, end, replacement, _ in edits:
            pieces.append(text[last:start])
            pieces.append(replacement)
            last = end
        pieces.append(text[last:])
        new = "".join(pieces)
        lengths = np.fromiter((len(e[2]) for e in edits), np.int64, len(edits))
        self._compose(starts, ends, lengths)
        self.text = new

    def _compose(self, starts: Array, ends: Array, lengths: Array) -> None:
        """Puts the edits in front of the map: boundaries of both are merged, each with its origin."""
        drift = np.cumsum(lengths - (ends - starts))
        copied_from = np.concatenate(([0], ends))
        copied_at = np.concatenate(([0], ends + drift))
        replaced_at = starts + np.concatenate(([0], drift[:-1]))
        copied_length = np.concatenate((starts, [len(self.text)])) - copied_from
        run = np.searchsorted(copied_from, self._starts, "right") - 1
        inside = self._starts - copied_from[run] < copied_length[run]
        carried = (copied_at[run] + self._starts - copied_from[run])[inside]
        at = np.concatenate((copied_at, replaced_at[lengths > 0], carried))
        source = np.concatenate((copied_from, starts[lengths > 0], self._starts[inside]))
        fixed = np.concatenate(
            (np.zeros(len(copied_at), bool), np.ones(int((lengths > 0).sum()), bool), np.zeros(len(carried), bool))
        )
        keep = np.concatenate((copied_length > 0, np.ones(len(at) - len(copied_at), bool)))
        at, source, fixed = at[keep], source[keep], fixed[keep]
        at, first = np.unique(at, return_index=True)
        source, fixed = source[first], fixed[first]
        old = np.searchsorted(self._starts, source, "right") - 1
        origins = self._origins[old] + (source - self._starts[old]) * self._steps[old]
        steps = np.where(fixed, 0, self._steps[old])
        if len(at) == 0:
            at, origins, steps = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)
        self._starts, self._origins, self._steps = at, origins, steps

    def _landing(self, offsets: Array) -> Array:
        """First offset of the present text that stands for an input offset at or after each of ``offsets``."""
        ends = np.concatenate((self._starts[1:], [len(self.text)]))
        last = self._origins + np.maximum(ends - self._starts - 1, 0) * self._steps
        run = np.searchsorted(last, offsets, "left")
        safe = np.minimum(run, len(last) - 1)
        inside = self._starts[safe] + np.maximum(offsets - self._origins[safe], 0) * self._steps[safe]
        return np.where(run >= len(last), len(self.text), np.minimum(inside, len(self.text)))

    def finish(self, damage: float) -> Cleaned:
        """The result. A text without any repair comes back as the object it was, with flags alone."""
        flags = sorted(self._flags, key=lambda f: (f[1], f[2], f[0]))
        left = self._landing(np.array([f[1] for f in flags], np.int64))
        right = self._landing(np.array([f[2] for f in flags], np.int64))
        shown = tuple(
            Flag(kind, int(a), max(int(b), int(a)), self.original[start:end][:80], confidence)
            for (kind, start, end, confidence), a, b in zip(flags, left, right, strict=True)
        )
        if not self._made:
            return Cleaned(self.original, (), shown, damage, Offsets(length=len(self.original)))
        starts, origins, steps = (tuple(array.tolist()) for array in (self._starts, self._origins, self._steps))
        offsets = Offsets(starts, origins, steps, len(self.original))
        return Cleaned(self.text, self._repairs(), shown, damage, offsets)

    def _repairs(self) -> Sequence[Repair]:
        starts = np.concatenate([made.starts for made in self._made])
        ends = np.concatenate([made.ends for made in self._made])
        kinds = [made.kind for made in self._made for _ in range(len(made.starts))]
        confidences = [c for made in self._made for c in made.confidences]
        order = np.lexsort((ends, starts))
        starts, ends = starts[order], ends[order]
        return RepairList(
            [kinds[i] for i in order],
            starts,
            ends,
            [confidences[i] for i in order],
            (self._landing(starts), self._landing(ends)),
            self.original,
            self.text,
        )
