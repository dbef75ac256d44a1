"""Endpoint for copy checks: ad texts in, verdicts with article, span and reason out."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.language import request_language
from api.services.screenings import TRIAL, CopyRow, check_copy
from api.speech import told
from api.v1.answers.copy_checks import CopyCheck
from api.v1.contract import Answer, Body, NoQuery, Strict, v1
from compliance.findings import CopyItem


class CopyAd(Strict):
    """One ad text."""

    row_id: str | None = Field(None, max_length=200, description="Your own name for it; default its place in the list.")
    text: str = Field(min_length=1, max_length=200_000)
    product: str = Field(max_length=40, description="Product category, such as food or cosmetic.")
    facts: dict[str, Any] = Field(default_factory=dict, description="What the advertiser states, such as licence_no.")


class CopyCheckBody(Body):
    """The ads to screen."""

    rows: list[CopyAd] = Field(min_length=1, max_length=10_000)
    source: str = Field(
        TRIAL, max_length=200, description="Name of the batch; the latest of a name counts for the gate."
    )
    on: date | None = Field(None, description="Screen under the law of this day.")


@v1.post("/copy-checks", tags=[Tag(name="copy-checks")], responses={201: CopyCheck})
def create_copy_check(query: NoQuery, body: CopyCheckBody) -> Answer:
    """Screen ad copy."""
    rows = [
        CopyRow(CopyItem(ad.row_id or str(number), ad.text, ad.product, ad.facts), {})
        for number, ad in enumerate(body.rows, start=1)
    ]
    stored, _ = check_copy(account_of_caller(), rows, body.source, body.on)
    return told(stored, request_language()), 201
