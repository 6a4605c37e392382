"""A reader of texts for those who have a language model: any endpoint of OpenAI's chat protocol, off unless chosen.

Each window of sentences is one request, whose answer is held to a JSON schema made from the ontology. What comes back is
checked against the text and the ontology: a name that does not stand in the window, a relation of an unknown name or of
types that the ontology does not join, is dropped and counted. Answers are kept on disk under the hash of the whole
request, so that reading a text again costs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from etl.nlp.aliases import strip_title
from etl.nlp.extraction import Extraction
from etl.nlp.mentions import document_mentions
from etl.nlp.reader import ReadSpan
from etl.nlp.relations import FoundRelation
from etl.nlp.segments import Span, sentences
from etl.nlp.view import SpanMention, build_view
from graph.endpoint import Endpoint, Words
from graph.errors import EndpointError
from graph.ontology import Ontology
from graph.settings import Settings

CONFIDENCE = 0.7  # of all that a language model says; it is not calibrated
_WINDOW = 1_500
_KNOWN = 60  # names of earlier windows that a request carries
_ATTEMPTS = 2  # for an answer that is not what was asked for
_WORDS = Words(
    "language model",
    "INNOGRAPH_READER=llm",
    "INNOGRAPH_LLM",
    "use a faster model",
    "Use a model with a longer context",
    "INNOGRAPH_READER=best",
)
_BAD_REQUEST = (400, 422)


class _Entity(BaseModel):
    model_config = ConfigDict(extra="ignore")
    text: str
    type: str


class _Alias(BaseModel):
    model_config = ConfigDict(extra="ignore")
    short: str
    full: str


class _Relation(BaseModel):
    model_config = ConfigDict(extra="ignore")
    head: str
    type: str
    tail: str
    planned: bool = False


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")
    entities: list[_Entity] = []
    aliases: list[_Alias] = []
    relations: list[_Relation] = []


class LanguageModelReader:
    """Turns a cleaned text into an :class:`Extraction` by asking a language model.

    Raises:
        ConfigError: The endpoint's settings cannot be used.
    """

    def __init__(self, settings: Settings, ontology: Ontology) -> None:
        self._endpoint = Endpoint(
            settings.llm_url,
            settings.llm_model,
            key=settings.llm_key.get_secret_value(),
            timeout=settings.llm_timeout,
            words=_WORDS,
            error=EndpointError,
        )
        self._ontology = ontology
        self._prices = settings.llm_price_in, settings.llm_price_out
        self._cache = settings.home.expanduser() / "llm-cache"
        self._instructions = _instructions(ontology)
        self._formats: list[dict[str, Any]] = [_schema_format(ontology), {"type": "json_object"}]

    def __call__(self, text: str) -> Extraction:
        """Reads one text.

        Returns:
            The extraction; ``usage`` counts requests, cached answers, tokens, cost, seconds and what was dropped.

        Raises:
            EndpointError: The model refuses, cannot be reached, or twice answers with something else.
        """
        usage: Counter[str] = Counter()
        spans: list[ReadSpan] = []
        answers: list[_Answer] = []
        names: dict[str, None] = {}
        for start, end in windows(text):
            answer = self._ask(text[start:end], list(names)[-_KNOWN:], usage)
            answers.append(answer)
            found = sorted(self._spans(text, start, end, answer, usage), key=lambda span: span.start)
            spans += found
            names.update(dict.fromkeys(text[span.start : span.end] for span in found))
        mentions, aliases = document_mentions(text, spans)
        mentions, aliases = _with_aliases(mentions, aliases, answers, usage)
        view = build_view(text, mentions, [])
        relations = self._relations(view.sentence, view.sentence_spans, mentions, aliases, answers, usage)
        return Extraction(text, tuple(mentions), aliases, relations, tuple(view.sentence_spans), dict(usage))

    def _spans(self, text: str, start: int, end: int, answer: _Answer, usage: Counter[str]) -> Iterator[ReadSpan]:
        """Every place where a name stands, longer names first, so that none lies within another."""
        taken = bytearray(end - start)
        window = text[start:end]
        for entity in sorted(answer.entities, key=lambda e: -len(e.text)):
            name = entity.text.strip()
            if entity.type not in self._ontology.entity_types or not name or name not in window:
                usage["dropped_mentions"] += 1
                continue
            for match in re.finditer(re.escape(name), window):
                if not any(taken[match.start() : match.end()]):
                    taken[match.start() : match.end()] = b"\x01" * len(name)
                    yield ReadSpan(start + match.start(), start + match.end(), entity.type, CONFIDENCE)

    def _relations(
        self,
        sentence: list[int],
        sentence_spans: list[Span],
        mentions: list[SpanMention],
        aliases: Mapping[str, str],
        answers: list[_Answer],
        usage: Counter[str],
    ) -> tuple[FoundRelation, ...]:
        places: dict[str, list[int]] = {}
        for number, mention in enumerate(mentions):
            places.setdefault(mention.name, []).append(number)
        found: dict[tuple[str, str, str], FoundRelation] = {}
        for said in (relation for answer in answers for relation in answer.relations):
            head, tail = (strip_title(name) for name in (said.head, said.tail))
            head, tail = aliases.get(head, head), aliases.get(tail, tail)
            ends = [(h, t) for h in places.get(head, ()) for t in places.get(tail, ())]
            ends = [
                (h, t) for h, t in ends if self._ontology.allows(mentions[h].type, said.type, mentions[t].type)
            ] if said.type in self._ontology.relation_types else []  # fmt: skip
            if not ends or head == tail:
                usage["dropped_relations"] += 1
                continue
            h, t = min(ends, key=lambda pair: (abs(sentence[pair[0]] - sentence[pair[1]]), *pair))
            numbers = sorted({sentence[h], sentence[t]})
            planned = said.planned or said.type == "SETS_TARGET"
            found.setdefault(
                (head, said.type, tail),
                FoundRelation(
                    head,
                    mentions[h].type,
                    said.type,
                    tail,
                    mentions[t].type,
                    tuple(sentence_spans[number] for number in numbers),
                    CONFIDENCE,
                    "planned" if planned else "stated",
                    "language model",
                ),
            )
        return tuple(sorted(found.values(), key=lambda r: (r.evidence[0], r.type, r.head, r.tail)))

    def _ask(self, window: str, known: list[str], usage: Counter[str]) -> _Answer:
        content = f"Names found earlier in this text: {'; '.join(known)}\n\n{window}" if known else window
        messages = [{"role": "system", "content": self._instructions}, {"role": "user", "content": content}]
        body = {"model": self._endpoint.model, "messages": messages, "temperature": 0}
        path = self._cache / f"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}.json"
        with contextlib.suppress(OSError, ValueError):
            answer = _Answer.model_validate_json(path.read_text("utf-8"))
            usage["cached"] += 1
            return answer
        problem = ""
        for _ in range(_ATTEMPTS):
            began = time.monotonic()
            reply = self._post(body)
            usage["seconds"] += time.monotonic() - began  # type: ignore[assignment]
            usage["requests"] += 1
            self._count(reply, usage)
            try:
                message = reply["choices"][0]["message"]
                if message.get("refusal"):
                    raise self._endpoint.failure(
                        "refuses to read this text. Use another model or INNOGRAPH_READER=best."
                    )
                answer = _Answer.model_validate_json(message["content"])
            except (KeyError, IndexError, TypeError, AttributeError, ValidationError) as error:
                usage["malformed"] += 1
                problem = type(error).__name__
                continue
            self._keep(path, answer)
            return answer
        raise self._endpoint.failure(f"answers in another form than it was asked for ({problem}). Use another model.")

    def _post(self, body: dict[str, Any]) -> Any:
        """The reply; a server that does not know JSON schemas is asked for plain JSON from then on."""
        while True:
            try:
                return self._endpoint.post("chat/completions", body | {"response_format": self._formats[0]})
            except EndpointError as error:
                if error.status not in _BAD_REQUEST or len(self._formats) == 1:
                    raise
                del self._formats[0]

    def _count(self, reply: Any, usage: Counter[str]) -> None:
        spent = reply.get("usage") if isinstance(reply, dict) else None
        for name, price in zip(("prompt_tokens", "completion_tokens"), self._prices, strict=True):
            tokens = spent.get(name, 0) if isinstance(spent, dict) else 0
            if isinstance(tokens, int) and tokens > 0:
                usage[name] += tokens
                usage["cost"] += tokens * price / 1_000_000  # type: ignore[assignment]

    def _keep(self, path: Path, answer: _Answer) -> None:
        """Keeps an answer; a disk that is full costs the next run a request, and nothing else."""
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            scratch.write_text(answer.model_dump_json(), "utf-8")
            scratch.replace(path)
        except OSError:
            scratch.unlink(missing_ok=True)


def windows(text: str) -> list[Span]:
    """Stretches of whole sentences of about 1,500 characters that cover the text; longer sentences are cut."""
    found: list[Span] = []
    for start, end in sentences(text):
        for at in range(start, end, _WINDOW):
            piece = at, min(at + _WINDOW, end)
            if found and piece[1] - found[-1][0] <= _WINDOW:
                found[-1] = found[-1][0], piece[1]
            else:
                found.append(piece)
    return found


def _with_aliases(
    mentions: list[SpanMention], aliases: dict[str, str], answers: list[_Answer], usage: Counter[str]
) -> tuple[list[SpanMention], dict[str, str]]:
    """Adds the aliases that the model named, where both names stand in the text."""
    names = {mention.name for mention in mentions}
    further = {}
    for said in (alias for answer in answers for alias in answer.aliases):
        short, full = strip_title(said.short), strip_title(said.full)
        full = aliases.get(full, full)
        if short in names and full in names and short != full and aliases.get(full) is None:
            further[short] = full
        elif short not in aliases:
            usage["dropped_aliases"] += 1
    further = {short: full for short, full in further.items() if full not in further}
    return [replace(m, name=further.get(m.name, m.name)) for m in mentions], aliases | further


def _instructions(ontology: Ontology) -> str:
    types = "\n".join(f"- {t.name} ({t.zh})" for t in ontology.entity_types.values())
    relations = "\n".join(
        f"- {r.name} ({r.zh}): {'|'.join(sorted(r.head))} -> {'|'.join(sorted(r.tail))}"
        for r in ontology.relation_types.values()
    )
    return (
        "You read a text on science, technology and industry and list what it states, as JSON with three members.\n"
        "entities: every name in the text with its type; `text` is copied from the text character by character, the longest "
        "form of the name; short forms are entities of their own.\n"
        "aliases: short forms with the full name that they stand for.\n"
        "relations: only what the text itself states; nothing that is denied, and nothing that only stands side by side. "
        "head and tail are texts of entities. planned is true for what is to come.\n"
        f"Types:\n{types}\nRelations, with the types of their ends:\n{relations}\n"
        "If the text states nothing, answer with empty lists. Never list persons."
    )


def _schema_format(ontology: Ontology) -> dict[str, Any]:
    def list_of(**members: Any) -> dict[str, Any]:
        item = {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
        return {"type": "array", "items": item}

    text = {"type": "string"}
    lists = {
        "entities": list_of(text=text, type={"type": "string", "enum": list(ontology.entity_types)}),
        "aliases": list_of(short=text, full=text),
        "relations": list_of(
            head=text,
            type={"type": "string", "enum": list(ontology.relation_types)},
            tail=text,
            planned={"type": "boolean"},
        ),
    }
    schema = {"type": "object", "properties": lists, "required": list(lists), "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "extraction", "strict": True, "schema": schema}}
