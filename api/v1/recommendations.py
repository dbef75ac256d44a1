"""Endpoints for what the rules advise: list, read, decide, mark as carried out, take back, export."""

from __future__ import annotations

from datetime import date
from typing import Literal

from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.bulk_edits import bulk_file
from api.services.lives import day_carried_out, life_document
from api.services.recommendations import decide, mark_applied, propose_undo
from api.v1.answers.lives import BulkEdit, KeptRecommendation, RecommendationPage, State
from api.v1.answers.paging import page
from api.v1.contract import Answer, Body, NoQuery, Page, v1
from api.v1.strict import Text

TAGS = [Tag(name="recommendations")]


class RecommendationQuery(Page):
    """Which recommendations."""

    state: State | None = Field(None, description="Only those that stand so.")
    platform: Text | None = Field(None, max_length=32, description="Only those of this platform.")


class RecommendationPath(BaseModel):
    """Which recommendation."""

    model_config = ConfigDict(extra="forbid")
    recommendation_id: str = Field(max_length=80, description="Id or short id, such as R-7f3a9c.")


class VerdictBody(Body):
    """What is decided, and why."""

    verdict: Literal["approved", "rejected"] = Field(description="What is decided.")
    note: Text = Field("", max_length=2_000, description="Why; shown beside the decision.")


class AppliedBody(Body):
    """When it was carried out."""

    on: date | None = Field(None, description="The day it was carried out; default today.")
    note: Text = Field("", max_length=2_000, description="What was done, where it differs from what was advised.")


class UndoBody(Body):
    """Nothing to say: the way back follows from what was done."""


class BulkEditBody(Body):
    """Which changes go into the file."""

    platform: Text = Field(max_length=32, description="The platform whose approved changes are wanted.")
    ids: list[Text] = Field(default_factory=list, max_length=1_000, description="Only these recommendations.")


@v1.get("/recommendations", tags=TAGS, responses={200: RecommendationPage})
def list_recommendations(query: RecommendationQuery) -> Answer:
    """List recommendations, newest first and of one night the most money first."""
    lives = account_of_caller().recommendations.list(query.limit + 1, query.after, query.state, query.platform)
    return page(lives, query.limit, lambda life: life_document(life, request_language()))


@v1.get("/recommendations/<recommendation_id>", tags=TAGS, responses={200: KeptRecommendation})
def read_recommendation(path: RecommendationPath, query: NoQuery) -> Answer:
    """Read one recommendation with every step it took."""
    return life_document(account_of_caller().recommendations.read(path.recommendation_id), request_language())


@v1.post("/recommendations/<recommendation_id>/decision", tags=TAGS, responses={200: KeptRecommendation})
def decide_recommendation(path: RecommendationPath, query: NoQuery, body: VerdictBody) -> Answer:
    """Approve or reject a recommendation as a person.

    A drawn share of what is approved is withheld to measure the effect; the answer's state then says so. The same
    verdict again changes nothing.
    """
    life = decide(account_of_caller(), path.recommendation_id, body.verdict, body.note, today())
    return life_document(life, request_language())


@v1.post("/recommendations/<recommendation_id>/applied", tags=TAGS, responses={200: KeptRecommendation})
def mark_recommendation_applied(path: RecommendationPath, query: NoQuery, body: AppliedBody) -> Answer:
    """Mark an approved recommendation as carried out, or an alert as dealt with."""
    account, name = account_of_caller(), path.recommendation_id
    life = mark_applied(account, name, day_carried_out(account, name, body.on), body.note)
    return life_document(life, request_language())


@v1.post("/recommendations/<recommendation_id>/undo", tags=TAGS, responses={201: KeptRecommendation})
def undo_recommendation(path: RecommendationPath, query: NoQuery, body: UndoBody) -> Answer:
    """Propose the way back of what was carried out; it waits for approval like any other.

    Refused where the entity was changed since.
    """
    return life_document(propose_undo(account_of_caller(), path.recommendation_id, today()), request_language()), 201


@v1.post("/bulk-edits", tags=TAGS, responses={200: BulkEdit})
def create_bulk_edit(query: NoQuery, body: BulkEditBody) -> Answer:
    """Write a platform's approved changes into its own bulk-edit file and mark them as exported.

    What cannot be in a file is listed with the reason, to be done by hand.
    """
    return bulk_file(account_of_caller(), body.platform, today(), body.ids).as_dict(request_language())
