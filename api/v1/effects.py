"""Endpoint for whether the rules work: what became of their advice, and what it brought."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.access import account_of_caller
from api.dates import today
from api.language import request_language
from api.services.effects import rule_scores
from api.v1.answers.effects import RuleScores
from api.v1.contract import Answer, Query, v1
from api.v1.strict import Day

TAGS = [Tag(name="rule-scores")]


class RuleScoresQuery(Query):
    """As of which day."""

    as_of: Day | None = Field(None, description="The day; default today. Effects are those of its quarter's first.")


@v1.get("/rule-scores", tags=TAGS, responses={200: RuleScores})
def read_rule_scores(query: RuleScoresQuery) -> Answer:
    """Read what every rule brought: proposals, approvals, false flags, money, effect, and whether it earns its keep."""
    return rule_scores(account_of_caller(), query.as_of or today()).as_dict(request_language())
