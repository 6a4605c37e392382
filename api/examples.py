"""Example answers for the OpenAPI description, by operation and status. A test holds each to its schema.

They tell one story, a made-up hydrogen chain around Tangshan, so that a reader can follow a uid from one to the next.
"""

from __future__ import annotations

from typing import Any

_UNIVERSITY = {"uid": "University-5b7d2c1e8f904a36", "type": "University", "name": "华北理工大学"}
_BASE = {"uid": "PilotBase-3f6b1f0c9a7d2e54", "type": "PilotBase", "name": "唐山氢能中试基地"}
_RESULT = {"uid": "Achievement-a81f4e0b6d2c7935", "type": "Achievement", "name": "百千瓦级质子交换膜电解槽"}
_FIRM = {"uid": "Firm-71c0d9be45a2f863", "type": "Firm", "name": "唐山海泰氢能装备有限公司"}
_CENTRE = {
    "uid": "ConceptVerificationCenter-e4920d7a1b8c6f35",
    "type": "ConceptVerificationCenter",
    "name": "天津海河概念验证中心",
}
_SENTENCE = "百千瓦级质子交换膜电解槽在唐山氢能中试基地完成中试。"
_EVIDENCE = {
    "text": _SENTENCE,
    "document": "doc-9b1c22d04e6f7a80",
    "start": 118,
    "end": 118 + len(_SENTENCE),
    "sentence": "doc-9b1c22d04e6f7a80/4",
    "title": "唐山氢能中试基地投用",
    "source": "https://example.org/notices/17",
    "published": "2026-04-12",
    "confidence": 0.93,
    "status": "stated",
}
_RELATION = {
    "uid": "PILOTED_AT-0d4b8c1f22aa9e31",
    "type": "PILOTED_AT",
    "head": _RESULT["uid"],
    "tail": _BASE["uid"],
    "status": "stated",
    "confidence": 0.93,
    "support": 2,
    "first_seen": "2026-04-12",
    "last_seen": "2026-06-30",
}
_STEP = {"source": _RESULT, "target": _BASE, "relation": _RELATION, "direction": "out", "evidence": [_EVIDENCE]}
_TEXT = "唐山氢能中试基地由华北理工大学牵头建设，近日正式投用。"
_START = {"text": "氢能", "kind": "field", "entity": None, "fields": ["氢能"], "region": ""}
_FILLER = {"entity": _CENTRE, "near": "area", "fit": 0.62, "place": ["120000"]}
_GAP = {
    "stage": "concept_verification",
    "reason": "no entity of the field fills the stage in the region",
    "fillers": [_FILLER],
}
_LEARNED = {
    "mode": "next_step",
    "verdicts": 64,
    "accepted": 21,
    "weights": {"field": 0.34, "text": 0.12, "stage": 0.27, "region": 0.14, "proximity": 0.07, "evidence": 0.06},
    "loss_usual": 0.5712,
    "loss": 0.5238,
    "auc_usual": 0.7412,
    "auc": 0.7903,
}
_MATCH = {
    "id": "D1",
    "results": [
        {
            **_BASE,
            "id": "P017",
            "score": 0.7133,
            "parts": {"field": 0.28, "semantic": 0.2633, "stage": 0.1, "region": 0.07},
            "path": [],
            "evidence": [_EVIDENCE],
        }
    ],
}


def _extraction(load: dict[str, Any] | None) -> dict[str, Any]:
    uid = "doc-9b1c22d04e6f7a80"
    entities: list[dict[str, Any]] = [{**_BASE, "aliases": []}, {**_UNIVERSITY, "aliases": []}]
    return {
        "uid": uid,
        "title": "唐山氢能中试基地投用",
        "published": "2026-04-12",
        "source": "https://example.org/notices/17",
        "text": _TEXT,
        "flags": [],
        "sentences": [{"uid": f"{uid}/0", "text": _TEXT, "start": 0, "end": len(_TEXT)}],
        "entities": entities,
        "mentions": [
            {
                "entity": entity["uid"],
                "sentence": f"{uid}/0",
                "start": _TEXT.index(entity["name"]),
                "end": _TEXT.index(entity["name"]) + len(entity["name"]),
                "surface": entity["name"],
                "confidence": 0.98,
            }
            for entity in entities
        ],
        "relations": [
            {
                "uid": "LED_BY-6c1d0e9f3b2a8457",
                "type": "LED_BY",
                "head": _BASE["uid"],
                "tail": _UNIVERSITY["uid"],
                "status": "stated",
                "confidence": 0.95,
                "evidence": [f"{uid}/0"],
            }
        ],
        "load": load,
    }


ANSWERS: dict[str, dict[int, Any]] = {
    "get_health": {200: {"status": "alive", "version": "0.1.0"}},
    "get_readiness": {200: {"status": "ready", "store": "5.26.30"}},
    "search_entities": {
        200: {
            "items": [
                {
                    "entity": _BASE,
                    "how": "prefix",
                    "score": 0.7025,
                    "matched": "唐山氢能中试基地",
                    "place": ["130000", "130200"],
                    "stage": "pilot",
                }
            ],
            "next": "/v1/search?q=%E5%94%90%E5%B1%B1&limit=1&cursor=WzEsLTAuNzAyNSwiUGlsb3RCYXNlIl0",
        }
    },
    "get_entity": {
        200: {
            **_BASE,
            "aliases": ["氢能中试基地"],
            "place": ["130000", "130200"],
            "fields": ["氢能"],
            "stage": "pilot",
            "description": "",
            "record_id": "P017",
            "authority": "",
            "updated_at": "2026-11-25T08:00:00Z",
            "degree": 7,
            "others": [],
        }
    },
    "get_neighbours": {
        200: {"items": [{"entity": _RESULT, "relation": _RELATION, "direction": "in"}], "next": None},
    },
    "get_mentions": {
        200: {
            "items": [
                {
                    "sentence": _EVIDENCE["sentence"],
                    "text": _SENTENCE,
                    "document": _EVIDENCE["document"],
                    "start": 131,
                    "end": 139,
                    "surface": "唐山氢能中试基地",
                    "confidence": 0.98,
                    "title": _EVIDENCE["title"],
                    "source": _EVIDENCE["source"],
                    "published": _EVIDENCE["published"],
                }
            ],
            "next": None,
        }
    },
    "get_sentence": {
        200: {
            "uid": _EVIDENCE["sentence"],
            "text": _SENTENCE,
            "document": _EVIDENCE["document"],
            "start": 118,
            "end": 118 + len(_SENTENCE),
            "title": _EVIDENCE["title"],
            "source": _EVIDENCE["source"],
            "published": _EVIDENCE["published"],
            "mentions": [
                {"entity": _RESULT, "start": 118, "end": 130},
                {"entity": _BASE, "start": 131, "end": 139},
            ],
        }
    },
    "get_evidence": {
        200: {"relation": _RELATION, "head": _RESULT, "tail": _BASE, "evidence": [_EVIDENCE], "next": None},
    },
    "get_paths": {
        200: {
            "start": _RESULT,
            "end": _BASE,
            "paths": [{"entities": [_RESULT, _BASE], "steps": [_STEP], "cost": 1.07, "score": 0.4831}],
            "truncated": False,
        }
    },
    "get_chains": {
        200: {
            "start": _START,
            "chains": [
                {
                    "score": 0.5812,
                    "parts": {"coverage": 0.36, "evidence": 0.1612, "field": 0.06},
                    "steps": [
                        {
                            "stage": "research",
                            "status": "stated",
                            "entity": _UNIVERSITY,
                            "via": None,
                            "evidence": [],
                            "fillers": [],
                            "enablers": [],
                        },
                        {
                            "stage": "concept_verification",
                            "status": "missing",
                            "entity": None,
                            "via": None,
                            "evidence": [],
                            "fillers": [_FILLER],
                            "enablers": [],
                        },
                        {
                            "stage": "pilot",
                            "status": "stated",
                            "entity": _BASE,
                            "via": {
                                "type": "PILOTED_AT",
                                "status": "stated",
                                "confidence": 0.93,
                                "through": _RESULT,
                                "relation": _RELATION["uid"],
                            },
                            "evidence": [_EVIDENCE],
                            "fillers": [],
                            "enablers": [],
                        },
                    ],
                }
            ],
            "gaps": [_GAP],
            "truncated": False,
        }
    },
    "get_gaps": {
        200: {
            "field": "氢能",
            "region": "河北省",
            "coverage": [
                {
                    "stage": "pilot",
                    "count": 1,
                    "strength": 0.71,
                    "entities": [{"entity": _BASE, "strength": 0.71}],
                    "by_year": {"2026": 1},
                }
            ],
            "gaps": [_GAP],
        }
    },
    "give_feedback": {
        200: {
            "start": _RESULT["uid"],
            "candidate": _BASE["uid"],
            "mode": "next_step",
            "accepted": True,
            "shares": {"field": 0.9, "text": 0.4, "stage": 1.0, "region": 0.8, "proximity": 0.2, "evidence": 0.5},
        }
    },
    "get_feedback": {200: {"active": False, "learned": [_LEARNED]}},
    "learn_from_feedback": {200: _LEARNED},
    "reset_feedback": {200: {"deleted": 64}},
    "get_analytics": {
        200: {
            "graph_version": 42,
            "current": True,
            "entities": 812,
            "relations": 1930,
            "sampled": 0,
            "modularity": 0.71,
            "leaders": [{"stage": "pilot", "measure": "brokerage", "entity": _BASE, "value": 37.0}],
            "communities": [
                {
                    "number": 0,
                    "size": 64,
                    "stages": {"research": 9, "pilot": 3, "industrialization": 21},
                    "regions": {"河北省": 31, "北京市": 12},
                    "members": [_UNIVERSITY, _BASE],
                }
            ],
            "flows": [{"source": "北京市", "target": "河北省", "relation": "COOPERATES_WITH", "count": 14}],
        }
    },
    "get_gap_matrix": {
        200: {
            "fields": ["氢能"],
            "regions": ["河北省"],
            "cells": [
                {
                    "field": "氢能",
                    "region": "河北省",
                    "counts": {
                        "research": 1,
                        "concept_verification": 0,
                        "pilot": 1,
                        "industrialization": 3,
                        "industrial_chain": 1,
                    },
                    "missing": ["concept_verification"],
                }
            ],
        }
    },
    "recommend": {
        200: {
            "start": {
                "text": "质子交换膜制氢装置已完成样机，寻找中试条件",
                "kind": "text",
                "entity": None,
                "fields": ["氢能"],
                "region": "",
            },
            "mode": "next_step",
            "items": [
                {
                    "entity": _BASE,
                    "score": 0.7133,
                    "parts": {"field": 0.28, "semantic": 0.2633, "stage": 0.1, "region": 0.07},
                    "path": [_STEP],
                    "evidence": [_EVIDENCE],
                    "change": None,
                },
                {
                    "entity": _FIRM,
                    "score": 0.5521,
                    "parts": {"field": 0.28, "semantic": 0.2021, "stage": 0.0, "region": 0.07},
                    "path": [],
                    "evidence": [],
                    "change": {"part": "stage", "needed": 0.1612, "text": "It would have to fill the stage pilot."},
                },
            ],
        }
    },
    "match": {200: {"items": [_MATCH]}},
    "post_document": {
        200: _extraction(None),
        201: _extraction(
            {
                "status": "new",
                "entities": {"added": 2, "changed": 0, "withdrawn": 0},
                "relations": {"added": 1, "changed": 0, "withdrawn": 0},
                "version_of": "",
            }
        ),
    },
    "get_document": {
        200: {
            "uid": "doc-9b1c22d04e6f7a80",
            "title": "唐山氢能中试基地投用",
            "source": "https://example.org/notices/17",
            "sources": ["https://example.org/notices/17"],
            "published": "2026-04-12",
            "kind": "document",
            "text": _TEXT,
            "flags": [],
            "ingested_at": "2026-11-25T08:00:00Z",
            "sentences": 1,
            "entities": [_BASE, _UNIVERSITY],
            "primary": "",
            "versions": [],
            "conflicts": [],
        }
    },
    "get_schema": {
        200: {
            "stages": [{"name": "pilot", "zh": "中试", "order": 2}],
            "entity_types": [
                {
                    "name": "PilotBase",
                    "zh": "中试基地",
                    "stage": "pilot",
                    "enabler": False,
                    "own_stage": False,
                    "document_scoped": False,
                    "colour": "#F79767",
                    "icon": "factory-small",
                }
            ],
            "relation_types": [
                {
                    "name": "PILOTED_AT",
                    "zh": "中试于",
                    "inverse": "中试了",
                    "head": ["Achievement", "Project", "Technology", "Product"],
                    "tail": ["PilotBase"],
                    "advances": True,
                    "symmetric": False,
                }
            ],
        }
    },
    "get_stats": {
        200: {
            "graph_version": 12,
            "entities": 431,
            "relations": 812,
            "documents": 46,
            "sentences": 690,
            "by_type": {"PilotBase": 21},
            "by_relation": {"PILOTED_AT": 9},
            "by_stage": {"pilot": 33},
            "by_region": {"河北省": 57},
            "documents_by_kind": {"document": 43, "record": 3},
        }
    },
    "run_cypher": {
        200: {"columns": ["uid", "name"], "rows": [[_BASE["uid"], _BASE["name"]]], "truncated": False},
    },
}
