"""Endpoint that says whether the service and its store answer, and whether the nights ran."""

from __future__ import annotations

from flask import current_app
from flask_openapi3.models.tag import Tag

from api.services.night_status import counts_of, due_day, status_of
from api.v1.answers.health import Health
from api.v1.contract import Answer, NoQuery, v1


@v1.get("/health", tags=[Tag(name="health")], responses={200: Health})
def read_health(query: NoQuery) -> Answer:
    """Say whether the service and its store answer, and how the nights of its accounts stand; 503 when it is away.

    Names no account: what became of a night is told to its own account.
    """
    latest = current_app.extensions["adcue.store"].latest_nights()
    due = due_day()
    found = [status_of(account, night) for account, night in latest.items()]
    return {"status": "ok", "nights": {"due": due.isoformat(), **counts_of(found)}}
