"""spaCy: a tokenizer and three components, registered so that ``nlp.add_pipe("innograph_reader")`` works anywhere.

    nlp = spacy.blank("zh")
    nlp.add_pipe("innograph_reader")
    nlp.add_pipe("innograph_mentions")
    nlp.add_pipe("innograph_relations")
    doc = nlp("清华大学与首钢集团共建氢能中试基地。")
    doc._.mentions, doc._.aliases, doc._.relations

Offsets of mentions are characters and exact; ``doc.spans["innograph"]`` holds the same as token spans, widened to whole
tokens where a tokenizer cut otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from etl.nlp.gazetteer import load_gazetteer
from etl.nlp.lac import Lac, load_lac
from etl.nlp.mentions import document_mentions
from etl.nlp.reader import MODELS, Reader, Reading
from etl.nlp.relations import RelationClassifier
from etl.nlp.segments import segments, widened
from etl.nlp.view import View, build_view
from graph.ontology import load_ontology

_LAC_OUTPUTS = "innograph.lac"
_EXTENSIONS: dict[str, Any] = {"reading": None, "mentions": (), "aliases": {}, "relations": (), "view": None}


def register_extensions() -> None:
    """Declares the attributes that the components set on a Doc."""
    for name, default in _EXTENSIONS.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


class LacTokenizer:
    """Words and part-of-speech tags by LAC; white space keeps its own tokens, so that ``doc.text`` is the input."""

    def __init__(self, vocab: Vocab, lac: Lac) -> None:
        self.vocab, self._lac = vocab, lac

    def __call__(self, text: str) -> Doc:
        """Tokenises a text; ``token.tag_`` is LAC's tag."""
        cuts: list[int] = []
        tags: dict[int, str] = {}
        parts = segments(widened(text))
        outputs = dict(zip(parts, self._lac.read([text[start:end] for start, end in parts]), strict=True))
        for (start, end), output in outputs.items():
            for at in output.starts.nonzero()[0].tolist():
                cuts.append(start + at)
                tags[start + at] = self._lac.tag_names[int(output.tags[at])].rpartition("-")[0]
            cuts.append(end)
        bounds = sorted({0, len(text), *cuts})
        words = [text[a:b] for a, b in itertools.pairwise(bounds)]
        doc = Doc(self.vocab, words=words, spaces=[False] * len(words))
        for token, start in zip(doc, bounds, strict=False):
            token.tag_ = tags.get(start, "w")
        doc.user_data[_LAC_OUTPUTS] = outputs  # the reader takes them from here, so that LAC runs once
        return doc

    def to_bytes(self, **_: object) -> bytes:
        """The tokenizer has no state of its own."""
        return b""

    def from_bytes(self, _: bytes, **__: object) -> LacTokenizer:
        """The tokenizer has no state of its own."""
        return self

    def to_disk(self, path: Path, **_: object) -> None:
        """The tokenizer has no state of its own."""

    def from_disk(self, path: Path, **_: object) -> LacTokenizer:
        """The tokenizer has no state of its own."""
        return self


@registry.tokenizers("innograph.LacTokenizer.v1")  # type: ignore[untyped-decorator]
def create_lac_tokenizer() -> Callable[[Language], LacTokenizer]:
    """Makes the tokenizer for a config with ``@tokenizers = "innograph.LacTokenizer.v1"``."""

    def create(nlp: Language) -> LacTokenizer:
        return LacTokenizer(nlp.vocab, load_lac())

    return create


@Language.factory("innograph_reader", default_config={"setting": "best", "lexicon": None, "models": None})
def create_reader(nlp: Language, name: str, setting: str, lexicon: str | None, models: str | None) -> ReaderComponent:
    """The trained reader.

    ``setting`` is ``best`` or ``fast``, ``lexicon`` a folder of CSV files with names, ``models`` a folder of models of
    one's own (``python -m training --output``).
    """
    return ReaderComponent(setting, Path(lexicon) if lexicon else None, Path(models) if models else MODELS)


@Language.factory("innograph_mentions", requires=["doc._.reading"], assigns=["doc._.mentions", "doc._.aliases"])
def create_mentions(nlp: Language, name: str) -> MentionsComponent:
    """Document-level evidence: repeated names, aliases, canonical names."""
    return MentionsComponent()


@Language.factory(
    "innograph_relations",
    default_config={"setting": None, "ontology": None, "models": None},
    requires=["doc._.mentions"],
    assigns=["doc._.relations"],
)
def create_relations(
    nlp: Language, name: str, setting: str | None, ontology: str | None, models: str | None
) -> RelationsComponent:
    """Relations between the mentions.

    ``setting`` and ``models`` are those of the reader, which are taken from the pipeline if they are not given; ``ontology``
    is a file to use instead of the built-in one.
    """
    reader = nlp.get_pipe_config("innograph_reader") if nlp.has_pipe("innograph_reader") else {}
    setting = setting or reader.get("setting", "best")
    models = models or reader.get("models")
    return RelationsComponent(setting, Path(ontology) if ontology else None, Path(models) if models else MODELS)


class ReaderComponent:
    """Sets ``doc._.reading``."""

    def __init__(self, setting: str, lexicon: Path | None, models: Path) -> None:
        register_extensions()
        self._reader = Reader(setting, lac=load_lac(), gazetteer=load_gazetteer(lexicon), models=models)

    def __call__(self, doc: Doc) -> Doc:
        """Reads the text of a Doc."""
        doc._.reading = self._reader.read(doc.text, doc.user_data.pop(_LAC_OUTPUTS, None))
        return doc


class MentionsComponent:
    """Sets ``doc._.mentions``, ``doc._.aliases`` and ``doc.spans["innograph"]``."""

    def __init__(self) -> None:
        register_extensions()

    def __call__(self, doc: Doc) -> Doc:
        """Turns a reading into mentions."""
        reading: Reading = doc._.reading
        mentions, aliases = document_mentions(doc.text, reading.spans)
        doc._.mentions, doc._.aliases = tuple(mentions), aliases
        spans = (doc.char_span(m.start, m.end, label=m.type, alignment_mode="expand") for m in mentions)
        doc.spans["innograph"] = [span for span in spans if span is not None]
        return doc


class RelationsComponent:
    """Sets ``doc._.view`` and ``doc._.relations``."""

    def __init__(self, setting: str, ontology: Path | None, models: Path) -> None:
        register_extensions()
        self._classifier = RelationClassifier(load_ontology(ontology), setting, models=models)

    def __call__(self, doc: Doc) -> Doc:
        """Finds the relations between the mentions of a Doc."""
        reading: Reading = doc._.reading
        view: View = build_view(doc.text, doc._.mentions, reading.word_starts)
        doc._.view = view
        doc._.relations = tuple(self._classifier(view, reading))
        doc._.reading = Reading(reading.spans, reading.word_starts)  # the states are large and have served
        return doc
