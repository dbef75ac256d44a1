"""Endpoint for the frontier of a proposal: what other budgets would bring."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.language import request_language
from api.services.budget_frontier import HIGH, LEAST_TIMES, LOW, MOST_POINTS, MOST_TIMES, POINTS, frontier_of_proposal
from api.v1.answers.frontiers import Frontier
from api.v1.contract import Answer, Query, v1
from api.v1.proposals import ProposalPath

TAGS = [Tag(name="proposals")]


class FrontierQuery(Query):
    """Which budgets."""

    points: int = Field(POINTS, ge=2, le=MOST_POINTS, description="How many budgets.")
    low: float = Field(LOW, ge=LEAST_TIMES, le=MOST_TIMES, description="The least, as a multiple of the budget.")
    high: float = Field(HIGH, ge=LEAST_TIMES, le=MOST_TIMES, description="The most; above `low`.")


@v1.get("/proposals/<proposal_id>/frontier", tags=TAGS, responses={200: Frontier})
def read_frontier(path: ProposalPath, query: FrontierQuery) -> Answer:
    """Read what other budgets would bring under the conditions of a proposal, each with its proven gap."""
    account = account_of_caller()
    return frontier_of_proposal(account, path.proposal_id, request_language(), query.points, query.low, query.high)
