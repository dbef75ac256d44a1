"""Endpoints for nights: run one for the caller's account, list the nights that ran."""

from __future__ import annotations

from datetime import date

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.nights import run_night
from api.speech import told
from api.v1.answers.nights import Night, NightPage, NightTrial
from api.v1.answers.paging import page
from api.v1.contract import Answer, Body, NoQuery, Page, v1

TAGS = [Tag(name="nights")]


class NightBody(Body):
    """Which night."""

    as_of: date | None = Field(None, description="The morning it is judged from; default today.")
    dry_run: bool = Field(False, description="Compute only, write nothing.")


@v1.post("/nights", tags=TAGS, responses={200: NightTrial, 201: Night})
def create_night(query: NoQuery, body: NightBody) -> Answer:
    """Run the night of the caller's account.

    The same facts on the same day give the same night.
    """
    night = run_night(account_of_caller(), body.as_of or today(), dry_run=body.dry_run)
    return night.as_dict(request_language()), 200 if body.dry_run else 201


@v1.get("/nights", tags=TAGS, responses={200: NightPage})
def list_nights(query: Page) -> Answer:
    """List nights, newest first."""
    found = account_of_caller().list("night", query.limit + 1, query.after)
    return page(found, query.limit, lambda stored: told(stored, request_language()))
