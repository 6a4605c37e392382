"""The result of reading one text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.nlp.relations import FoundRelation
from etl.nlp.segments import Span
from etl.nlp.view import SpanMention


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a text says.

    Attributes:
        mentions: In order, not overlapping; ``name`` is the canonical name within the text.
        aliases: Short form -> full name, without 《》.
        relations: Each once, with the sentences that state it.
        sentences: Spans of the sentences.
        usage: What a language model's reading cost; empty for the trained readers.
    """

    text: str
    mentions: tuple[SpanMention, ...]
    aliases: Mapping[str, str]
    relations: tuple[FoundRelation, ...]
    sentences: tuple[Span, ...]
    usage: Mapping[str, float] = field(default_factory=dict)
