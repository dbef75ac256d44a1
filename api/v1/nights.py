"""Endpoints for nights: run one for the caller's account, list and read the nights that ran, say how they stand."""

from __future__ import annotations

from datetime import date

from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.night_status import account_status
from api.speech import told
from api.v1.answers.nights import KeptNight, Night, NightPage, NightStanding, NightTrial
from api.v1.answers.paging import page
from api.v1.answers.runs import Run
from api.v1.contract import Answer, Body, NoQuery, Page, v1
from api.v1.long_work import answer_run

TAGS = [Tag(name="nights")]


class NightBody(Body):
    """Which night."""

    as_of: date | None = Field(None, description="The morning it is judged from; default today.")
    dry_run: bool = Field(False, description="Compute only, write nothing.")


@v1.post("/nights", tags=TAGS, responses={200: NightTrial, 201: Night, 202: Run})
def create_night(query: NoQuery, body: NightBody) -> Answer:
    """Run the night of the caller's account.

    The same facts on the same day give the same night.
    """
    return answer_run("night", {"as_of": (body.as_of or today()).isoformat(), "dry_run": body.dry_run})


@v1.get("/nights", tags=TAGS, responses={200: NightPage})
def list_nights(query: Page) -> Answer:
    """List nights, newest first."""
    found = account_of_caller().list("night", query.limit + 1, query.after)
    return page(found, query.limit, lambda stored: told(stored, request_language()))


@v1.get("/nights/status", tags=TAGS, responses={200: NightStanding})
def read_night_status(query: NoQuery) -> Answer:
    """Say whether the nights of the caller's account run as they should."""
    status, history = account_status(account_of_caller())
    return status.as_dict(request_language(), history)


class NightPath(BaseModel):
    """Which night."""

    model_config = ConfigDict(extra="forbid")
    night_id: str = Field(max_length=80, description="Id or short id, such as N-7f3a9c.")


@v1.get("/nights/<night_id>", tags=TAGS, responses={200: KeptNight})
def read_night(path: NightPath, query: NoQuery) -> Answer:
    """Read one night."""
    return told(account_of_caller().get("night", path.night_id), request_language())
