"""Endpoints for proposals: plan a budget, read plans, download the cue sheet."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller, require_margin_sight
from api.language import request_language
from api.services.cue_sheets import cue_sheet_of
from api.speech import told
from api.v1.answers.decisions import Decision
from api.v1.answers.paging import page
from api.v1.answers.proposals import Proposal, ProposalPage
from api.v1.answers.runs import Run
from api.v1.contract import Answer, Body, NoQuery, Page, Query, v1
from api.v1.long_work import answer_run
from api.v1.plan_fields import PlanFields, request_of
from api.v1.strict import Text
from engine.messages import LANGUAGES
from engine.store.decisions import Decided
from engine.store.records import Stored

TAGS = [Tag(name="proposals")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProposalBody(Body, PlanFields):
    """A budget request; money is net media money in units of the account's currency."""


class ProposalPath(BaseModel):
    """Which proposal."""

    model_config = ConfigDict(extra="forbid")
    proposal_id: str = Field(max_length=80, description="Id or short id, such as P-7f3a9c.")


class SheetQuery(Query):
    """Which form of the cue sheet."""

    internal: bool = Field(False, description="The agency's own form, with fee, profit and what the media are paid.")
    final: bool = Field(False, description="Refused while blocked copy is undecided.")


class ProposalQuery(Page):
    """Which proposals."""

    origin: Literal["planner", "night"] | None = Field(None, description="Only those a planner, or a night, asked for.")


@v1.post("/proposals", tags=TAGS, responses={201: Proposal, 202: Run})
def create_proposal(query: NoQuery, body: ProposalBody) -> Answer:
    """Plan a budget over channels and weeks.

    The same request on the same facts gives the same proposal. Answered with 202 and a run where it takes long.
    """
    return answer_run("proposal", request_of(body).as_dict())


@v1.get("/proposals", tags=TAGS, responses={200: ProposalPage})
def list_proposals(query: ProposalQuery) -> Answer:
    """List proposals, newest first."""
    account = account_of_caller()
    where: dict[tuple[str, ...], str] = {(LANGUAGES[0], "origin"): query.origin} if query.origin else {}
    found = account.list("proposal", query.limit + 1, query.after, where)
    decided = account.decisions("proposal", found)
    return page(found, query.limit, lambda stored: _told(stored, decided.get(stored.id)))


@v1.get("/proposals/<proposal_id>", tags=TAGS, responses={200: Proposal})
def read_proposal(path: ProposalPath, query: NoQuery) -> Answer:
    """Read one proposal."""
    return _told(*account_of_caller().get_decided("proposal", path.proposal_id))


def _told(stored: Stored, decided: Decided | None) -> dict[str, Any]:
    return told(stored, request_language()) | {"decision": decision_of(decided) if decided else None}


class DecisionBody(Body):
    """What is decided, and why."""

    verdict: Literal["approved", "rejected"] = Field(description="What is decided.")
    note: Text = Field("", max_length=2_000, description="Why; shown beside the decision.")


@v1.post("/proposals/<proposal_id>/decision", tags=TAGS, responses={200: Decision})
def decide_proposal(path: ProposalPath, query: NoQuery, body: DecisionBody) -> Answer:
    """Approve or reject a proposal as a second person.

    Whoever made it cannot decide it; a decision stays. The same one again changes nothing.
    """
    return decision_of(account_of_caller().decide("proposal", path.proposal_id, body.verdict, body.note))


def decision_of(decided: Decided) -> dict[str, Any]:
    """A decision, JSON-ready."""
    return {"verdict": decided.verdict, "note": decided.note, "by": decided.by, "at": decided.at.isoformat()}


@v1.get(
    "/proposals/<proposal_id>/cue-sheet.xlsx",
    tags=TAGS,
    responses={
        200: {"description": "The cue sheet.", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def read_cue_sheet(path: ProposalPath, query: SheetQuery) -> Answer:
    """Download the cue sheet as XLSX."""
    if query.internal:
        require_margin_sight()
    return sheet_response(path.proposal_id, internal=query.internal, final=query.final)


def sheet_response(proposal_id: str, *, internal: bool, final: bool) -> Response:
    """The XLSX as a download."""
    sheet, content = cue_sheet_of(account_of_caller(), proposal_id, internal=internal, final=final)
    form = "-internal" if internal else ""
    headers = {"Content-Disposition": f'attachment; filename="cue-sheet-{sheet.proposal_id}{form}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)
