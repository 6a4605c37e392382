"""Reading a text into the graph, and documents as stored."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, Discriminator, StringConstraints, Tag

from api.deps import ServicesDep, media_type
from api.errors import UNSUPPORTED_MEDIA, Problem
from api.schemas.common import whole_characters
from api.schemas.documents import Document, DocumentRequest, Extraction, LoadReport
from etl.load import LoadOutcome, load_document
from graph.answers import entities as answers
from graph.errors import InvalidInput
from graph.queries.load import bump_version
from graph.store.query import Plan

router = APIRouter(prefix="/v1", tags=["documents"])

PlainText = Annotated[str, StringConstraints(min_length=1), AfterValidator(whole_characters)]
# The tags are left out where errors name the part of a body (api.errors).
Posted = Annotated[
    Annotated[DocumentRequest, Tag("application/json")] | Annotated[PlainText, Tag("text/plain")],
    Discriminator(lambda body: "text/plain" if isinstance(body, str | bytes) else "application/json"),
]
_PLAIN_BODY: dict[str, Any] = {
    "requestBody": {
        "content": {"text/plain": {"schema": {"type": "string", "minLength": 1, "description": "The text, UTF-8."}}}
    }
}


async def _readable_media(request: Request) -> None:
    if media_type(request) not in ("application/json", "text/plain"):
        raise Problem(
            UNSUPPORTED_MEDIA, "Send application/json ({text, id, title, date, source}) or text/plain (UTF-8)."
        )


@router.post(
    "/documents",
    summary="Read a text",
    dependencies=[Depends(_readable_media)],
    responses={
        201: {"model": Extraction, "description": "Read, and loaded as a new document."},
        409: {},
    },
    openapi_extra=_PLAIN_BODY,
)
async def post_document(
    # A text/plain body arrives as bytes, which are taken as UTF-8.
    posted: Annotated[Posted, Body()],
    response: Response,
    services: ServicesDep,
    load: Annotated[bool, Query(description="Whether to load what was read; without, nothing is stored.")] = True,
) -> Extraction:
    """Cleans a text, extracts its entities and relations, and loads them with their sentences in one transaction.

    The same text again changes nothing. Another text under the same `id` replaces the document: what only the old one
    stated is withdrawn. Without an `id` the text itself is its identity. A text that repeats another document becomes a
    version of it.
    """
    wanted = DocumentRequest(text=posted) if isinstance(posted, str) else posted
    cap = services.settings.api_max_text
    if len(wanted.text) > cap:
        raise InvalidInput(
            f"The text has {len(wanted.text)} characters; {cap} are read. Split it, or use `innograph ingest`."
        )
    facts = await services.reading.read(
        wanted.text, id=wanted.id, title=wanted.title, date=wanted.date, source=wanted.source
    )
    if not load:
        return Extraction.of(facts, None)
    ontology = services.reference.ontology

    def plan() -> Plan[LoadOutcome]:
        outcome = yield from load_document(facts, ontology)
        if outcome.status != "unchanged":
            yield bump_version()  # with the load, so that no cache outlives it
        return outcome

    report = LoadReport.model_validate(outcome := await services.database.transaction(plan))
    response.headers["Location"] = f"/v1/documents/{quote(outcome.document)}"
    if report.status == "new":
        response.status_code = 201
    return Extraction.of(facts, report)


@router.get("/documents/{uid:path}", summary="A document", responses={404: {}})
async def get_document(
    uid: Annotated[
        str, Path(min_length=1, max_length=300, description="uid of a document.", examples=["doc-9b1c22d04e6f7a80"])
    ],
    services: ServicesDep,
) -> Document:
    """A document as stored: its cleaned text, where it came from, what damage was flagged, what it mentions, its versions.

    A notice of several outlets is one document: the first is its primary, the others are its versions. Where they
    contradict one another, both sentences are kept and listed.
    """
    return Document.model_validate(await services.database.answer(answers.document(uid, reference=services.reference)))
