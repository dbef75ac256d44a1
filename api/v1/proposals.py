"""Endpoints for proposals: plan a budget, read plans, download the cue sheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.language import request_language
from api.services.cue_sheets import cue_sheet_of
from api.services.proposals import ProposalRequest, make_proposal
from api.speech import told
from api.v1.answers.paging import page
from api.v1.answers.proposals import Proposal, ProposalPage
from api.v1.contract import Answer, Body, NoQuery, Page, Query, v1

TAGS = [Tag(name="proposals")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=6)]
Fraction = Annotated[Decimal, Field(ge=0, le=1)]


class ProposalBody(Body):
    """A budget request; money is net media money in units of the account's currency."""

    budget: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
    start: date
    end: date
    result: str = Field("conversions", max_length=40)
    minimums: dict[str, Amount] = Field(default_factory=dict, description="Channel to least money.")
    maximums: dict[str, Amount] = Field(default_factory=dict, description="Channel to most money.")
    share_caps: dict[str, Fraction] = Field(default_factory=dict, description="Channel to largest share.")
    credit: dict[str, Amount] = Field(default_factory=dict, description="Platform to credit factor.")


class ProposalPath(BaseModel):
    """Which proposal."""

    model_config = ConfigDict(extra="forbid")
    proposal_id: str = Field(max_length=80, description="Id or short id, such as P-7f3a9c.")


class SheetQuery(Query):
    """Which form of the cue sheet."""

    internal: bool = Field(False, description="The agency's own form, with fee, profit and what the media are paid.")
    final: bool = Field(False, description="Refused while blocked copy is undecided.")


@v1.post("/proposals", tags=TAGS, responses={201: Proposal})
def create_proposal(query: NoQuery, body: ProposalBody) -> Answer:
    """Plan a budget over channels and weeks.

    The same request on the same facts gives the same proposal.
    """
    request = ProposalRequest(**body.model_dump())
    stored = make_proposal(account_of_caller(), request)
    return told(stored, request_language()), 201


@v1.get("/proposals", tags=TAGS, responses={200: ProposalPage})
def list_proposals(query: Page) -> Answer:
    """List proposals, newest first."""
    found = account_of_caller().list("proposal", query.limit + 1, query.after)
    return page(found, query.limit, lambda stored: told(stored, request_language()))


@v1.get("/proposals/<proposal_id>", tags=TAGS, responses={200: Proposal})
def read_proposal(path: ProposalPath, query: NoQuery) -> Answer:
    """Read one proposal."""
    return told(account_of_caller().get("proposal", path.proposal_id), request_language())


@v1.get(
    "/proposals/<proposal_id>/cue-sheet.xlsx",
    tags=TAGS,
    responses={
        200: {"description": "The cue sheet.", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def read_cue_sheet(path: ProposalPath, query: SheetQuery) -> Answer:
    """Download the cue sheet as XLSX."""
    return sheet_response(path.proposal_id, internal=query.internal, final=query.final)


def sheet_response(proposal_id: str, *, internal: bool, final: bool) -> Response:
    """The XLSX as a download."""
    sheet, content = cue_sheet_of(account_of_caller(), proposal_id, internal=internal, final=final)
    form = "-internal" if internal else ""
    headers = {"Content-Disposition": f'attachment; filename="cue-sheet-{sheet.proposal_id}{form}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)
