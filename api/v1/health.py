"""Endpoint that says whether the service and its store answer."""

from __future__ import annotations

from flask import current_app
from flask_openapi3.models.tag import Tag

from api.v1.answers.health import Health
from api.v1.contract import Answer, NoQuery, v1


@v1.get("/health", tags=[Tag(name="health")], responses={200: Health})
def read_health(query: NoQuery) -> Answer:
    """Say whether the service and its store answer; 503 when the store is away."""
    current_app.extensions["adcue.store"].accounts()
    return {"status": "ok"}
