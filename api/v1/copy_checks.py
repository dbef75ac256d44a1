"""Endpoints for copy checks: ad texts in, verdicts with article, span and reason out."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.language import request_language
from api.services.copy_rows import placement, row_request
from api.services.screenings import TRIAL
from api.speech import told
from api.v1.answers.copy_checks import CopyCheck, CopyCheckPage
from api.v1.answers.paging import page
from api.v1.answers.runs import Run
from api.v1.contract import Answer, Body, NoQuery, Page, v1
from api.v1.long_work import answer_run
from api.v1.strict import Strict, Text
from compliance.findings import CopyItem
from engine.messages import LANGUAGES

TAGS = [Tag(name="copy-checks")]


class CopyAd(Strict):
    """One ad text."""

    row_id: str | None = Field(None, max_length=200, description="Your own name for it; default its place in the list.")
    text: str = Field(min_length=1, max_length=200_000, description="The ad as it is to run.")
    product: str = Field(max_length=40, description="Product category, such as food or cosmetic.")
    facts: dict[str, Any] = Field(default_factory=dict, description="What the advertiser states, such as licence_no.")
    platform: str = Field("", max_length=40, description="Where it is to run, such as google, meta, line or tiktok.")
    format: str = Field("", max_length=80, description="The ad format, such as google.rsa; its limits are checked.")
    fields: dict[str, list[str]] = Field(
        default_factory=dict,
        max_length=40,
        description="The texts of the format by field: {'headline': ['...', '...']}; weighed with the text as one ad.",
    )


class CopyCheckBody(Body):
    """The ads to screen."""

    rows: list[CopyAd] = Field(min_length=1, max_length=10_000, description="The ads, in the order of the answer.")
    source: str = Field(
        TRIAL, max_length=200, description="Name of the batch; the latest of a name counts for the gate."
    )
    on: date | None = Field(None, description="Screen under the law of this day; default today.")


@v1.post("/copy-checks", tags=TAGS, responses={201: CopyCheck, 202: Run})
def create_copy_check(query: NoQuery, body: CopyCheckBody) -> Answer:
    """Screen ad copy.

    Answered with 202 and a run where it takes long.
    """
    rows = [row_request(_item(ad, number)) for number, ad in enumerate(body.rows, start=1)]
    on = body.on.isoformat() if body.on else None
    return answer_run("copy_check", {"rows": rows, "source": body.source, "on": on})


def _item(ad: CopyAd, number: int) -> CopyItem:
    where = placement(ad.platform, ad.format, ad.fields)
    return CopyItem(ad.row_id or str(number), ad.text, ad.product, ad.facts, where)


class CopyCheckQuery(Page):
    """Which checks."""

    source: Text | None = Field(None, max_length=200, description="Only this batch; empty for trials.")


@v1.get("/copy-checks", tags=TAGS, responses={200: CopyCheckPage})
def list_copy_checks(query: CopyCheckQuery) -> Answer:
    """List checks of copy, newest first."""
    held: dict[tuple[str, ...], str] = {} if query.source is None else {(LANGUAGES[0], "source"): query.source}
    found = account_of_caller().list("screening", query.limit + 1, query.after, held)
    return page(found, query.limit, lambda stored: told(stored, request_language()))


class CopyCheckPath(BaseModel):
    """Which check."""

    model_config = ConfigDict(extra="forbid")
    check_id: str = Field(max_length=80, description="Id or short id, such as S-7f3a9c.")


@v1.get("/copy-checks/<check_id>", tags=TAGS, responses={200: CopyCheck})
def read_copy_check(path: CopyCheckPath, query: NoQuery) -> Answer:
    """Read one check of copy."""
    return told(account_of_caller().get("screening", path.check_id), request_language())
