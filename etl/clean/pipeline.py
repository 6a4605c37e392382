"""The steps of cleaning, in their order.

The order matters: characters that were decoded wrongly come first, for every other step looks at characters; pinyin goes
before conversion, so that the converter sees whole words; punctuation is judged last, in the light of what else was broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from etl.clean.boilerplate import boilerplate, flag_boilerplate
from etl.clean.debris import html_debris
from etl.clean.edits import Work
from etl.clean.lines import invisible, line_ends
from etl.clean.mojibake import mojibake
from etl.clean.overlap import overlapped
from etl.clean.pinyin import injected_pinyin
from etl.clean.private import flag_lost, lost, private_use
from etl.clean.punctuation import doubled, half_width, injected, spaced
from etl.clean.report import Cleaned
from etl.clean.script import simplify
from etl.clean.shift import gbk_shift
from etl.clean.spam import spam

Step = Callable[[Work], None]
STEPS: tuple[Step, ...] = (
    line_ends,
    mojibake,
    overlapped,
    gbk_shift,
    invisible,
    private_use,
    lost,
    html_debris,
    injected_pinyin,
    simplify,
    injected_pinyin,  # once more: a simplified character may have a reading that its traditional form lacks
    half_width,
    injected,
    spaced,
    doubled,
    boilerplate,
)
_ROUNDS = 6
# Repairs that leave nothing for another round to find.
_SETTLED = frozenset({"traditional", "pinyin", "half_width"})
# Beside these, what was settled may now read as shifted GBK.
_SHIFT_MARKS = re.compile("[\ufffd?!;]")
# C1 controls, private use and specials; U+FFFD counts through its flag.
_NO_LANGUAGE = re.compile("[\x80-\x9f\ue000-\uf8ff\ufff0-\ufffc\ufffe\uffff]")
#: Share of damage above which a document should be set aside.
DAMAGE_LIMIT = 0.3


def clean(text: str) -> Cleaned:
    """Cleans a text: repairs what is certain, flags what is not, leaves the rest alone.

    The steps run until none finds anything more, so cleaning a cleaned text changes nothing.

    Args:
        text: Any text, lone surrogates included.

    Returns:
        The cleaned text with its repairs, its flags, its share of damage and the way back to the input's offsets.
    """
    work = Work(text)
    for _ in range(_ROUNDS):
        before = work.text
        for step in STEPS:
            step(work)
        if work.text == before or (work.kinds <= _SETTLED and not _SHIFT_MARKS.search(work.text)):
            break
    flag_lost(work)
    spam(work)
    flag_boilerplate(work)
    return work.finish(_damage(work))


def too_damaged(cleaned: Cleaned) -> str:
    """Why a document should be set aside rather than loaded; empty if it should not."""
    if cleaned.damage <= DAMAGE_LIMIT:
        return ""
    kinds = ", ".join(sorted({flag.kind for flag in cleaned.flags})) or "characters that are no language"
    return f"{cleaned.damage:.0%} of the text is damaged beyond repair ({kinds})"


def _damage(work: Work) -> float:
    """Share of the text that is lost, spam or no language, counted in characters of the input."""
    total = len(work.original)
    if total == 0:
        return 0.0
    flagged = sum(end - start for start, end in work.damaged())
    odd = len(_NO_LANGUAGE.findall(work.text))
    return min(1.0, (flagged + odd) / total)
