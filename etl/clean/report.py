"""What cleaning did to a text: repairs, flags and the way back to the original offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that was made.

    Attributes:
        kind: ``traditional``, ``pinyin``, ``gbk_shift``, ``mojibake``, … (docs/cleaning.md lists them).
        start: First character of the replacement in the cleaned text.
        end: End (exclusive) of the replacement in the cleaned text; equal to ``start`` for a deletion.
        original: The characters of the input that were replaced.
        replacement: What stands there now.
        confidence: From 0 to 1.
    """

    kind: str
    start: int
    end: int
    original: str
    replacement: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Flag:
    """Damage that was found and not repaired, or text that should not be trusted.

    Attributes:
        kind: ``gbk_shift``, ``lost``, ``spam``, … (docs/cleaning.md lists them).
        start: Start in the cleaned text.
        end: End (exclusive) in the cleaned text.
        excerpt: The damaged characters as they stood in the input, at most 80.
        confidence: From 0 to 1.
    """

    kind: str
    start: int
    end: int
    excerpt: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Offsets:
    """Maps offsets of the cleaned text to offsets of the input, as runs.

    Attributes:
        starts: First cleaned offset of each run, ascending, the first being 0 (empty for an untouched text).
        origins: Input offset of each run's first character.
        steps: 1 where the run was carried over character by character, 0 where all of it stands for one spot.
        length: Length of the input.
    """

    starts: Sequence[int] = ()
    origins: Sequence[int] = ()
    steps: Sequence[int] = ()
    length: int = 0

    def original_offset(self, index: int) -> int:
        """The input offset of cleaned offset ``index``; past the end it is the length of the input."""
        if len(self.starts) == 0:
            return min(index, self.length)
        run = bisect_right(self.starts, index) - 1
        return min(self.origins[run] + (index - self.starts[run]) * self.steps[run], self.length)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text with the account of what was done.

    Attributes:
        text: The cleaned text; the very object given where nothing needed repair.
        repairs: Every change, in the order of the text.
        flags: Every spot that could not be repaired or should not be trusted, in the order of the text.
        damage: Share of the text that was damaged beyond repair or is not language, from 0 (none) to 1.
        offsets: The way back to the input.
    """

    text: str
    repairs: Sequence[Repair]
    flags: tuple[Flag, ...]
    damage: float
    offsets: Offsets
