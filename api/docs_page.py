"""A page of the API's description for people: plain HTML from the OpenAPI document, without scripts or other hosts."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2430; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d5dae2; }
h3 { font-family: ui-monospace, monospace; font-size: 1.05rem; margin-top: 2rem; }
h3 span { background: #2f6db5; color: #fff; border-radius: 4px; padding: 1px 7px; margin-right: .5em; }
h3 span.post { background: #2a7a46; }
table { border-collapse: collapse; font-size: .93rem; }
td, th { border-top: 1px solid #e3e7ed; padding: 3px 12px 3px 0; text-align: left; vertical-align: top; }
pre { background: #f4f6f9; padding: .8rem; overflow: auto; max-height: 22rem; font-size: .85rem; }
code { font-family: ui-monospace, monospace; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def install_docs_page(app: FastAPI) -> None:
    """Serves the page at ``/docs``."""

    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(render(app.openapi()), headers={"Content-Security-Policy": POLICY})

    app.add_route("/docs", docs, include_in_schema=False)


def render(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document. Whatever comes from the document is escaped."""
    title = escape(document["info"]["title"])
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}: API</title><style>{STYLE}</style></head><body>',
        f"<h1>{title} {escape(document['info']['version'])}</h1>{_paragraphs(document['info']['description'])}",
        '<p>For programs, the same as <a href="/openapi.json">OpenAPI</a>.</p>',
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>")
        for path, item in document["paths"].items():
            parts += [
                _operation(document, method, path, operation)
                for method, operation in item.items()
                if tag["name"] in operation["tags"]
            ]
    return "\n".join([*parts, "</body></html>"])


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        f'<h3 id="{escape(operation["operationId"])}"><span class="{escape(method)}">{escape(method.upper())}</span>'
        f"{escape(path)}</h3>",
        _paragraphs(operation["description"]),
    ]
    if rows := "".join(_parameter(parameter) for parameter in operation.get("parameters", ())):
        parts.append(f"<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>{rows}</table>")
    for example in _request_examples(document, operation)[:1]:
        parts.append(f"<p>Asked for example with</p>{_json(example)}")
    for status, answer in operation["responses"].items():
        for media in answer.get("content", {}).values():
            if status.startswith("2") and "example" in media:
                parts.append(f"<p>answers <code>{escape(status)}</code></p>{_json(media['example'])}")
                break
    return "\n".join(parts)


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    item = schema.get("items", schema)
    kind = str(item.get("type", "string")) + (", repeatable" if schema.get("type") == "array" else "")
    if "default" in schema and schema["default"] not in ("", None):
        kind += f" = {json.dumps(schema['default'], ensure_ascii=False)}"
    name = parameter["name"] + (" *" if parameter.get("required") else "")
    cells = (f"<code>{escape(name)}</code>", escape(parameter["in"]), escape(kind), escape(parameter["description"]))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _request_examples(document: dict[str, Any], operation: dict[str, Any]) -> list[Any]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found: list[Any] = []
    for candidate in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        name = candidate.get("$ref", "").rpartition("/")[2]
        found += document["components"]["schemas"].get(name, {}).get("examples", ())
    return found


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.strip().split("\n\n"))
