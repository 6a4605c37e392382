"""Where something came from, and the ids and failures made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from etl.sources.items import RawDocument, SourceFailure
from graph.model import digest
from graph.settings import Settings


@dataclass(frozen=True, slots=True)
class Origin:
    """A source while it is read.

    Attributes:
        name: Path, URL or ``path!member``, as shown to people.
        key: What ids are made of: the absolute path or the URL, so that a file has one id from wherever it is named.
        settings: Limits.
        charset: The encoding that a server declared, or ``""``.
        depth: How many archives it lies in.
    """

    name: str
    key: str
    settings: Settings
    charset: str = ""
    depth: int = 0

    def member(self, name: str) -> Origin:
        """The origin of a file in this archive."""
        return replace(self, name=f"{self.name}!{name}", key=f"{self.key}!{name}", depth=self.depth + 1, charset="")

    def id_of(self, prefix: str, position: int | str = 0) -> str:
        """A stable id for what stands at a position of this source."""
        return f"{prefix}-{digest(self.key, str(position))}"

    def failure(self, reason: str, remedy: str, *, at: int | str = "") -> SourceFailure:
        """A failure of this source, or of one row or page of it."""
        return SourceFailure(source=f"{self.name}#{at}" if at != "" else self.name, reason=reason, remedy=remedy)

    def document(self, document: RawDocument, *, at: int | str = "") -> Iterator[RawDocument | SourceFailure]:
        """Gives the document, or the reason why it cannot be one: it is empty or too long."""
        limit = self.settings.max_text_chars
        if not document.text.strip():
            yield self.failure(
                "It holds no text.", "Check that the file is the one you meant; remove it if it is empty.", at=at
            )
        elif len(document.text) > limit:
            yield self.failure(
                f"Its text has {len(document.text):,} characters; at most {limit:,} are read.",
                "Split it, or raise INNOGRAPH_MAX_TEXT_CHARS.",
                at=at,
            )
        else:
            yield document
