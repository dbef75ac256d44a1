"""Endpoint for the morning: what needs a decision, the most money first, and the mail that says it."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.morning import morning_of
from api.v1.answers.morning import Morning
from api.v1.contract import Answer, Query, v1
from api.v1.strict import Day

TAGS = [Tag(name="morning")]


class MorningQuery(Query):
    """Which morning."""

    on: Day | None = Field(None, description="The morning; default today.")
    limit: int = Field(20, ge=1, le=200, description="How many of each part are listed at most; all are counted.")


@v1.get("/morning", tags=TAGS, responses={200: Morning})
def read_morning(query: MorningQuery) -> Answer:
    """Read what needs a decision, the most money first, with the mail that says it in plain text."""
    return morning_of(account_of_caller(), query.on or today(), request_language(), query.limit)
